use std::{fmt, str::FromStr};

use crate::{InvalidName, NameKind};

/// What of a manifest's content must be in the repository before an instance takes the manifest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Completeness {
    /// `strict`: everything.
    #[default]
    Strict,
    /// `sparse-indexes`: of an image everything, of an index nothing, as mirrors of single platforms need it.
    SparseIndexes,
    /// `sparse`: nothing.
    Sparse,
}

impl Completeness {
    /// The word of the setting.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Strict => "strict",
            Self::SparseIndexes => "sparse-indexes",
            Self::Sparse => "sparse",
        }
    }
}

impl fmt::Display for Completeness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Completeness {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        [Self::Strict, Self::SparseIndexes, Self::Sparse]
            .into_iter()
            .find(|completeness| completeness.name() == text)
            .ok_or_else(|| InvalidName::new(NameKind::Completeness, text))
    }
}
