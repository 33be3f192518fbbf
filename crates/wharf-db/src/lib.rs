//! The metadata store: schema, migrations, queries. It knows no rule; it keeps what core decides.
//!
//! A change is a closure over a [`Transaction`], given to [`Store::write`]; it is acknowledged when it is durable.
//! Queries are functions grouped by table family, one SQL text for every engine: so "contains" is written with
//! `replace`, for `LIKE` treats case differently from engine to engine and gives `%` and `_` a meaning.

mod changes;
mod column;
mod error;
mod job;
mod listing;
#[cfg(test)]
mod listing_plans;
mod migrations;
mod postgres;
mod sqlite;
mod store;
mod transaction;
mod value;

pub mod access_keys;
pub mod accounts;
pub mod audit_events;
pub mod blobs;
pub mod events;
pub mod instance_moves;
pub mod instance_tokens;
pub mod instances;
pub mod jobs;
pub mod leases;
pub mod login_failures;
pub mod manifests;
pub mod namespaces;
pub mod nonces;
pub mod policies;
pub mod pulls;
pub mod rate_limits;
pub mod repositories;
pub mod resource_tags;
pub mod roles;
pub mod service_accounts;
pub mod sessions;
pub mod signing_keys;
pub mod storage_moves;
pub mod tags;
pub mod upload_segments;
pub mod upload_sessions;

pub use changes::{BOUND, Moment};
pub use column::{Column, FromColumn, Row};
pub use error::Error;
pub use listing::{Marks, Seek};
pub use store::{Options, Store};
pub use transaction::{Page, Transaction};
pub use value::{ToValue, Value};
