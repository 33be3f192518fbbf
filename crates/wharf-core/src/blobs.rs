use std::sync::Arc;

use wharf_db::blobs::{self, LinkedBlob};
use wharf_model::{Actions, Digest, InstanceId};

use crate::{
    Caller, Core, Error, PulledBlob, Target, access::authorize, manifests::check_not_needed,
    repositories::find_repository,
};

/// Bytes of a blob that is kept in memory: configurations, which are pulled with each image.
const SMALL: u64 = 16 << 10;

impl Core {
    /// The size of a blob that the repository links.
    ///
    /// # Errors
    /// When the caller may not pull, or the repository links no such blob.
    pub async fn stat_blob(&self, caller: Caller, target: Target, digest: Digest) -> Result<u64, Error> {
        self.find_blob(caller, target, digest).await.map(|(_, blob)| blob.stored.size)
    }

    /// A blob that the repository links: its bytes, or where they are to be had.
    ///
    /// # Errors
    /// When the caller may not pull, or the repository links no such blob.
    pub async fn pull_blob(
        &self,
        caller: Caller,
        target: Target,
        digest: Digest,
    ) -> Result<PulledBlob, Error> {
        let (instance, blob) = self.find_blob(caller, target, digest.clone()).await?;
        let place = (instance, digest);
        // Where clients are sent to the store, they are sent for everything.
        let store = self.content.holding(&place.0, &blob.stored.storage)?.current;
        let keeps = !store.redirects();
        if let Some(content) = self.memory.small_blobs.get(&place).filter(|_| keeps) {
            return Ok(PulledBlob::Here(content.into()));
        }
        match self.content.pull(&place.0, &place.1, &blob.stored).await? {
            PulledBlob::Here(small) if keeps && small.size() <= SMALL => {
                let content = small.whole().await?;
                if Digest::by(place.1.algorithm(), &content) == place.1 {
                    self.memory.small_blobs.insert(place, content.clone());
                }
                Ok(PulledBlob::Here(content.into()))
            }
            pulled => Ok(pulled),
        }
    }

    /// Takes a blob away from a repository; it stays where other repositories link it.
    ///
    /// # Errors
    /// When the caller may not delete, the repository links no such blob, or a manifest of it needs the blob.
    pub async fn delete_blob(&self, caller: Caller, target: Target, digest: Digest) -> Result<(), Error> {
        self.write(move |tx| {
            let instance = authorize(tx, &caller, &target, Actions::DELETE)?;
            let repository = find_repository(tx, &instance.id, &target.repository)?;
            check_not_needed(tx, repository.id, &target.repository, &digest)?;
            if !blobs::unlink(tx, repository.id, &digest)? {
                return Err(Error::BlobNotFound {
                    digest: digest.clone(),
                    repository: target.repository.clone(),
                });
            }
            Ok(())
        })
        .await
    }

    async fn find_blob(
        &self,
        caller: Caller,
        target: Target,
        digest: Digest,
    ) -> Result<(InstanceId, Arc<LinkedBlob>), Error> {
        self.recall(&self.memory.blobs, caller, target, digest).await
    }
}
