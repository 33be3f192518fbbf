use wharf_blob::Blob;
use wharf_db::blobs;
use wharf_model::{Actions, Digest};

use crate::{Caller, Core, Error, Target, access::authorize};

/// A blob that the caller may read.
#[derive(Debug)]
pub struct OpenBlob {
    /// Its bytes.
    pub content: Blob,
}

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
    pub async fn pull_blob(&self, caller: Caller, target: Target, digest: Digest) -> Result<OpenBlob, Error> {
        let (instance, _) = self.find_blob(caller, target, digest.clone()).await?;
        let content = self.content.open_blob(&instance, &digest).await?;
        Ok(OpenBlob { content })
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
            let size = size.ok_or(Error::BlobNotFound { digest, repository: target.repository })?;
            Ok((instance.id, size))
        })
        .await
    }
}
