//! Roles and the names of sessions, as CAM and STS have them.

use std::{fmt, str::FromStr};

use crate::{InvalidName, NameKind, Uin};

/// A role's number: 19 digits, the first of a registry is `4611686018427387904`, as in the cloud.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RoleId(i64);

/// A role's name: 1 to 128 letters, digits and `+=,.@_-` (CAM, `CreateRole`).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RoleName(Box<str>);

/// What a holder of temporary credentials is called: 2 to 128 letters, digits and `+=,.@_-` (STS, `AssumeRole`).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SessionName(Box<str>);

/// A role as `AssumeRole` names it: `qcs::cam::uin/UIN:roleName/NAME` or `qcs::cam::uin/UIN:role/ID`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleArn {
    /// The account that owns the role.
    pub owner: Uin,
    /// Which of its roles.
    pub role: RoleKey,
}

/// How a role is named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RoleKey {
    /// By its number.
    Id(RoleId),
    /// By its name.
    Name(RoleName),
}

impl RoleId {
    /// The first role of a registry.
    pub const FIRST: Self = Self(1 << 62);

    /// The number itself, as stores keep it.
    pub const fn number(self) -> i64 {
        self.0
    }

    /// The number of a stored row.
    pub const fn from_number(number: i64) -> Self {
        Self(number)
    }
}

impl fmt::Display for RoleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for RoleArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.role {
            RoleKey::Id(id) => write!(f, "qcs::cam::uin/{}:role/{id}", self.owner),
            RoleKey::Name(name) => write!(f, "qcs::cam::uin/{}:roleName/{name}", self.owner),
        }
    }
}

impl FromStr for RoleArn {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let invalid = || InvalidName::new(NameKind::RoleArn, text);
        let rest = text.strip_prefix("qcs::cam::uin/").ok_or_else(invalid)?;
        let (owner, role) = rest.split_once(':').ok_or_else(invalid)?;
        let role = match role.split_once('/').ok_or_else(invalid)? {
            ("role", id) => RoleKey::Id(RoleId(id.parse().map_err(|_| invalid())?)),
            ("roleName", name) => RoleKey::Name(name.parse()?),
            _ => return Err(invalid()),
        };
        Ok(Self { owner: owner.parse()?, role })
    }
}

macro_rules! name {
    ($type:ident, $kind:ident, $lengths:expr) => {
        impl $type {
            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $type {
            type Err = InvalidName;

            fn from_str(text: &str) -> Result<Self, InvalidName> {
                let valid = $lengths.contains(&text.len())
                    && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"+=,.@_-".contains(&b));
                valid.then(|| Self(text.into())).ok_or_else(|| InvalidName::new(NameKind::$kind, text))
            }
        }
    };
}

name!(RoleName, Role, (1..=128));
name!(SessionName, Session, (2..=128));

#[cfg(test)]
mod tests {
    use super::{RoleArn, RoleId, RoleKey, RoleName, SessionName};

    #[test]
    fn a_role_is_named_by_name_or_number() {
        for text in
            ["qcs::cam::uin/100000000001:roleName/read-only", "qcs::cam::uin/1:role/4611686018427387904"]
        {
            assert_eq!(text.parse::<RoleArn>().unwrap().to_string(), text);
        }
        let by_number: RoleArn = "qcs::cam::uin/1:role/4611686018427387904".parse().unwrap();
        assert_eq!(by_number.role, RoleKey::Id(RoleId::FIRST));
    }

    #[test]
    fn other_texts_name_no_role() {
        for text in [
            "",
            "reader",
            "qcs::cam::uin/1",
            "qcs::cam::uin/1:group/2",
            "qcs::cam::uin/1:role/reader",
            "qcs::cam::uin/x:roleName/reader",
            "qcs::cam::uin/1:roleName/",
            "qcs::cam::uin/1:roleName/a b",
        ] {
            assert!(text.parse::<RoleArn>().is_err(), "{text}");
        }
    }

    #[test]
    fn names_have_lengths_and_letters() {
        assert!("a".parse::<SessionName>().is_err());
        assert!("a".parse::<RoleName>().is_ok());
        assert!("a/b".parse::<RoleName>().is_err());
        assert!("b".repeat(129).parse::<RoleName>().is_err());
        assert!("ci+cd=1,2.3@team_x-y".parse::<SessionName>().is_ok());
    }
}
