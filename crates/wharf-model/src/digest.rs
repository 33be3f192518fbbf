use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize, de};
use sha2::{
    Digest as _, Sha256, Sha512,
    digest::common::hazmat::{SerializableState, SerializedState},
};

/// A hash algorithm of the OCI image specification's digests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// `sha256`, 64 hexadecimal digits.
    Sha256,
    /// `sha512`, 128 hexadecimal digits.
    Sha512,
}

impl Algorithm {
    /// The name before the colon of a digest.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sha256 => "sha256",
            Self::Sha512 => "sha512",
        }
    }

    /// Both algorithms.
    pub const ALL: [Self; 2] = [Self::Sha256, Self::Sha512];

    /// The algorithm called `name`.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.name() == name)
    }

    const fn hex_length(self) -> usize {
        match self {
            Self::Sha256 => 64,
            Self::Sha512 => 128,
        }
    }
}

/// The digest of some content, `sha256:…` or `sha512:…` in lower-case hexadecimal
/// (OCI image specification, "Digests").
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Digest(Box<str>);

/// A text that is no digest this registry takes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no digest: sha256: and 64, or sha512: and 128, lower-case hexadecimal digits")]
pub struct InvalidDigest(String);

impl Digest {
    /// The sha256 digest of `content`.
    pub fn of(content: &[u8]) -> Self {
        Self::from_hash(Algorithm::Sha256, &Sha256::digest(content))
    }

    /// The digest of `content` by `algorithm`.
    pub fn by(algorithm: Algorithm, content: &[u8]) -> Self {
        match algorithm {
            Algorithm::Sha256 => Self::of(content),
            Algorithm::Sha512 => Self::from_hash(algorithm, &Sha512::digest(content)),
        }
    }

    /// The whole text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The algorithm before the colon.
    pub fn algorithm(&self) -> Algorithm {
        if self.0.starts_with("sha256:") { Algorithm::Sha256 } else { Algorithm::Sha512 }
    }

    /// The hexadecimal digits after the colon.
    pub fn hex(&self) -> &str {
        &self.0[self.algorithm().name().len() + 1..]
    }

    fn from_hash(algorithm: Algorithm, hash: &[u8]) -> Self {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut text = String::with_capacity(algorithm.name().len() + 1 + hash.len() * 2);
        text.push_str(algorithm.name());
        text.push(':');
        for byte in hash {
            text.push(char::from(DIGITS[usize::from(byte >> 4)]));
            text.push(char::from(DIGITS[usize::from(byte & 15)]));
        }
        Self(text.into())
    }
}

impl FromStr for Digest {
    type Err = InvalidDigest;

    fn from_str(text: &str) -> Result<Self, InvalidDigest> {
        let valid = text.split_once(':').is_some_and(|(name, hex)| {
            Algorithm::named(name).is_some_and(|algorithm| hex.len() == algorithm.hex_length())
                && hex.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
        });
        if valid { Ok(Self(text.into())) } else { Err(InvalidDigest(text.chars().take(160).collect())) }
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: de::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

/// A running hash whose state can be kept and taken up again later, by this process or another.
#[derive(Clone, Debug)]
pub enum Hasher {
    /// On its way to a `sha256` digest.
    Sha256(Sha256),
    /// On its way to a `sha512` digest.
    Sha512(Sha512),
}

impl Hasher {
    /// A hash of nothing yet.
    pub fn new(algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::Sha256 => Self::Sha256(Sha256::new()),
            Algorithm::Sha512 => Self::Sha512(Sha512::new()),
        }
    }

    /// The algorithm of the digest to come.
    pub const fn algorithm(&self) -> Algorithm {
        match self {
            Self::Sha256(_) => Algorithm::Sha256,
            Self::Sha512(_) => Algorithm::Sha512,
        }
    }

    /// Takes `content` into the hash.
    pub fn update(&mut self, content: &[u8]) {
        match self {
            Self::Sha256(hash) => hash.update(content),
            Self::Sha512(hash) => hash.update(content),
        }
    }

    /// The digest of all that was taken in.
    pub fn finish(self) -> Digest {
        match self {
            Self::Sha256(hash) => Digest::from_hash(Algorithm::Sha256, &hash.finalize()),
            Self::Sha512(hash) => Digest::from_hash(Algorithm::Sha512, &hash.finalize()),
        }
    }

    /// The state, to be kept with the bytes it covers. Its length tells the algorithm.
    pub fn state(&self) -> Vec<u8> {
        match self {
            Self::Sha256(hash) => hash.serialize().to_vec(),
            Self::Sha512(hash) => hash.serialize().to_vec(),
        }
    }

    /// The hasher that `state` was taken from; nothing when the bytes are no such state.
    pub fn resume(state: &[u8]) -> Option<Self> {
        if let Ok(state) = <&SerializedState<Sha256>>::try_from(state) {
            return Sha256::deserialize(state).ok().map(Self::Sha256);
        }
        let state: &SerializedState<Sha512> = state.try_into().ok()?;
        Sha512::deserialize(state).ok().map(Self::Sha512)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Algorithm, Digest, Hasher};

    #[test]
    fn digests_of_known_content() {
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(Digest::of(b"").as_str(), format!("sha256:{empty}"));
        assert_eq!(Digest::of(b"").hex(), empty);
        let long = Digest::by(Algorithm::Sha512, b"");
        assert_eq!(long.algorithm(), Algorithm::Sha512);
        assert_eq!(long.hex().len(), 128);
        assert_eq!(long.as_str().parse(), Ok(long));
    }

    #[test]
    fn what_is_no_digest_is_refused() {
        let hex = Digest::of(b"").hex().to_owned();
        let upper = format!("sha256:{}", hex.to_uppercase());
        let short = format!("sha256:{}", &hex[1..]);
        let other = format!("md5:{hex}");
        let sha512 = format!("sha512:{hex}");
        for text in ["", ":", "sha256:", &hex, &upper, &short, &other, &sha512, "sha256:../../etc/passwd"] {
            assert!(text.parse::<Digest>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_kept_state_goes_on_where_it_was(content: Vec<u8>, cut: prop::sample::Index, long: bool) {
            let algorithm = if long { Algorithm::Sha512 } else { Algorithm::Sha256 };
            let cut = if content.is_empty() { 0 } else { cut.index(content.len()) };
            let mut first = Hasher::new(algorithm);
            first.update(&content[..cut]);
            let mut second = Hasher::resume(&first.state()).unwrap();
            second.update(&content[cut..]);
            prop_assert_eq!(second.finish(), Digest::by(algorithm, &content));
        }

        #[test]
        fn resuming_from_garbage_never_panics(state: Vec<u8>) {
            let _ = Hasher::resume(&state);
        }
    }
}
