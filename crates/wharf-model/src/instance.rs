use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{InvalidName, NameKind, name::alphanumeric_with_single_separators};

/// An instance's id, `tcr-` and 8 lower-case letters or digits.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct InstanceId(Box<str>);

impl InstanceId {
    /// The whole text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for InstanceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for InstanceId {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let valid = text.strip_prefix("tcr-").is_some_and(|rest| {
            rest.len() == 8 && rest.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        });
        valid.then(|| Self(text.into())).ok_or_else(|| InvalidName::new(NameKind::InstanceId, text))
    }
}

impl TryFrom<String> for InstanceId {
    type Error = InvalidName;

    fn try_from(text: String) -> Result<Self, InvalidName> {
        text.parse()
    }
}

impl From<InstanceId> for String {
    fn from(id: InstanceId) -> Self {
        id.0.into()
    }
}

/// An instance's name, also the first label of its domain: 2 to 50 letters, digits and single hyphens between them.
///
/// Names are one name when they differ in case only, as domain labels are.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct InstanceName(Box<str>);

impl InstanceName {
    /// The name as it was given.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The label by which the instance is reached: the name in lower case.
    pub fn label(&self) -> String {
        self.0.to_ascii_lowercase()
    }

    /// Whether the name is kept for the registry's own hosts and paths.
    pub fn is_reserved(&self) -> bool {
        const RESERVED: [&str; 17] = [
            "acr",
            "admin",
            "api",
            "cam",
            "chartrepo",
            "console",
            "healthz",
            "localhost",
            "metrics",
            "readyz",
            "service",
            "sts",
            "tag",
            "tcr",
            "tcss",
            "v2",
            "www",
        ];
        RESERVED.contains(&self.label().as_str())
    }
}

impl fmt::Display for InstanceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for InstanceName {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let lower = text.to_ascii_lowercase();
        let valid = (2..=50).contains(&text.len()) && alphanumeric_with_single_separators(&lower, b"-");
        valid.then(|| Self(text.into())).ok_or_else(|| InvalidName::new(NameKind::Instance, text))
    }
}

/// Where an instance is in its life, `Status` of `DescribeInstances`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InstanceStatus {
    /// Asked for, nothing done yet.
    Pending,
    /// Its storage is being made.
    Deploying,
    /// In use.
    Running,
    /// It does not work as it should.
    Unhealthy,
    /// It could not be made.
    FailedCreated,
    /// It could not be changed.
    FailedUpdated,
    /// Its content cannot be reached.
    BucketError,
    /// Its paid period has ended: it answers pulls, and waits to be renewed or deleted.
    Isolate,
    /// Being taken down; refuses everything.
    Deleting,
    /// Its content could not be removed.
    DeleteBucketFailed,
    /// It could not be removed.
    DeleteFailed,
}

impl InstanceStatus {
    /// All that the reference lists. An instance here is in one of Pending, Deploying, Running, Isolate and Deleting;
    /// the others are words that a caller may look for.
    const ALL: [Self; 11] = [
        Self::Pending,
        Self::Deploying,
        Self::Running,
        Self::Unhealthy,
        Self::FailedCreated,
        Self::FailedUpdated,
        Self::BucketError,
        Self::Isolate,
        Self::Deleting,
        Self::DeleteBucketFailed,
        Self::DeleteFailed,
    ];

    /// Whether what is in the instance may be pulled and looked at.
    pub const fn is_readable(self) -> bool {
        matches!(self, Self::Running | Self::Isolate)
    }

    /// The API's word.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "Pending",
            Self::Deploying => "Deploying",
            Self::Running => "Running",
            Self::Unhealthy => "Unhealthy",
            Self::FailedCreated => "FailedCreated",
            Self::FailedUpdated => "FailedUpdated",
            Self::BucketError => "Bucket-Error",
            Self::Isolate => "Isolate",
            Self::Deleting => "Deleting",
            Self::DeleteBucketFailed => "DeleteBucketFailed",
            Self::DeleteFailed => "DeleteFailed",
        }
    }
}

impl fmt::Display for InstanceStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for InstanceStatus {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        Self::ALL
            .into_iter()
            .find(|status| status.name() == text)
            .ok_or_else(|| InvalidName::new(NameKind::InstanceStatus, text))
    }
}

/// How an instance is paid, `PayMod` (`RegistryChargeType`) in the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChargeType {
    /// 0: by use.
    PostPaid,
    /// 1: for a period in advance.
    PrePaid,
}

impl ChargeType {
    /// The API's number.
    pub const fn number(self) -> i64 {
        match self {
            Self::PostPaid => 0,
            Self::PrePaid => 1,
        }
    }

    /// The charge type of an API number.
    pub const fn from_number(number: i64) -> Option<Self> {
        match number {
            0 => Some(Self::PostPaid),
            1 => Some(Self::PrePaid),
            _ => None,
        }
    }
}

/// What happens when a prepaid period ends, `RenewFlag` in the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RenewFlag {
    /// 0: somebody renews by hand.
    Manual,
    /// 1: it renews itself.
    Automatic,
    /// 2: it ends without a notice.
    None,
}

impl RenewFlag {
    /// The API's number.
    pub const fn number(self) -> i64 {
        match self {
            Self::Manual => 0,
            Self::Automatic => 1,
            Self::None => 2,
        }
    }

    /// The flag of an API number.
    pub const fn from_number(number: i64) -> Option<Self> {
        match number {
            0 => Some(Self::Manual),
            1 => Some(Self::Automatic),
            2 => Some(Self::None),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{InstanceId, InstanceName, InstanceStatus};

    #[test]
    fn each_status_is_found_by_its_word() {
        for status in InstanceStatus::ALL {
            assert_eq!(status.name().parse(), Ok(status));
        }
        assert!("running".parse::<InstanceStatus>().is_err());
    }

    #[test]
    fn instance_names() {
        for name in
            ["ab", "tcr-test", "registryName123", "a1-b2-c3", "0", "-a", "a-", "a--b", "a_b", "a.b", ""]
        {
            let valid = matches!(name, "ab" | "tcr-test" | "registryName123" | "a1-b2-c3");
            assert_eq!(name.parse::<InstanceName>().is_ok(), valid, "{name}");
        }
        assert!("a".repeat(50).parse::<InstanceName>().is_ok());
        assert!("a".repeat(51).parse::<InstanceName>().is_err());
        assert!("Console".parse::<InstanceName>().unwrap().is_reserved());
        assert!(!"team".parse::<InstanceName>().unwrap().is_reserved());
    }

    #[test]
    fn instance_ids() {
        assert!("tcr-dg284imq".parse::<InstanceId>().is_ok());
        for id in ["tcr-", "tcr-DG284IMQ", "tcr-abc", "crt-dg284imq", "tcr-dg284im/", "tcr-dg284imqq"] {
            assert!(id.parse::<InstanceId>().is_err(), "{id}");
        }
    }
}
