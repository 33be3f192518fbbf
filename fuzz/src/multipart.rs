//! Multipart bodies: what a client puts into parts comes out again, and other bodies are refused.

use std::sync::LazyLock;

use bytes::Bytes;
use serde_json::{Map, Value};
use tokio::runtime::{Builder, Runtime};
use wharf_cloudapi::{ApiError, fuzzing::parse_multipart};

use crate::{flat, pace::within_limit};

const CONTENT_TYPE: &str = "multipart/form-data; boundary=b";

static RUNTIME: LazyLock<Runtime> =
    LazyLock::new(|| Builder::new_current_thread().build().expect("a runtime starts"));

/// Takes the bytes as a body, as pairs that become parts, as JSON in a part, and as a header's value.
pub fn check(input: &[u8]) {
    if let Err(error) = parsed(CONTENT_TYPE, input.to_vec()) {
        assert!(["InvalidRequest", "InvalidParameter"].contains(&error.code.as_ref()), "{}", error.code);
    }
    if let Ok(header) = str::from_utf8(input) {
        let _ = parsed(&format!("multipart/form-data;{header}"), input.to_vec());
    }
    if let Some(pairs) = flat::pairs(input).filter(|pairs| pairs.iter().all(can_be_sent)) {
        let parts = pairs.iter().map(|(name, text)| part(name, "", text.as_bytes()));
        assert_eq!(parsed(CONTENT_TYPE, body(parts)).ok(), flat::object(&pairs));
    }
    if !holds_boundary(input) {
        let parts = [part("Whole", "Content-Type: application/json\r\n", input)];
        let value = serde_json::from_slice::<Value>(input).ok();
        let expected = value.map(|value| Map::from_iter([("Whole".to_owned(), value)]));
        assert_eq!(parsed(CONTENT_TYPE, body(parts.into_iter())).ok(), expected);
    }
}

fn parsed(content_type: &str, body: Vec<u8>) -> Result<Map<String, Value>, ApiError> {
    let body = Bytes::from(body);
    within_limit(|| RUNTIME.block_on(parse_multipart(content_type, &body)))
}

/// Names go into a quoted string, where the API's names need no escape.
fn can_be_sent((name, text): &(String, String)) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || ".-_ ".contains(c);
    name.chars().all(plain) && !holds_boundary(text.as_bytes())
}

fn holds_boundary(content: &[u8]) -> bool {
    content.windows(3).any(|three| three == b"--b")
}

fn part(name: &str, headers: &str, content: &[u8]) -> Vec<u8> {
    let head = format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n{headers}\r\n");
    [head.as_bytes(), content, b"\r\n"].concat()
}

/// As the official SDK has it, a form without parts is an empty body.
fn body(parts: impl Iterator<Item = Vec<u8>>) -> Vec<u8> {
    let parts: Vec<_> = parts.collect();
    if parts.is_empty() { Vec::new() } else { [parts.concat(), b"--b--\r\n".to_vec()].concat() }
}
