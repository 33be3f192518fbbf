//! The `Authorization` header of the cloud API: what parses prints and parses again, and nothing but the right
//! signature fits a request.

use std::sync::LazyLock;

use http::{HeaderMap, HeaderName, HeaderValue};
use wharf_cloudapi::fuzzing::{Authorization, parse_authorization, verify};

use crate::{grammar, pace::within_limit};

/// The example that the API reference works through, its SecretKey being 32 asterisks.
const EXAMPLE: &str = "TC3-HMAC-SHA256 Credential=AKIDEXAMPLE/2019-02-25/cvm/tc3_request, \
    SignedHeaders=content-type;host;x-tc-action, \
    Signature=10b1a37a7301a02ca19a647ad722d5e43b4b3cff309d421d85b46093f6ab6c4f";
const BODY: &[u8] =
    br#"{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}"#;
const TIMESTAMP: i64 = 1_551_113_065;
const SECRET_KEY: &str = "********************************";

static SIGNED: LazyLock<(HeaderMap, Authorization)> = LazyLock::new(|| {
    let (headers, example) = (headers(), parse_authorization(EXAMPLE).expect("the example is right"));
    assert!(verify(EXAMPLE, &headers, BODY, TIMESTAMP, SECRET_KEY));
    (headers, example)
});

/// Takes the bytes as a header's value, as a change to the example, and as a body.
pub fn check(input: &[u8]) {
    let (headers, example) = &*SIGNED;
    let fits =
        |header: &str, body: &[u8]| within_limit(|| verify(header, headers, body, TIMESTAMP, SECRET_KEY));
    assert_eq!(fits(EXAMPLE, input), input == BODY);
    let Ok(text) = str::from_utf8(input) else { return };
    for header in [text.to_owned(), changed(text)] {
        let parsed = parse_authorization(&header);
        let said = |one: &Authorization| {
            (one.date.clone(), one.service.clone(), one.signed_headers.clone(), one.signature)
        };
        let right = parsed.as_ref().is_some_and(|parsed| said(parsed) == said(example));
        assert_eq!(fits(&header, BODY), right, "`{header}`");
        if let Some(parsed) = parsed {
            again(&parsed);
        }
    }
}

fn headers() -> HeaderMap {
    let headers = [
        ("content-type", "application/json; charset=utf-8"),
        ("host", "cvm.tencentcloudapi.com"),
        ("x-tc-action", "DescribeInstances"),
    ];
    let header = |(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value));
    headers.into_iter().map(header).collect()
}

/// The example with a piece of it replaced: two digits of base 62 say where.
fn changed(text: &str) -> String {
    let mut chars = text.chars();
    let mut place = || chars.next().map_or(0, |c| c as usize % EXAMPLE.len());
    let (one, other) = (place(), place());
    let (from, to) = (one.min(other), one.max(other));
    format!("{}{}{}", &EXAMPLE[..from], chars.as_str(), &EXAMPLE[to..])
}

fn again(parsed: &Authorization) {
    assert!(grammar::SECRET_ID.describes(parsed.secret_id.as_str()));
    for name in ["content-type", "host"] {
        assert!(parsed.signed_headers.iter().any(|signed| signed == name));
    }
    let signature: String = parsed.signature.iter().map(|byte| format!("{byte:02x}")).collect();
    let printed = format!(
        "TC3-HMAC-SHA256 Credential={}/{}/{}/tc3_request,SignedHeaders={},Signature={signature}",
        parsed.secret_id,
        parsed.date,
        parsed.service,
        parsed.signed_headers.join(";"),
    );
    assert_eq!(parse_authorization(&printed).as_ref(), Some(parsed));
}
