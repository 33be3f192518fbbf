use std::{fmt, str::FromStr};

use crate::{Digest, InvalidName, NameKind, Tag};

/// What names a manifest in a repository: a tag or a digest (OCI distribution specification, `<reference>`).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Reference {
    /// A tag.
    Tag(Tag),
    /// A digest.
    Digest(Digest),
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tag(tag) => tag.fmt(f),
            Self::Digest(digest) => digest.fmt(f),
        }
    }
}

impl FromStr for Reference {
    type Err = InvalidName;

    /// A text with a colon can only be a digest, for no tag has one.
    fn from_str(text: &str) -> Result<Self, InvalidName> {
        if text.contains(':') {
            let digest = text.parse().map(Self::Digest);
            digest.map_err(|_| InvalidName::new(NameKind::Digest, text))
        } else {
            text.parse().map(Self::Tag)
        }
    }
}
