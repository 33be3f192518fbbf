use std::{path::Path, time::Duration};

use wharf_blob::{Credentials, Options, Redirect};

use super::{parse, sources::Sources};

/// What a content store needs beside its address.
#[derive(Clone)]
pub(crate) struct Storage {
    pub(crate) options: Options,
    /// The store that content is being moved from.
    pub(crate) previous: Option<Previous>,
}

/// `storage.previous` and what belongs to it.
#[derive(Clone)]
pub(crate) struct Previous {
    pub(crate) url: String,
    pub(crate) options: Options,
}

impl Storage {
    /// Reads `[storage]`.
    pub(super) fn read(sources: &mut Sources<'_>, data_dir: &Path, storage_url: &str) -> Self {
        let spool = sources.value("storage.spool", parse::path).unwrap_or_else(|| data_dir.join("spool"));
        let keys = credentials(sources, "storage.access_key_id", "storage.secret_access_key");
        let redirect = redirect(sources);
        let previous = sources.value("storage.previous", parse::existing_storage_url);
        let previous_keys =
            credentials(sources, "storage.previous_access_key_id", "storage.previous_secret_access_key");
        if previous.as_deref() == Some(storage_url) {
            sources.refuse("storage.previous", "it is the same as storage_url");
        }
        let previous = previous.map(|url| {
            let credentials = previous_keys.or_else(|| keys.clone());
            Previous { url, options: Options { spool: spool.clone(), credentials, redirect: None } }
        });
        Self { options: Options { spool, credentials: keys, redirect }, previous }
    }
}

fn credentials(sources: &mut Sources<'_>, id: &'static str, secret: &'static str) -> Option<Credentials> {
    let keys = sources.both(id, secret, parse::some_text);
    keys.map(|(id, secret)| Credentials { id, secret })
}

/// Whether clients get blobs from an object store themselves, and how.
fn redirect(sources: &mut Sources<'_>) -> Option<Redirect> {
    let is_on = sources.value_or("storage.redirect", parse::truth, false);
    let endpoint = sources.value("storage.redirect_endpoint", parse::endpoint);
    let lifetime =
        sources.value_or("storage.redirect_lifetime", parse::signed_lifetime, Duration::from_secs(600));
    is_on.then_some(Redirect { lifetime, endpoint })
}
