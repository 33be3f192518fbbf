//! Signature method v1, `HmacSHA1` and `HmacSHA256` (API reference, "signature v1").

use aws_lc_rs::{constant_time::verify_slices_are_equal, hmac};
use base64::{Engine, prelude::BASE64_STANDARD};
use http::Method;

use crate::{ApiError, say};

/// The parameter that signs all others.
pub(crate) const SIGNATURE: &str = "Signature";

/// What of a request goes into its signature.
#[derive(Clone, Copy)]
pub(crate) struct Signed<'r> {
    pub(crate) method: &'r Method,
    /// The `Host` header as sent, with the port where there is one.
    pub(crate) host: &'r str,
    /// All parameters, decoded, as names and values.
    pub(crate) pairs: &'r [(String, String)],
}

impl Signed<'_> {
    /// Checks the signature with the account's SecretKey, in constant time. `method` is `SignatureMethod`: every other
    /// than `HmacSHA256` is `HmacSHA1`, as the reference has it.
    ///
    /// # Errors
    /// `AuthFailure.SignatureFailure`, without a word on what the signature should have been.
    pub(crate) fn verify(
        &self,
        signature: &str,
        method: Option<&str>,
        secret_key: &str,
    ) -> Result<(), ApiError> {
        let algorithm = match method {
            Some("HmacSHA256") => hmac::HMAC_SHA256,
            _ => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
        };
        let actual = hmac::sign(&hmac::Key::new(algorithm, secret_key.as_bytes()), self.text().as_bytes());
        let claimed = BASE64_STANDARD.decode(signature).unwrap_or_default();
        verify_slices_are_equal(actual.as_ref(), &claimed).map_err(|_| {
            let message = say!(
                "The signature does not fit the request. Check the SecretKey and what was signed.",
                "签名与请求不符，请检查 SecretKey 和参与签名的内容。"
            );
            ApiError::new("AuthFailure.SignatureFailure", message)
        })
    }

    /// Method, host, `/?`, and the parameters in the order of their names' bytes.
    fn text(&self) -> String {
        let mut pairs: Vec<_> = self.pairs.iter().filter(|(name, _)| name != SIGNATURE).collect();
        pairs.sort_by(|one, other| one.0.as_bytes().cmp(other.0.as_bytes()));
        let pairs: Vec<_> = pairs.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
        format!("{}{}/?{}", self.method, self.host, pairs.join("&"))
    }
}

#[cfg(test)]
mod tests {
    use http::Method;

    use super::Signed;

    /// The reference's example.
    fn pairs() -> Vec<(String, String)> {
        [
            ("Action", "DescribeInstances"),
            ("Nonce", "11886"),
            ("Timestamp", "1465185768"),
            ("SecretId", "AKID********************************"),
            ("Version", "2017-03-12"),
            ("Region", "ap-guangzhou"),
            ("Limit", "20"),
            ("Offset", "0"),
            ("InstanceIds.0", "ins-09dx96dg"),
            ("Signature", "7RAM2xfNMO9EiVTNmPg06MRnCvQ="),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec()
    }

    #[test]
    fn the_references_example_verifies_and_nothing_else_does() {
        let (good, key) = (pairs(), "*".repeat(32));
        let signature = "7RAM2xfNMO9EiVTNmPg06MRnCvQ=";
        let signed = Signed { method: &Method::GET, host: "cvm.tencentcloudapi.com", pairs: &good };
        signed.verify(signature, None, &key).unwrap();
        signed.verify(signature, Some("HmacSHA1"), &key).unwrap();
        assert!(signed.verify(signature, Some("HmacSHA256"), &key).is_err());
        assert!(signed.verify(signature, None, &key[1..]).is_err());
        assert!(signed.verify("", None, &key).is_err());
        assert!(Signed { method: &Method::POST, ..signed }.verify(signature, None, &key).is_err());
        assert!(Signed { host: "cvm.tencentcloudapi.con", ..signed }.verify(signature, None, &key).is_err());
        for index in 0..good.len() - 1 {
            let mut bad = good.clone();
            bad[index].1.push('1');
            assert!(Signed { pairs: &bad, ..signed }.verify(signature, None, &key).is_err());
        }
    }

    #[test]
    fn names_are_sorted_by_their_bytes() {
        let pairs = ["A.2", "A.12", "B", "a", "A"].map(|name| (name.to_owned(), String::new()));
        let signed = Signed { method: &Method::POST, host: "h:1", pairs: &pairs };
        assert_eq!(signed.text(), "POSTh:1/?A=&A.12=&A.2=&B=&a=");
    }
}
