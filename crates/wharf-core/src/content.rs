//! Where content is: in the store in use, or still in the one before, from which it is being moved.

use wharf_blob::{Blob, BlobStore, Finding};
use wharf_db::blobs::StoredBlob;
use wharf_model::{Digest, InstanceId};

use crate::Core;

impl Core {
    /// Tries all that is needed of the content store.
    pub async fn examine_storage(&self) -> Vec<Finding> {
        self.content.current.examine().await
    }
}

/// The content stores of a registry.
#[derive(Clone)]
pub struct Content {
    /// Takes in what is new.
    pub current: BlobStore,
    /// Holds what has not been moved yet.
    pub previous: Option<BlobStore>,
}

/// A blob to be handed out.
pub enum PulledBlob {
    /// Its bytes.
    Here(Blob),
    /// An address that the client may get them from, for a while.
    Elsewhere(String),
}

impl Content {
    pub(crate) async fn pull(
        &self,
        instance: &InstanceId,
        digest: &Digest,
        blob: &StoredBlob,
    ) -> Result<PulledBlob, wharf_blob::Error> {
        let store = self.holder(instance, digest, blob).await?;
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
    ) -> Result<Blob, wharf_blob::Error> {
        let store = self.holder(instance, digest, blob).await?;
        store.open_blob(instance, digest, blob.object.as_deref(), blob.size).await
    }

    /// Whether the stores answer.
    pub(crate) async fn check(&self) -> Result<(), wharf_blob::Error> {
        if let Some(previous) = &self.previous {
            previous.check().await?;
        }
        self.current.check().await
    }

    /// Removes an instance's content wherever it is.
    pub(crate) async fn delete_bucket(&self, instance: &InstanceId) -> Result<(), wharf_blob::Error> {
        if let Some(previous) = &self.previous {
            previous.delete_bucket(instance).await?;
        }
        self.current.delete_bucket(instance).await
    }

    /// Only where there are two stores is one asked whether it holds the blob.
    async fn holder(
        &self,
        instance: &InstanceId,
        digest: &Digest,
        blob: &StoredBlob,
    ) -> Result<&BlobStore, wharf_blob::Error> {
        let Some(previous) = &self.previous else { return Ok(&self.current) };
        let is_here = self.current.has_blob(instance, digest, blob.object.as_deref()).await?.is_some();
        Ok(if is_here { &self.current } else { previous })
    }
}
