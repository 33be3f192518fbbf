//! The `Authorization` header of signature method v3.

use wharf_model::SecretId;

use crate::ApiError;

/// `TC3-HMAC-SHA256 Credential=ID/DATE/SERVICE/tc3_request, SignedHeaders=a;b, Signature=HEX`, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Authorization {
    pub(crate) secret_id: SecretId,
    pub(crate) date: String,
    pub(crate) service: String,
    /// Names in lower case, in the order in which they were signed.
    pub(crate) signed_headers: Vec<String>,
    pub(crate) signature: [u8; 32],
}

/// The one algorithm of signature method v3.
pub(crate) const ALGORITHM: &str = "TC3-HMAC-SHA256";
/// How a credential scope ends.
pub(crate) const TERMINATOR: &str = "tc3_request";
/// Headers that must be signed.
const REQUIRED_HEADERS: [&str; 2] = ["content-type", "host"];

impl Authorization {
    /// Takes a header's value apart.
    ///
    /// # Errors
    /// `AuthFailure.InvalidAuthorization`, naming the part that is wrong.
    pub(crate) fn parse(header: &str) -> Result<Self, ApiError> {
        let (algorithm, fields) = header.trim().split_once(' ').ok_or_else(|| invalid("it has no fields"))?;
        if algorithm != ALGORITHM {
            return Err(invalid(&format!("the algorithm is not {ALGORITHM}")));
        }
        let field = |name: &str| {
            let found =
                fields.split(',').find_map(|field| field.trim().strip_prefix(name)?.strip_prefix('='));
            found.ok_or_else(|| invalid(&format!("{name} is missing")))
        };
        let scope: Vec<_> = field("Credential")?.split('/').collect();
        let [secret_id, date, service, TERMINATOR] = scope[..] else {
            return Err(invalid(&format!("Credential is not SecretId/Date/service/{TERMINATOR}")));
        };
        let signed_headers: Vec<_> =
            field("SignedHeaders")?.split(';').map(|name| name.trim().to_owned()).collect();
        if signed_headers.iter().any(|name| name.bytes().any(|byte| byte.is_ascii_uppercase())) {
            return Err(invalid("SignedHeaders is not in lower case"));
        }
        if let Some(name) =
            REQUIRED_HEADERS.iter().find(|name| !signed_headers.iter().any(|signed| signed == **name))
        {
            return Err(invalid(&format!("SignedHeaders lacks {name}")));
        }
        let mut signature = [0; 32];
        let digits = field("Signature")?;
        let decoded = hex::decode_to_slice(digits, &mut signature);
        if decoded.is_err() || digits.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return Err(invalid("Signature is not 64 hexadecimal digits in lower case"));
        }
        Ok(Self {
            secret_id: secret_id.parse().map_err(|_| invalid("Credential names no SecretId"))?,
            date: date.to_owned(),
            service: service.to_owned(),
            signed_headers,
            signature,
        })
    }
}

fn invalid(what: &str) -> ApiError {
    ApiError::new(
        "AuthFailure.InvalidAuthorization",
        format!("The Authorization header is not valid: {what}."),
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Authorization;

    const HEX: &str = "10b1a37a7301a02ca19a647ad722d5e43b4b3cff309d421d85b46093f6ab6c4f";

    #[test]
    fn each_part_is_told_when_it_is_wrong() {
        let good = format!(
            "TC3-HMAC-SHA256 Credential=AKIDEXAMPLE/2019-02-25/cvm/tc3_request, SignedHeaders=content-type;host, Signature={HEX}"
        );
        let parsed = Authorization::parse(&good).unwrap();
        assert_eq!((parsed.date.as_str(), parsed.service.as_str()), ("2019-02-25", "cvm"));
        assert_eq!(parsed.signed_headers, ["content-type", "host"]);
        for (from, to, word) in [
            ("TC3-HMAC-SHA256", "TC3", "algorithm"),
            ("Credential=", "Credentials=", "Credential"),
            ("/tc3_request", "", "tc3_request"),
            ("AKIDEXAMPLE", "AK ID", "SecretId"),
            (";host", "", "host"),
            ("Signature=1", "Signature=x", "hexadecimal"),
            ("10b1", "10B1", "lower case"),
            ("content-type", "Content-Type", "lower case"),
            ("SignedHeaders", "Headers", "SignedHeaders"),
        ] {
            let error = Authorization::parse(&good.replace(from, to)).unwrap_err();
            assert!(error.message.contains(word), "{} should name {word}", error.message);
            assert_eq!(error.code, "AuthFailure.InvalidAuthorization");
        }
    }

    proptest! {
        #[test]
        fn no_header_panics(header: String) {
            let _ = Authorization::parse(&header);
            let _ = Authorization::parse(&format!("TC3-HMAC-SHA256 Credential={header}"));
        }
    }
}
