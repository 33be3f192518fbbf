//! The `Authorization` header of signature method v3.

use wharf_model::SecretId;

use crate::{ApiError, Message, say};

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
        let (algorithm, fields) =
            header.trim().split_once(' ').ok_or_else(|| invalid(say!("it has no fields", "没有字段")))?;
        if algorithm != ALGORITHM {
            return Err(invalid(say!("the algorithm is not {ALGORITHM}", "算法不是 {ALGORITHM}")));
        }
        let field = |name: &str| {
            let found =
                fields.split(',').find_map(|field| field.trim().strip_prefix(name)?.strip_prefix('='));
            found.ok_or_else(|| invalid(say!("{name} is missing", "缺少 {name}")))
        };
        let scope: Vec<_> = field("Credential")?.split('/').collect();
        let [secret_id, date, service, TERMINATOR] = scope[..] else {
            return Err(invalid(say!(
                "Credential is not SecretId/Date/service/{TERMINATOR}",
                "Credential 的格式不是 SecretId/Date/service/{TERMINATOR}"
            )));
        };
        let signed_headers: Vec<_> =
            field("SignedHeaders")?.split(';').map(|name| name.trim().to_owned()).collect();
        if signed_headers.iter().any(|name| name.bytes().any(|byte| byte.is_ascii_uppercase())) {
            return Err(invalid(say!("SignedHeaders is not in lower case", "SignedHeaders 不是小写")));
        }
        if let Some(name) =
            REQUIRED_HEADERS.iter().find(|name| !signed_headers.iter().any(|signed| signed == **name))
        {
            return Err(invalid(say!("SignedHeaders lacks {name}", "SignedHeaders 缺少 {name}")));
        }
        let mut signature = [0; 32];
        let digits = field("Signature")?;
        let decoded = hex::decode_to_slice(digits, &mut signature);
        if decoded.is_err() || digits.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return Err(invalid(say!(
                "Signature is not 64 hexadecimal digits in lower case",
                "Signature 不是 64 位小写十六进制数字"
            )));
        }
        Ok(Self {
            secret_id: secret_id.parse().map_err(|_| {
                invalid(say!("Credential names no SecretId", "Credential 中没有合法的 SecretId"))
            })?,
            date: date.to_owned(),
            service: service.to_owned(),
            signed_headers,
            signature,
        })
    }
}

fn invalid(what: Message) -> ApiError {
    let Message { english, chinese } = what;
    ApiError::new(
        "AuthFailure.InvalidAuthorization",
        say!("The Authorization header is not valid: {english}.", "Authorization 请求头无效：{chinese}。"),
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
            assert!(error.message.english.contains(word), "{} should name {word}", error.message);
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
