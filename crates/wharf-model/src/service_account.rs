//! Service accounts of an instance: their names, and what they may be let do in a namespace.

use std::{fmt, ops::BitOr, str::FromStr};

use crate::{InvalidName, NameKind, name::alphanumeric_with_single_separators};

/// What is put before a service account's name.
const PREFIX: &str = "tcr$";
const LONGEST: usize = 128;

/// A service account's name, without the `tcr$` that is put before it where it is shown: 1 to 128 lower-case letters
/// and digits with single `.`, `_` or `-` between them. The API names no rule; this is Harbor's for its robots.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ServiceAccountName(Box<str>);

/// A set of what a service account may do in a namespace (`Permission.Actions`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct ServiceActions(u8);

/// In the order in which the API shows them.
const NAMES: [(ServiceActions, &str); 5] = [
    (ServiceActions::PULL, "tcr:PullRepository"),
    (ServiceActions::PUSH, "tcr:PushRepository"),
    (ServiceActions::CREATE, "tcr:CreateRepository"),
    (ServiceActions::CREATE_CHART, "tcr:CreateHelmChart"),
    (ServiceActions::DESCRIBE_CHARTS, "tcr:DescribeHelmCharts"),
];

impl ServiceAccountName {
    /// The name without `tcr$`, as stores keep it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a user name is meant to be a service account's, which an account's number never looks like.
    pub fn is_meant(user: &str) -> bool {
        user.starts_with(PREFIX)
    }
}

impl FromStr for ServiceAccountName {
    type Err = InvalidName;

    /// Reads a name with or without `tcr$`, for clients give both.
    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let name = text.strip_prefix(PREFIX).unwrap_or(text);
        let valid = name.len() <= LONGEST && alphanumeric_with_single_separators(name, b"._-");
        valid.then(|| Self(name.into())).ok_or_else(|| InvalidName::new(NameKind::ServiceAccount, text))
    }
}

impl fmt::Display for ServiceAccountName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{PREFIX}{}", self.0)
    }
}

impl ServiceActions {
    /// Nothing.
    pub const NONE: Self = Self(0);
    /// Pull from repositories, and list their tags.
    pub const PULL: Self = Self(1);
    /// Push into repositories that are there.
    pub const PUSH: Self = Self(2);
    /// Make repositories, with [`Self::PUSH`] by pushing.
    pub const CREATE: Self = Self(4);
    /// Upload charts to Helm's chart repository.
    pub const CREATE_CHART: Self = Self(8);
    /// List and download charts of Helm's chart repository.
    pub const DESCRIBE_CHARTS: Self = Self(16);

    /// Whether every action of `other` is in this set.
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// The set as stores keep it: a bit an action, from 1 in the order of the constants.
    pub const fn bits(self) -> i64 {
        self.0 as i64
    }

    /// The set of a stored number; bits that mean nothing are left out.
    pub fn from_bits(bits: i64) -> Self {
        let known = NAMES.into_iter().map(|(action, _)| action);
        known.filter(|action| bits & action.bits() != 0).fold(Self::NONE, BitOr::bitor)
    }

    /// The names of the set's actions as the API has them, in its order.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        NAMES.into_iter().filter(move |(action, _)| self.contains(*action)).map(|(_, name)| name)
    }
}

impl BitOr for ServiceActions {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

#[cfg(test)]
mod tests {
    use super::{NAMES, ServiceAccountName, ServiceActions};

    #[test]
    fn a_name_is_read_with_and_without_its_prefix_and_shown_with_it() {
        for text in ["ci", "tcr$ci"] {
            let name: ServiceAccountName = text.parse().unwrap();
            assert_eq!((name.as_str(), name.to_string().as_str()), ("ci", "tcr$ci"));
        }
        for text in ["a", "servie-account3", "account_test", "a.b", &"x".repeat(128)] {
            assert!(text.parse::<ServiceAccountName>().is_ok(), "{text}");
        }
        let long = "x".repeat(129);
        for text in ["", "tcr$", "tcr$tcr$ci", "CI", "-ci", "ci-", "a--b", "a b", "a/b", "a$b", "ä", &long] {
            assert!(text.parse::<ServiceAccountName>().is_err(), "{text}");
        }
        assert!(ServiceAccountName::is_meant("tcr$ci") && !ServiceAccountName::is_meant("100000000001"));
    }

    #[test]
    fn a_set_is_kept_as_a_number() {
        let all = NAMES.into_iter().fold(ServiceActions::NONE, |all, (action, _)| all | action);
        assert_eq!(all.names().count(), 5);
        for bits in 0..32 {
            assert_eq!(ServiceActions::from_bits(bits).bits(), bits);
        }
        assert_eq!(ServiceActions::from_bits(-1), all);
        let some = ServiceActions::CREATE | ServiceActions::PULL;
        assert_eq!(some.names().collect::<Vec<_>>(), ["tcr:PullRepository", "tcr:CreateRepository"]);
        assert!(some.contains(ServiceActions::PULL) && !some.contains(ServiceActions::PUSH));
    }
}
