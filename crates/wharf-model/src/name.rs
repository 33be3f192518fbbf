use std::{fmt, str::FromStr};

use crate::{InvalidName, NameKind};

/// A namespace's name: 2 to 30 lower-case letters and digits with single `.`, `_` or `-` between them (`CreateNamespace`).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NamespaceName(Box<str>);

/// A repository's path inside its namespace: components of the OCI distribution grammar, joined by `/`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RepositoryPath(Box<str>);

/// A tag: 1 to 128 letters, digits, `_`, `.` and `-`, not beginning with `.` or `-` (OCI distribution specification).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tag(Box<str>);

/// A repository inside an instance: `NAMESPACE/PATH`, 255 characters at most.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RepositoryName {
    /// The namespace before the first slash.
    pub namespace: NamespaceName,
    /// The rest.
    pub path: RepositoryPath,
}

const REPOSITORY_NAME_LIMIT: usize = 255;

impl FromStr for NamespaceName {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let valid = (2..=30).contains(&text.len()) && alphanumeric_with_single_separators(text, b"._-");
        valid.then(|| Self(text.into())).ok_or_else(|| InvalidName::new(NameKind::Namespace, text))
    }
}

impl FromStr for RepositoryPath {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let valid = text.len() <= REPOSITORY_NAME_LIMIT && text.split('/').all(is_path_component);
        valid.then(|| Self(text.into())).ok_or_else(|| InvalidName::new(NameKind::RepositoryPath, text))
    }
}

impl FromStr for Tag {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let valid = (1..=128).contains(&text.len())
            && !text.starts_with(['.', '-'])
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-'));
        valid.then(|| Self(text.into())).ok_or_else(|| InvalidName::new(NameKind::Tag, text))
    }
}

impl FromStr for RepositoryName {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let whole =
            (text.len() <= REPOSITORY_NAME_LIMIT).then_some(text).and_then(|text| text.split_once('/'));
        let Some((namespace, path)) = whole else {
            return Err(InvalidName::new(NameKind::Repository, text));
        };
        Ok(Self { namespace: namespace.parse()?, path: path.parse()? })
    }
}

impl fmt::Display for RepositoryName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.namespace, self.path)
    }
}

macro_rules! text {
    ($($name:ident),*) => { $(
        impl $name {
            /// The whole text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )* };
}

text!(NamespaceName, RepositoryPath, Tag);

/// Lower-case letters and digits, with single separators only between them.
pub(crate) fn alphanumeric_with_single_separators(text: &str, separators: &[u8]) -> bool {
    !text.is_empty()
        && text
            .split(|c: char| c.is_ascii() && separators.contains(&(c as u8)))
            .all(|part| !part.is_empty() && part.bytes().all(is_lower_alphanumeric))
}

/// `path-component` of the distribution grammar: `[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*`.
fn is_path_component(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut position = 0;
    loop {
        let word = bytes[position..].iter().take_while(|b| is_lower_alphanumeric(**b)).count();
        position += word;
        if word == 0 || position == bytes.len() {
            return word > 0;
        }
        let separator = bytes[position..].iter().take_while(|b| matches!(b, b'.' | b'_' | b'-')).count();
        let text = &bytes[position..position + separator];
        if !(matches!(text, b"." | b"_" | b"__") || (separator > 0 && text.iter().all(|b| *b == b'-'))) {
            return false;
        }
        position += separator;
    }
}

const fn is_lower_alphanumeric(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{NamespaceName, RepositoryName, RepositoryPath, Tag};

    #[test]
    fn namespace_names() {
        for name in ["ab", "team-01", "a.b_c-d", "x".repeat(30).as_str()] {
            assert!(name.parse::<NamespaceName>().is_ok(), "{name}");
        }
        for name in ["", "a", "Team", "a--b", "a._b", "-a", "a-", "a/b", "ä1", "x".repeat(31).as_str()] {
            assert!(name.parse::<NamespaceName>().is_err(), "{name}");
        }
    }

    #[test]
    fn repository_paths() {
        for path in ["nginx", "a", "a/b/c", "a__b", "a---b", "a.b_c", "0"] {
            assert!(path.parse::<RepositoryPath>().is_ok(), "{path}");
        }
        for path in ["", "/", "a/", "/a", "a//b", "a..b", "a___b", "a_.b", "A", "a/../b", "a-", "_a", "a b"] {
            assert!(path.parse::<RepositoryPath>().is_err(), "{path}");
        }
    }

    #[test]
    fn whole_repository_names() {
        let name: RepositoryName = "team/app/web".parse().unwrap();
        assert_eq!((name.namespace.as_str(), name.path.as_str()), ("team", "app/web"));
        assert_eq!(name.to_string(), "team/app/web");
        assert!("team".parse::<RepositoryName>().is_err());
        assert!(format!("team/{}", "a".repeat(250)).parse::<RepositoryName>().is_ok());
        assert!(format!("team/{}", "a".repeat(251)).parse::<RepositoryName>().is_err());
    }

    proptest! {
        #[test]
        fn tags_follow_the_grammar(text in "[a-zA-Z0-9_.-]{0,130}") {
            let valid = (1..=128).contains(&text.len()) && !text.starts_with(['.', '-']);
            prop_assert_eq!(text.parse::<Tag>().is_ok(), valid);
        }

        #[test]
        fn no_text_panics(text: String) {
            let _ = (text.parse::<Tag>(), text.parse::<RepositoryName>(), text.parse::<NamespaceName>());
        }
    }
}
