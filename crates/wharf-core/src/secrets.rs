//! What must be read again is kept sealed: AES-256-GCM under the master key, bound to what it belongs to.

use std::str::FromStr;

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey},
    hmac::{HMAC_SHA256, Key, sign},
};
use wharf_model::ServiceAccountName;

use crate::{Error, random};

/// The key that seals secrets in the metadata store: 32 bytes, written as 64 hexadecimal digits.
pub struct MasterKey {
    key: RandomizedNonceKey,
    /// For marks of passwords.
    marks: Key,
}

/// A text that is no master key. It does not show the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a master key is 64 hexadecimal digits")]
pub struct InvalidMasterKey;

impl MasterKey {
    /// A new key's text.
    ///
    /// # Errors
    /// When the system has no random bytes.
    pub fn generate() -> Result<String, Error> {
        Ok(random::bytes::<32>()?.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// Seals `secret`, which belongs to `owner`.
    pub(crate) fn seal(&self, owner: &str, secret: &[u8]) -> Result<Vec<u8>, Error> {
        let mut sealed = secret.to_vec();
        let nonce = self.key.seal_in_place_append_tag(Aad::from(owner), &mut sealed);
        let nonce = nonce.map_err(|_| Error::Internal("a secret could not be sealed".to_owned()))?;
        Ok([nonce.as_ref().as_slice(), &sealed].concat())
    }

    /// 16 bits by which the account of a name and a password is found: too few to tell whether a guess is right, to
    /// whoever has the database and this key.
    pub(crate) fn password_mark(&self, name: &ServiceAccountName, password: &str) -> i64 {
        let digest = sign(&self.marks, format!("{name} {password}").as_bytes());
        digest.as_ref().iter().take(2).fold(0, |mark, byte| mark << 8 | i64::from(*byte))
    }

    /// Opens what [`Self::seal`] sealed for `owner`.
    pub(crate) fn open(&self, owner: &str, sealed: &[u8]) -> Result<Vec<u8>, Error> {
        let wrong = || Error::WrongMasterKey { owner: owner.to_owned() };
        let (nonce, body) = sealed.split_at_checked(NONCE_LEN).ok_or_else(wrong)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| wrong())?;
        let mut body = body.to_vec();
        let secret = self.key.open_in_place(nonce, Aad::from(owner), &mut body).map_err(|_| wrong())?;
        Ok(secret.to_vec())
    }
}

impl FromStr for MasterKey {
    type Err = InvalidMasterKey;

    fn from_str(text: &str) -> Result<Self, InvalidMasterKey> {
        let text = text.trim();
        if text.len() != 64 || !text.is_ascii() {
            return Err(InvalidMasterKey);
        }
        let mut key = [0; 32];
        for (byte, digits) in key.iter_mut().zip(text.as_bytes().chunks(2)) {
            let digits = str::from_utf8(digits).map_err(|_| InvalidMasterKey)?;
            *byte = u8::from_str_radix(digits, 16).map_err(|_| InvalidMasterKey)?;
        }
        let marks = sign(&Key::new(HMAC_SHA256, &key), b"marks of passwords");
        let marks = Key::new(HMAC_SHA256, marks.as_ref());
        let key = RandomizedNonceKey::new(&AES_256_GCM, &key).map_err(|_| InvalidMasterKey)?;
        Ok(Self { key, marks })
    }
}

#[cfg(test)]
mod tests {
    use super::MasterKey;

    #[test]
    fn a_secret_opens_for_its_owner_and_key_only() {
        let key: MasterKey = MasterKey::generate().unwrap().parse().unwrap();
        let other: MasterKey = MasterKey::generate().unwrap().parse().unwrap();
        let sealed = key.seal("AKID1", b"secret").unwrap();
        assert_eq!(key.open("AKID1", &sealed).unwrap(), b"secret");
        assert!(key.open("AKID2", &sealed).is_err());
        assert!(other.open("AKID1", &sealed).is_err());
        assert!(key.open("AKID1", &sealed[..5]).is_err());
        assert!(!sealed.windows(6).any(|window| window == b"secret"));
        assert_ne!(sealed, key.seal("AKID1", b"secret").unwrap());
    }

    #[test]
    fn a_mark_hangs_on_name_password_and_key() {
        let key: MasterKey = "5".repeat(64).parse().unwrap();
        let other: MasterKey = "6".repeat(64).parse().unwrap();
        let name = |text: &str| text.parse().unwrap();
        let mark = key.password_mark(&name("ci"), "Secret123");
        assert_eq!(key.password_mark(&name("tcr$ci"), "Secret123"), mark);
        assert!((0..1 << 16).contains(&mark));
        assert_ne!(other.password_mark(&name("ci"), "Secret123"), mark);
        assert_ne!(key.password_mark(&name("cd"), "Secret123"), mark);
        assert_ne!(key.password_mark(&name("ci"), "Secret124"), mark);
    }

    #[test]
    fn what_is_no_key_is_refused() {
        for text in ["", "00", &"g".repeat(64), &"ä".repeat(32), &"0".repeat(65)] {
            assert!(text.parse::<MasterKey>().is_err(), "{text}");
        }
    }
}
