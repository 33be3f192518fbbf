use std::time::Duration;

use wharf_model::{Quotas, Regions};

use crate::{AuditSettings, CallRates};

/// What is bounded, and by how much. Each is a setting of the same name under `[limits]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a manifest at most.
    pub manifest_size: u64,
    /// Bytes of a blob at most.
    pub blob_size: u64,
    /// Descriptors in a manifest at most.
    pub manifest_links: usize,
    /// How deep indexes may nest: 1 is an index of images.
    pub index_depth: u64,
    /// Tags that one push of a manifest by digest may set.
    pub tags_per_push: usize,
    /// Upload sessions of an instance at most.
    pub upload_sessions: u64,
    /// How long an upload session may lie still before it is given up.
    pub upload_idle: Duration,
    /// How long a bearer token of the token service is good for.
    pub bearer_lifetime: Duration,
    /// Access keys of an account at most.
    pub keys_per_account: usize,
    /// Instances of an account at most.
    pub instances_per_account: u64,
    /// Cloud tags of a resource at most.
    pub tags_per_resource: usize,
    /// What each edition allows of an instance (`[quotas]`).
    pub quotas: Quotas,
    /// How long an instance whose paid period ended still answers pulls before it is deleted (`[prepaid] grace`).
    pub prepaid_grace: Duration,
    /// The regions that instances may lie in (`[regions]`).
    pub regions: Regions,
    /// How often actions of the cloud API may be called (`[rate_limits]`).
    pub call_rates: CallRates,
    /// What is kept of what is done (`[audit]`).
    pub audit: AuditSettings,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            manifest_size: 4 << 20,
            blob_size: 64 << 30,
            manifest_links: 4096,
            index_depth: 4,
            tags_per_push: 100,
            upload_sessions: 10_000,
            upload_idle: Duration::from_secs(24 * 3600),
            bearer_lifetime: Duration::from_secs(900),
            keys_per_account: 2,
            instances_per_account: 1_000,
            tags_per_resource: 10,
            quotas: Quotas::default(),
            prepaid_grace: Duration::from_secs(7 * 86_400),
            regions: Regions::default(),
            call_rates: CallRates::default(),
            audit: AuditSettings::default(),
        }
    }
}
