//! The stores and the rules, as the settings want them.

use std::sync::Arc;

use wharf_blob::BlobStore;
use wharf_core::{Content, Core, Error};
use wharf_db::Store;

use crate::{data_directory, settings::Settings};

/// Opens the stores and core on them.
pub(crate) async fn core(settings: &Settings) -> Result<Core, String> {
    data_directory::create(&settings.data_dir)?;
    let made = settings.master_key.is_none() && !data_directory::is_in_use(&settings.data_dir);
    let master_key = data_directory::master_key(&settings.data_dir, settings.master_key.as_deref())?;
    let store = Store::open(&settings.database_url, &settings.database)
        .map_err(|error| format!("database_url: {error}"))?;
    let storage = |key: &str, address: &str, options: &wharf_blob::Options| {
        BlobStore::open(address, options).map_err(|error| format!("{key}: {error}"))
    };
    let named = settings.stores.iter().map(|store| {
        let opened = storage(&store.key(), &store.url, &store.options)?;
        Ok::<_, String>((store.name.clone(), opened))
    });
    let previous = settings.storage.previous.as_ref();
    let previous = previous.map(|previous| storage("storage.previous", &previous.url, &previous.options));
    let content = Content {
        current: storage("storage_url", &settings.storage_url, &settings.storage.options)?,
        previous: previous.transpose()?,
        named: Arc::new(named.collect::<Result<_, _>>()?),
    };
    let core =
        Core::open(store, content, master_key, settings.limits.clone(), &settings.domain_with_port()).await;
    core.map_err(|error| {
        if made && matches!(error, Error::WrongMasterKey { .. }) {
            data_directory::forget_master_key(&settings.data_dir);
        }
        error.to_string()
    })
}
