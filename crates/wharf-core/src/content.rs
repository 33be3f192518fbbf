//! Where content is: in the default store or in one that has a name. The default store is two while content is being
//! moved from the one before it.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use futures_util::future::try_join_all;
use wharf_blob::{Blob, BlobStore, Finding};
use wharf_db::blobs::StoredBlob;
use wharf_model::{Digest, InstanceId, StorageName};

use crate::{Core, Error};

impl Core {
    /// Tries all that is needed of a content store.
    ///
    /// # Errors
    /// [`Error::StorageNotFound`] when the configuration names no such store.
    pub async fn examine_storage(&self, name: &StorageName) -> Result<Vec<Finding>, Error> {
        Ok(self.content.named(name)?.current.examine().await)
    }
}

/// The content stores of a registry.
#[derive(Clone)]
pub struct Content {
    /// The default store, which takes in what is new.
    pub current: BlobStore,
    /// Holds what of the default store has not been moved there yet.
    pub previous: Option<BlobStore>,
    /// The other stores, to which instances can be moved.
    pub named: Arc<BTreeMap<StorageName, BlobStore>>,
}

/// A blob to be handed out.
pub enum PulledBlob {
    /// Its bytes.
    Here(Blob),
    /// An address that the client may get them from, for a while.
    Elsewhere(String),
}

/// One of the content stores.
#[derive(Clone, Copy)]
pub(crate) struct Place<'c> {
    /// Takes in what is new.
    pub(crate) current: &'c BlobStore,
    /// Holds what has not been moved yet.
    previous: Option<&'c BlobStore>,
}

impl Content {
    /// The store that the configuration calls so.
    pub(crate) fn named(&self, name: &StorageName) -> Result<Place<'_>, Error> {
        let place = if name.is_default() {
            Some(Place { current: &self.current, previous: self.previous.as_ref() })
        } else {
            self.named.get(name).map(|current| Place { current, previous: None })
        };
        place.ok_or_else(|| self.no_such(name.as_str()))
    }

    /// That no store is called so.
    pub(crate) fn no_such(&self, name: &str) -> Error {
        let known = std::iter::once(StorageName::default()).chain(self.named.keys().cloned());
        Error::StorageNotFound { name: name.chars().take(64).collect(), known: known.collect() }
    }

    /// The store that something of an instance lies in.
    ///
    /// # Errors
    /// [`Error::StorageUnknown`] when other processes know it and this one does not.
    pub(crate) fn holding(&self, instance: &InstanceId, name: &StorageName) -> Result<Place<'_>, Error> {
        self.named(name).map_err(|_| {
            tracing::error!(%instance, store = %name, "content lies in a store that `[stores]` does not name here");
            Error::StorageUnknown { instance: instance.clone(), storage: name.clone() }
        })
    }

    pub(crate) async fn pull(
        &self,
        instance: &InstanceId,
        digest: &Digest,
        blob: &StoredBlob,
    ) -> Result<PulledBlob, Error> {
        let place = self.holding(instance, &blob.storage)?;
        let store = place.holder(instance, digest, blob).await?;
        let object = blob.object.as_deref();
        if let Some(address) = store.redirect(instance, digest, object).await? {
            return Ok(PulledBlob::Elsewhere(address));
        }
        Ok(PulledBlob::Here(store.open_blob(instance, digest, object, blob.size).await?))
    }

    /// The bytes of a blob, also where clients are sent to the store for them.
    pub(crate) async fn open(
        &self,
        instance: &InstanceId,
        digest: &Digest,
        blob: &StoredBlob,
    ) -> Result<Blob, Error> {
        let place = self.holding(instance, &blob.storage)?;
        let store = place.holder(instance, digest, blob).await?;
        Ok(store.open_blob(instance, digest, blob.object.as_deref(), blob.size).await?)
    }

    /// Whether the stores answer.
    pub(crate) async fn check(&self) -> Result<(), wharf_blob::Error> {
        let stores = self.previous.iter().chain([&self.current]).chain(self.named.values());
        try_join_all(stores.map(BlobStore::check)).await.map(drop)
    }
}

impl Place<'_> {
    /// The stores that it is made of.
    pub(crate) fn stores(&self) -> impl Iterator<Item = &BlobStore> {
        self.previous.into_iter().chain([self.current])
    }

    /// Removes an instance's content wherever it is.
    pub(crate) async fn delete_bucket(&self, instance: &InstanceId) -> Result<(), wharf_blob::Error> {
        for store in self.stores() {
            store.delete_bucket(instance).await?;
        }
        Ok(())
    }

    /// How long an address is good that clients were sent to, where they are sent anywhere.
    pub(crate) fn signed_for(&self) -> Option<Duration> {
        self.current.signed_for()
    }

    /// The store that is to be asked for a blob.
    async fn holder(
        &self,
        instance: &InstanceId,
        digest: &Digest,
        blob: &StoredBlob,
    ) -> Result<&BlobStore, wharf_blob::Error> {
        // Only where there are two stores is one asked whether it holds the blob.
        let Some(previous) = self.previous else { return Ok(self.current) };
        let is_here = self.current.has_blob(instance, digest, blob.object.as_deref()).await?.is_some();
        Ok(if is_here { self.current } else { previous })
    }

    /// A blob, opened to be copied; nothing where it is not there.
    pub(crate) async fn open(
        &self,
        instance: &InstanceId,
        digest: &Digest,
        blob: &StoredBlob,
    ) -> Result<Option<Blob>, wharf_blob::Error> {
        let object = blob.object.as_deref();
        for store in self.stores() {
            if store.has_blob(instance, digest, object).await?.is_some() {
                return store.open_blob(instance, digest, object, blob.size).await.map(Some);
            }
        }
        Ok(None)
    }
}
