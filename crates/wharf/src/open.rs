//! The stores and the rules, as the settings want them.

use wharf_blob::BlobStore;
use wharf_core::{Content, Core};
use wharf_db::Store;

use crate::{data_directory, settings::Settings};

/// Opens the stores and core on them.
pub(crate) async fn core(settings: &Settings) -> Result<Core, String> {
    data_directory::create(&settings.data_dir)?;
    let master_key = data_directory::master_key(&settings.data_dir, settings.master_key.as_deref())?;
    let store = Store::open(&settings.database_url, &settings.database)
        .map_err(|error| format!("database_url: {error}"))?;
    let storage = |key: &'static str, address: &String| {
        let opened = BlobStore::open(address, &settings.storage.options);
        opened.map_err(|error| format!("{key}: {error}"))
    };
    let previous = settings.storage.previous.as_ref();
    let content = Content {
        current: storage("storage_url", &settings.storage_url)?,
        previous: previous.map(|address| storage("storage.previous", address)).transpose()?,
    };
    let core =
        Core::open(store, content, master_key, settings.limits.clone(), &settings.domain_with_port()).await;
    core.map_err(|error| error.to_string())
}
