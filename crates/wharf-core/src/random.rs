//! Random texts: ids and secrets.

use crate::Error;

const LETTERS_AND_DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const LOWER_AND_DIGITS: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789";
const BASE32_HEX: &[u8] = b"0123456789abcdefghijklmnopqrstuv";

/// A SecretId: `AKID` and 32 letters or digits.
pub(crate) fn secret_id() -> Result<String, Error> {
    Ok(format!("AKID{}", text(LETTERS_AND_DIGITS, 32)?))
}

/// A SecretKey: 32 letters or digits.
pub(crate) fn secret_key() -> Result<String, Error> {
    text(LETTERS_AND_DIGITS, 32)
}

/// A password: 20 letters or digits.
pub(crate) fn password() -> Result<String, Error> {
    text(LETTERS_AND_DIGITS, 20)
}

/// A service account's password: 32 letters or digits.
pub(crate) fn service_password() -> Result<String, Error> {
    text(LETTERS_AND_DIGITS, 32)
}

/// The token of temporary credentials: 64 letters or digits.
pub(crate) fn session_token() -> Result<String, Error> {
    text(LETTERS_AND_DIGITS, 64)
}

/// An instance's id.
pub(crate) fn instance_id() -> Result<String, Error> {
    Ok(format!("tcr-{}", text(LOWER_AND_DIGITS, 8)?))
}

/// The id of a long-term instance token: 20 digits of base 32.
pub(crate) fn token_id() -> Result<String, Error> {
    text(BASE32_HEX, 20)
}

/// Random bytes from the system's generator.
pub(crate) fn bytes<const N: usize>() -> Result<[u8; N], Error> {
    let mut bytes = [0; N];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| Error::Internal("no random bytes".to_owned()))?;
    Ok(bytes)
}

/// Characters of `alphabet`, each as likely as every other.
fn text(alphabet: &[u8], length: usize) -> Result<String, Error> {
    let limit = 256 - 256 % alphabet.len();
    let mut text = String::with_capacity(length);
    while text.len() < length {
        let fair = bytes::<64>()?.into_iter().map(usize::from).filter(|byte| *byte < limit);
        text.extend(fair.take(length - text.len()).map(|byte| char::from(alphabet[byte % alphabet.len()])));
    }
    Ok(text)
}
