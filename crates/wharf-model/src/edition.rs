use std::{fmt, str::FromStr};

use crate::{InvalidName, NameKind};

/// An instance's edition, `RegistryType` in the cloud API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Edition {
    /// `basic`
    Basic,
    /// `standard`
    Standard,
    /// `premium`
    Premium,
}

impl Edition {
    /// The API's word.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Basic => "basic",
            Self::Standard => "standard",
            Self::Premium => "premium",
        }
    }
}

impl fmt::Display for Edition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Edition {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        [Self::Basic, Self::Standard, Self::Premium]
            .into_iter()
            .find(|edition| edition.name() == text)
            .ok_or_else(|| InvalidName::new(NameKind::Edition, text))
    }
}
