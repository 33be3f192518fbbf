//! Numbered changes of the schema, one text an engine, each run once and whole.
//!
//! A rolling upgrade has programs of two versions on one schema. So a change only adds, as far as it can: then
//! `usable_from` stays, and programs that know no newer version than that go on. One that takes something away sets it,
//! and comes a release after the last program that needed it.

use crate::Error;

/// A change of the schema.
pub(crate) struct Migration {
    pub(crate) sqlite: &'static str,
    pub(crate) postgres: &'static str,
    /// The version that a program must know at least to use the schema after this change.
    pub(crate) usable_from: i64,
}

macro_rules! migration {
    ($name:literal, usable_from $usable_from:literal) => {
        Migration {
            sqlite: include_str!(concat!("../migrations/sqlite/", $name, ".sql")),
            postgres: include_str!(concat!("../migrations/postgres/", $name, ".sql")),
            usable_from: $usable_from,
        }
    };
}

pub(crate) const MIGRATIONS: [Migration; 11] = [
    migration!("0001_foundation", usable_from 1),
    migration!("0002_many_processes", usable_from 1),
    migration!("0003_cloud_api", usable_from 1),
    migration!("0004_identities", usable_from 1),
    migration!("0005_sessions", usable_from 1),
    migration!("0006_rate_limits", usable_from 1),
    migration!("0007_audit", usable_from 1),
    migration!("0008_instance_periods", usable_from 1),
    migration!("0009_instance_storage", usable_from 1),
    migration!("0010_service_accounts", usable_from 1),
    migration!("0011_listings", usable_from 1),
];

/// The schema that a database has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Version {
    /// How many changes were made.
    pub(crate) number: i64,
    /// The version that a program must know at least.
    pub(crate) usable_from: i64,
}

impl Version {
    /// The schema of this program.
    pub(crate) fn newest() -> Self {
        let usable_from = MIGRATIONS.last().map_or(0, |migration| migration.usable_from);
        Self { number: i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX), usable_from }
    }

    /// The changes from here to the newest; none when the schema is newer than this program.
    ///
    /// # Errors
    /// When this program is too old to use the schema.
    pub(crate) fn missing(self) -> Result<&'static [Migration], Error> {
        let known = Self::newest().number;
        if self.usable_from > known {
            return Err(Error::NewerSchema { found: self.number, known });
        }
        Ok(MIGRATIONS.get(usize::try_from(self.number).unwrap_or_default()..).unwrap_or_default())
    }
}

/// Where a schema notes its version: one row.
pub(crate) const CREATE: &str =
    "CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL, usable_from BIGINT NOT NULL)";
