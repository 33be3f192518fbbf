//! Signature method v3, `TC3-HMAC-SHA256` (API reference, "signature v3").

use std::time::Duration;

use aws_lc_rs::{constant_time::verify_slices_are_equal, digest, hmac};
use http::{HeaderMap, Method};
use wharf_model::Timestamp;

use crate::{
    ApiError, Message,
    authorization::{ALGORITHM, Authorization, TERMINATOR},
    request::text,
    say,
};

/// How far a request's time may be from ours.
const WINDOW: Duration = Duration::from_secs(300);
/// The header that is not always one.
const HOST: &str = "host";
/// What stands for the body's hash when the client does not sign the body.
const UNSIGNED_PAYLOAD: &str = "UNSIGNED-PAYLOAD";

/// What of a request goes into its signature.
#[derive(Clone, Copy)]
pub(crate) struct Signed<'r> {
    pub(crate) method: &'r Method,
    /// The host that was asked, with the port where there is one. HTTP/2 has no header of that name.
    pub(crate) host: &'r str,
    /// The query string as sent, without `?`.
    pub(crate) query: &'r str,
    pub(crate) headers: &'r HeaderMap,
    pub(crate) body: &'r [u8],
    /// `X-TC-Timestamp`, seconds since 1970.
    pub(crate) timestamp: i64,
}

/// Refuses a request whose time is more than five minutes from `now`.
///
/// # Errors
/// `AuthFailure.SignatureExpire`.
pub(crate) fn check_time(timestamp: i64, now: Timestamp) -> Result<(), ApiError> {
    let distance = now.seconds().abs_diff(timestamp);
    if distance > WINDOW.as_secs() {
        let window = WINDOW.as_secs();
        let message = say!(
            "X-TC-Timestamp is {distance} seconds from the server's time, more than {window} seconds are not allowed. \
             Check the clock.",
            "X-TC-Timestamp 与服务器时间相差 {distance} 秒，最多允许 {window} 秒，请检查本机时钟。"
        );
        return Err(ApiError::new("AuthFailure.SignatureExpire", message));
    }
    Ok(())
}

impl Signed<'_> {
    /// Checks the signature with the account's SecretKey, in constant time.
    ///
    /// # Errors
    /// `AuthFailure.SignatureFailure`, without a word on what the signature should have been.
    pub(crate) fn verify(&self, authorization: &Authorization, secret_key: &str) -> Result<(), ApiError> {
        let failure = |why: Message| ApiError::new("AuthFailure.SignatureFailure", why);
        let date = Timestamp::from_microseconds(self.timestamp.saturating_mul(1_000_000)).to_utc_date();
        if authorization.date != date {
            return Err(failure(say!(
                "The date of Credential is not the UTC date of X-TC-Timestamp.",
                "Credential 中的日期与 X-TC-Timestamp 的 UTC 日期不一致。"
            )));
        }
        let canonical = self.canonical_request(authorization)?;
        let scope = format!("{date}/{}/{TERMINATOR}", authorization.service);
        let text = format!("{ALGORITHM}\n{}\n{scope}\n{}", self.timestamp, sha256_hex(canonical.as_bytes()));
        let key = [date.as_str(), &authorization.service, TERMINATOR]
            .iter()
            .fold(format!("TC3{secret_key}").into_bytes(), |key, part| hmac_sha256(&key, part));
        verify_slices_are_equal(&hmac_sha256(&key, &text), &authorization.signature).map_err(|_| {
            failure(say!(
                "The signature does not fit the request. Check the SecretKey and what was signed.",
                "签名与请求不符，请检查 SecretKey 和参与签名的内容。"
            ))
        })
    }

    /// Method, `/`, query, signed headers, their names, and the body's hash, a line each.
    fn canonical_request(&self, authorization: &Authorization) -> Result<String, ApiError> {
        let mut headers = String::new();
        for name in &authorization.signed_headers {
            let value = if name == HOST { Some(self.host) } else { text(self.headers, name) };
            let value = value.ok_or_else(|| {
                let message = say!(
                    "The signed header {name} is missing or no text.",
                    "参与签名的请求头 {name} 缺失或不是文本。"
                );
                ApiError::new("AuthFailure.SignatureFailure", message)
            })?;
            headers.push_str(&format!("{name}:{}\n", value.trim().to_lowercase()));
        }
        let query = if self.method == Method::POST { "" } else { self.query };
        let names = authorization.signed_headers.join(";");
        Ok(format!("{}\n/\n{query}\n{headers}\n{names}\n{}", self.method, self.hashed_payload()))
    }

    fn hashed_payload(&self) -> String {
        let declared = self.headers.get("x-tc-content-sha256").map(http::HeaderValue::as_bytes);
        if declared == Some(UNSIGNED_PAYLOAD.as_bytes()) {
            return sha256_hex(UNSIGNED_PAYLOAD.as_bytes());
        }
        sha256_hex(self.body)
    }
}

fn sha256_hex(bytes: &[u8]) -> String {
    hex::encode(digest::digest(&digest::SHA256, bytes))
}

fn hmac_sha256(key: &[u8], text: &str) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text.as_bytes()).as_ref().to_vec()
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderName, HeaderValue, Method};
    use wharf_model::Timestamp;

    use super::{Signed, check_time, hmac_sha256, sha256_hex};
    use crate::authorization::Authorization;

    const BODY: &[u8] =
        br#"{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}"#;

    fn headers() -> HeaderMap {
        let headers = [
            ("content-type", "application/json; charset=utf-8"),
            ("host", "cvm.tencentcloudapi.com"),
            ("x-tc-action", "DescribeInstances"),
        ];
        let header = |(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value));
        headers.into_iter().map(header).collect()
    }

    fn authorization(signature: &str) -> Authorization {
        Authorization::parse(&format!(
            "TC3-HMAC-SHA256 Credential=AKIDEXAMPLE/2019-02-25/cvm/tc3_request, SignedHeaders=content-type;host;x-tc-action, Signature={signature}"
        ))
        .unwrap()
    }

    /// The example that the API reference works through, its SecretKey being 32 asterisks.
    #[test]
    fn the_reference_example_verifies_and_nothing_near_it() {
        let secret_key = "*".repeat(32);
        let signature = "10b1a37a7301a02ca19a647ad722d5e43b4b3cff309d421d85b46093f6ab6c4f";
        let headers = headers();
        let signed = Signed {
            method: &Method::POST,
            host: "cvm.tencentcloudapi.com",
            query: "",
            headers: &headers,
            body: BODY,
            timestamp: 1_551_113_065,
        };
        let good = authorization(signature);
        signed.verify(&good, &secret_key).unwrap();
        assert_eq!(sha256_hex(BODY), "35e9c5b0e3ae67532d3c9f17ead6c90222632e5b1ff7f6e89887f1398934f064");
        assert_eq!(
            sha256_hex(signed.canonical_request(&good).unwrap().as_bytes()),
            "7019a55be8395899b900fb5564e4200d984910f34794a27cb3fb7d10ff6a1e84"
        );

        let other_host = Signed { host: "cvm.tencentcloudapi.con", ..signed };
        assert!(other_host.verify(&good, &secret_key).is_err());
        let other_day = Authorization { date: "2019-02-26".to_owned(), ..good.clone() };
        let other_service = Authorization { service: "tcr".to_owned(), ..good.clone() };
        let fewer_headers =
            Authorization { signed_headers: good.signed_headers[..2].to_vec(), ..good.clone() };
        for wrong in
            [authorization(&signature.replace("10b1", "10b2")), other_day, other_service, fewer_headers]
        {
            assert_eq!(signed.verify(&wrong, &secret_key).unwrap_err().code, "AuthFailure.SignatureFailure");
        }
        assert!(signed.verify(&good, &"*".repeat(31)).is_err());
        for index in 0..BODY.len() {
            let mut body = BODY.to_vec();
            body[index] ^= 1;
            assert!(Signed { body: &body, ..signed }.verify(&good, &secret_key).is_err(), "byte {index}");
        }
    }

    /// The keys that the same example derives, each from the one before.
    #[test]
    fn the_reference_keys_are_derived() {
        let mut key = format!("TC3{}", "*".repeat(32)).into_bytes();
        for (part, derived) in [
            ("2019-02-25", "da98fb70dcf6b112dc21038d1eeeb3a95c74b4dcb12c1131f864f6066bd02be0"),
            ("cvm", "8d70cbefb03939f929db64d32dc2ba89b1095620119fe3e050e2b18c5bd2752f"),
            ("tc3_request", "b596b923aad85185e2d1f6659d2a062e0a86731226e021e61bfe06f7ed05f5af"),
        ] {
            key = hmac_sha256(&key, part);
            assert_eq!(hex::encode(&key), derived);
        }
    }

    /// The example of a GET, under "common parameters". Its SecretKey is the one that the reference's earlier editions
    /// print, where it has asterisks now.
    #[test]
    fn the_reference_get_verifies_and_no_other_query_does() {
        let secret_key = "Gu5t9xGARNpq86cd98joQYCN3EXAMPLE";
        let authorization = Authorization::parse(
            "TC3-HMAC-SHA256 Credential=AKIDEXAMPLE/2018-10-09/cvm/tc3_request, SignedHeaders=content-type;host, Signature=5da7a33f6993f0614b047e5df4582db9e9bf4672ba50567dba16c6ccf174c474",
        )
        .unwrap();
        let content_type = HeaderValue::from_static("application/x-www-form-urlencoded");
        let headers = HeaderMap::from_iter([(http::header::CONTENT_TYPE, content_type)]);
        let signed = Signed {
            method: &Method::GET,
            host: "cvm.tencentcloudapi.com",
            query: "Limit=10&Offset=0",
            headers: &headers,
            body: b"",
            timestamp: 1_539_084_154,
        };
        signed.verify(&authorization, secret_key).unwrap();
        for query in ["", "Offset=0&Limit=10", "Limit=10&Offset=1", "Limit=10&Offset=0&"] {
            assert!(Signed { query, ..signed }.verify(&authorization, secret_key).is_err(), "{query}");
        }
        assert!(Signed { method: &Method::POST, ..signed }.verify(&authorization, secret_key).is_err());
        assert!(Signed { body: b"{}", ..signed }.verify(&authorization, secret_key).is_err());
    }

    #[test]
    fn the_clock_window_is_five_minutes_both_ways() {
        let now = Timestamp::from_microseconds(1_551_113_065_000_000);
        for distance in [0, 300, -300] {
            check_time(now.seconds() + distance, now).unwrap();
        }
        for distance in [301, -301, i64::MAX / 2, -1_551_113_065] {
            let error = check_time(now.seconds().saturating_add(distance), now).unwrap_err();
            assert_eq!(error.code, "AuthFailure.SignatureExpire");
        }
    }
}
