use std::{fmt, ops::BitOr};

/// A set of what may be done to a repository: pull, push, delete.
///
/// The names are those of the token service's scopes (Docker Registry v2 token authentication, "resource actions").
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Actions(u8);

const NAMES: [(Actions, &str); 3] =
    [(Actions::PULL, "pull"), (Actions::PUSH, "push"), (Actions::DELETE, "delete")];

impl Actions {
    /// Nothing.
    pub const NONE: Self = Self(0);
    /// Read manifests, blobs and the tag list.
    pub const PULL: Self = Self(1);
    /// Upload blobs and put manifests.
    pub const PUSH: Self = Self(2);
    /// Delete tags, manifests and blobs.
    pub const DELETE: Self = Self(4);
    /// Everything.
    pub const ALL: Self = Self(7);

    /// Whether every action of `other` is in this set.
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// What both sets hold.
    #[must_use]
    pub const fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// What this set holds and `other` does not.
    #[must_use]
    pub const fn difference(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether the set is empty.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The actions named in a scope, such as `pull,push`; `*` is all of them, an unknown name is none.
    pub fn parse_scope(names: &str) -> Self {
        names.split(',').map(|name| Self::named(name.trim())).fold(Self::NONE, BitOr::bitor)
    }

    /// The names of the set's actions, in a fixed order.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        NAMES.into_iter().filter(move |(action, _)| self.contains(*action)).map(|(_, name)| name)
    }

    fn named(name: &str) -> Self {
        if name == "*" {
            return Self::ALL;
        }
        NAMES.into_iter().find(|(_, known)| *known == name).map_or(Self::NONE, |(action, _)| action)
    }
}

impl BitOr for Actions {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl fmt::Display for Actions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, name) in self.names().enumerate() {
            f.write_str(if index > 0 { "," } else { "" })?;
            f.write_str(name)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Actions;

    #[test]
    fn a_scope_names_actions_and_ignores_what_it_does_not_know() {
        assert_eq!(Actions::parse_scope("pull,push"), Actions::PULL | Actions::PUSH);
        assert_eq!(Actions::parse_scope("*"), Actions::ALL);
        assert_eq!(Actions::parse_scope("fly, pull"), Actions::PULL);
        assert_eq!(Actions::parse_scope("").to_string(), "");
        assert_eq!(Actions::ALL.to_string(), "pull,push,delete");
    }
}
