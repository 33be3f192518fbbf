use std::{fmt, str::FromStr};

use crate::{Edition, InvalidName, NameKind};

/// A number of things that an instance's edition bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quota {
    /// Namespaces of an instance.
    Namespaces,
    /// Repositories of an instance.
    Repositories,
    /// Tags of a repository.
    Tags,
    /// Service accounts of an instance.
    ServiceAccounts,
    /// Long-term tokens of an instance.
    Tokens,
}

impl Quota {
    /// All that there are, in the order of their declaration.
    pub const ALL: [Self; 5] =
        [Self::Namespaces, Self::Repositories, Self::Tags, Self::ServiceAccounts, Self::Tokens];

    /// What it bounds, in words.
    pub const fn things(self) -> &'static str {
        match self {
            Self::Namespaces => "namespaces",
            Self::Repositories => "repositories",
            Self::Tags => "tags in a repository",
            Self::ServiceAccounts => "service accounts",
            Self::Tokens => "long-term tokens",
        }
    }

    /// The word in the configuration.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Namespaces => "namespaces",
            Self::Repositories => "repositories",
            Self::Tags => "tags",
            Self::ServiceAccounts => "service_accounts",
            Self::Tokens => "tokens",
        }
    }
}

impl fmt::Display for Quota {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Quota {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let found = Self::ALL.into_iter().find(|quota| quota.name() == text);
        found.ok_or_else(|| InvalidName::new(NameKind::Quota, text))
    }
}

/// How much of each an edition allows; nothing stands for as much as one likes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EditionQuotas([Option<u64>; Quota::ALL.len()]);

impl EditionQuotas {
    /// What one edition allows of a thing.
    pub const fn limit(&self, quota: Quota) -> Option<u64> {
        self.0[quota as usize]
    }

    /// The same with another bound of one thing.
    #[must_use]
    pub const fn with(mut self, quota: Quota, limit: Option<u64>) -> Self {
        self.0[quota as usize] = limit;
        self
    }
}

/// What each edition allows (`[quotas]`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quotas {
    /// `basic`
    pub basic: EditionQuotas,
    /// `standard`
    pub standard: EditionQuotas,
    /// `premium`
    pub premium: EditionQuotas,
}

impl Quotas {
    /// What an edition allows.
    pub const fn of(&self, edition: Edition) -> &EditionQuotas {
        match edition {
            Edition::Basic => &self.basic,
            Edition::Standard => &self.standard,
            Edition::Premium => &self.premium,
        }
    }
}

/// TCR's own for namespaces and repositories; it names no bound of tags.
impl Default for Quotas {
    fn default() -> Self {
        Self {
            basic: EditionQuotas([Some(50), Some(1_000), None, Some(50), Some(100)]),
            standard: EditionQuotas([Some(100), Some(3_000), None, Some(100), Some(200)]),
            premium: EditionQuotas([Some(500), Some(5_000), None, Some(500), Some(1_000)]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Quota, Quotas};
    use crate::Edition;

    #[test]
    fn a_quota_is_changed_alone_and_found_by_its_word() {
        for quota in Quota::ALL {
            assert_eq!(quota.name().parse(), Ok(quota));
            let changed = Quotas::default().basic.with(quota, Some(7));
            for other in Quota::ALL {
                let expected =
                    if other == quota { Some(7) } else { Quotas::default().of(Edition::Basic).limit(other) };
                assert_eq!(changed.limit(other), expected);
            }
        }
        assert!("apples".parse::<Quota>().is_err());
    }
}
