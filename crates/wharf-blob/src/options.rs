use std::{fmt, path::PathBuf, time::Duration};

/// What a storage address does not say.
#[derive(Clone, Debug)]
pub struct Options {
    /// The folder for bytes on their way to an object store; it is made when missing.
    pub spool: PathBuf,
    /// The object store's keys; where there are none, the provider's usual environment names are read, and on S3 the
    /// instance's role is asked for.
    pub credentials: Option<Credentials>,
    /// How clients are sent to the object store for a blob's bytes; without it they never are.
    pub redirect: Option<Redirect>,
}

/// An object store's keys.
#[derive(Clone)]
pub struct Credentials {
    /// The access key's id.
    pub id: String,
    /// The access key's secret.
    pub secret: String,
}

/// How clients are sent to the object store for a blob's bytes.
#[derive(Clone, Debug)]
pub struct Redirect {
    /// How long a signed address is good.
    pub lifetime: Duration,
    /// The endpoint by which clients reach the store, where it is not the one that this program uses.
    pub endpoint: Option<String>,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").field("id", &self.id).finish_non_exhaustive()
    }
}
