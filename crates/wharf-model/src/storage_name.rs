use std::{fmt, str::FromStr};

use crate::{InvalidName, NameKind, name::alphanumeric_with_single_separators};

/// What the store of `storage_url` is called.
const DEFAULT: &str = "default";
const LONGEST: usize = 32;

/// What a registry's configuration calls one of its content stores: 1 to 32 lower-case letters, digits and single
/// hyphens between them. `default` is the store of `storage_url`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StorageName(Option<Box<str>>);

impl StorageName {
    /// The whole name.
    pub fn as_str(&self) -> &str {
        self.0.as_deref().unwrap_or(DEFAULT)
    }

    /// Whether it is the store of `storage_url`.
    pub const fn is_default(&self) -> bool {
        self.0.is_none()
    }
}

impl fmt::Display for StorageName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for StorageName {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        if text == DEFAULT {
            return Ok(Self::default());
        }
        let valid = text.len() <= LONGEST && alphanumeric_with_single_separators(text, b"-");
        valid.then(|| Self(Some(text.into()))).ok_or_else(|| InvalidName::new(NameKind::Storage, text))
    }
}

#[cfg(test)]
mod tests {
    use super::StorageName;

    #[test]
    fn names() {
        for name in ["archive", "s3-eu-1", "0", "a"] {
            let read: StorageName = name.parse().unwrap();
            assert_eq!((read.as_str(), read.is_default()), (name, false));
        }
        assert_eq!("default".parse(), Ok(StorageName::default()));
        assert_eq!(StorageName::default().to_string(), "default");
        for name in ["", "Archive", "a_b", "a--b", "-a", "a-", "a,b", "ä", &"a".repeat(33)] {
            assert!(name.parse::<StorageName>().is_err(), "{name}");
        }
    }
}
