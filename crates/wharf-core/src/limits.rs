use std::time::Duration;

/// What is bounded, and by how much. Each is a setting of the same name under `[limits]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a manifest at most.
    pub manifest_size: u64,
    /// Bytes of a blob at most.
    pub blob_size: u64,
    /// How long an upload session may lie still before it is given up.
    pub upload_idle: Duration,
    /// How long a bearer token of the token service is good for.
    pub bearer_lifetime: Duration,
    /// Access keys of an account at most.
    pub keys_per_account: usize,
    /// Cloud tags of a resource at most.
    pub tags_per_resource: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            manifest_size: 4 << 20,
            blob_size: 64 << 30,
            upload_idle: Duration::from_secs(24 * 3600),
            bearer_lifetime: Duration::from_secs(900),
            keys_per_account: 2,
            tags_per_resource: 10,
        }
    }
}
