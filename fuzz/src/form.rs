//! A form that is signed by method v1: what is signed is understood as it is meant, and nothing else fits the
//! signature.

use std::sync::LazyLock;

use aws_lc_rs::hmac;
use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::Bytes;
use serde_json::{Map, Value};
use tokio::runtime::{Builder, Runtime};
use wharf_cloudapi::{
    ApiError,
    fuzzing::{Understood, parse_form},
};

use crate::{flat, pace::within_limit};

const HOST: &str = "tcr.tencentcloudapi.com";
const SECRET_KEY: &str = "********************************";
const SIGNED: &str = "Action=DescribeInstances&Version=2019-09-24&Region=ap-guangzhou&SecretId=AKIDEXAMPLE\
    &Timestamp=1527672334&Nonce=23823223&SignatureMethod=HmacSHA256";
/// What method v1 has for itself.
const COMMON: [&str; 11] = [
    "Action",
    "Language",
    "Nonce",
    "Region",
    "RequestClient",
    "SecretId",
    "Signature",
    "SignatureMethod",
    "Timestamp",
    "Token",
    "Version",
];

static RUNTIME: LazyLock<Runtime> =
    LazyLock::new(|| Builder::new_current_thread().build().expect("a runtime starts"));

/// Takes the bytes as a form, as the parameters of one that is signed, and as a change to these.
pub fn check(input: &[u8]) {
    let _ = understood(Bytes::copy_from_slice(input));
    let parameters = input.get(2..).unwrap_or_default();
    let Some(text) = signed_text(parameters) else {
        assert!(understood(form(parameters, "x")).is_err());
        return;
    };
    let signature = sign(&text);
    let pairs = flat::pairs(parameters).unwrap_or_default();
    let is_common = |name: &str| COMMON.contains(&name);
    match understood(form(parameters, &signature)) {
        Ok(_) if pairs.iter().any(|(name, _)| is_common(name)) => {}
        Ok(found) => {
            assert!(found.fits, "{text}");
            assert_eq!(Some(found.parameters), meant(&pairs));
            assert_eq!(found.action, "DescribeInstances");
            assert_eq!((found.timestamp, found.version.as_str()), (1_527_672_334, "2019-09-24"));
        }
        Err(error) => {
            assert!(error.message.english.len() < 512, "{}", error.message);
            let is_meant = !pairs.iter().any(|(name, _)| is_common(name)) && meant(&pairs).is_some();
            assert!(!is_meant, "{}", error.message);
        }
    }
    let changed = changed(input, parameters);
    if let Ok(found) = understood(form(&changed, &signature)) {
        let is_same = signed_text(&changed).as_ref() == Some(&text);
        let has_common = flat::pairs(&changed).unwrap_or_default().iter().any(|(name, _)| is_common(name));
        assert!(has_common || found.fits == is_same);
    }
}

/// The object that pairs describe. No text of a request holds U+0000.
fn meant(pairs: &[(String, String)]) -> Option<Map<String, Value>> {
    flat::object(pairs).filter(|_| !pairs.iter().any(|(_, text)| text.contains('\0')))
}

fn understood(body: Bytes) -> Result<Understood, ApiError> {
    within_limit(|| RUNTIME.block_on(parse_form(HOST, &body, SECRET_KEY)))
}

fn form(parameters: &[u8], signature: &str) -> Bytes {
    let signature = signature.replace('+', "%2B");
    [parameters, b"&", SIGNED.as_bytes(), b"&Signature=", signature.as_bytes()].concat().into()
}

/// What is signed of the parameters and of `SIGNED`, where they can be read.
fn signed_text(parameters: &[u8]) -> Option<String> {
    let mut pairs = flat::pairs(&form(parameters, ""))?;
    pairs.retain(|(name, _)| name != "Signature");
    pairs.sort_by(|one, other| one.0.cmp(&other.0));
    let pairs: Vec<_> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
    Some(format!("POST{HOST}/?{}", pairs.join("&")))
}

fn sign(text: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET_KEY.as_bytes());
    BASE64_STANDARD.encode(hmac::sign(&key, text.as_bytes()))
}

/// The parameters with one byte changed; the first two bytes of the input say where and how.
fn changed(input: &[u8], parameters: &[u8]) -> Vec<u8> {
    let mut changed = parameters.to_vec();
    if let (&[place, how, ..], false) = (input, parameters.is_empty()) {
        let place = usize::from(place) % changed.len();
        changed[place] ^= how;
    }
    changed
}
