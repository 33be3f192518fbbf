use wharf_blob::Blob;
use wharf_db::blobs;
use wharf_model::{Actions, Digest};

use crate::{
    Caller, Core, Error, Target, access::authorize, manifests::check_not_needed,
    repositories::find_repository,
};

impl Core {
    /// The size of a blob that the repository links.
    ///
    /// # Errors
    /// When the caller may not pull, or the repository links no such blob.
    pub async fn stat_blob(&self, caller: Caller, target: Target, digest: Digest) -> Result<u64, Error> {
        self.find_blob(caller, target, digest).await.map(|(_, size)| size)
    }

    /// Opens a blob that the repository links.
    ///
    /// # Errors
    /// When the caller may not pull, or the repository links no such blob.
    pub async fn pull_blob(&self, caller: Caller, target: Target, digest: Digest) -> Result<Blob, Error> {
        let (instance, _) = self.find_blob(caller, target, digest.clone()).await?;
        Ok(self.content.open_blob(&instance, &digest).await?)
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
    ) -> Result<(wharf_model::InstanceId, u64), Error> {
        self.read(move |tx| {
            let instance = authorize(tx, &caller, &target, Actions::PULL)?;
            let size = blobs::find(tx, &instance.id, &target.repository, &digest)?;
            let missing =
                || Error::BlobNotFound { digest: digest.clone(), repository: target.repository.clone() };
            let size = size.ok_or_else(missing)?;
            Ok((instance.id, size))
        })
        .await
    }
}
