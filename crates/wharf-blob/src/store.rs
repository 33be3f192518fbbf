use std::time::Duration;

use wharf_model::{Digest, Hasher, InstanceId};

use crate::{
    Blob, Error, Finding, Options, Segment, Upload,
    address::{Address, check_endpoint},
    blob, examine,
    files::FileStore,
    objects::{ObjectStore, ObjectUpload},
    upload,
};

/// The content store. Clones share it.
#[derive(Clone, Debug)]
pub struct BlobStore(Engine);

#[derive(Clone, Debug)]
enum Engine {
    Files(FileStore),
    Objects(ObjectStore),
}

impl BlobStore {
    /// Opens the store at `address`: `file:FOLDER`, which is made where there is none, or a bucket of an object store,
    /// to which no request is made yet: `s3://BUCKET[/PREFIX]?endpoint=URL&region=NAME`,
    /// `cos://BUCKET[/PREFIX]?endpoint=URL`, `oss://BUCKET[/PREFIX]?endpoint=URL`.
    ///
    /// # Errors
    /// [`Error::Address`] when the address is of no known form; when a folder cannot be made.
    pub fn open(address: &str, options: &Options) -> Result<Self, Error> {
        Ok(Self(match Address::parse(address)? {
            Address::Folder(folder) => Engine::Files(FileStore::open(&folder)?),
            Address::Bucket(bucket) => Engine::Objects(ObjectStore::open(&bucket, options)?),
        }))
    }

    /// Whether `address` is one that [`Self::open`] takes. Nothing is opened.
    ///
    /// # Errors
    /// [`Error::Address`], which names the part that is wrong.
    pub fn check_address(address: &str) -> Result<(), Error> {
        Address::parse(address).map(drop)
    }

    /// Whether `endpoint` is one that [`crate::Redirect`] takes.
    ///
    /// # Errors
    /// [`Error::Address`], which names what is wrong.
    pub fn check_endpoint(endpoint: &str) -> Result<(), Error> {
        check_endpoint(endpoint).map(drop).map_err(Error::Address)
    }

    /// Whether the store answers now. Says so within 3 seconds.
    ///
    /// # Errors
    /// When its folder is gone, or the bucket cannot be reached or listed.
    pub async fn check(&self) -> Result<(), Error> {
        match &self.0 {
            Engine::Files(store) => store.check().await,
            Engine::Objects(store) => store.check().await,
        }
    }

    /// Makes an instance's bucket; nothing happens when it is there.
    ///
    /// # Errors
    /// When the file system fails.
    pub async fn create_bucket(&self, instance: &InstanceId) -> Result<(), Error> {
        match &self.0 {
            Engine::Files(store) => store.create_bucket(instance).await,
            Engine::Objects(_) => Ok(()),
        }
    }

    /// Removes an instance's bucket with all its content; nothing happens when it is gone.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn delete_bucket(&self, instance: &InstanceId) -> Result<(), Error> {
        match &self.0 {
            Engine::Files(store) => store.delete_bucket(instance).await,
            Engine::Objects(store) => store.delete_below(&format!("{instance}/")).await,
        }
    }

    /// Opens an upload where it stands: after `received` bytes, whose hash is `hasher`, and which an object store has as
    /// `segments`. Begins it when `received` is 0. No request is made to an object store.
    ///
    /// # Errors
    /// [`Error::Busy`] while another request has its file open; [`Error::NotFound`] when the bytes are not there.
    pub async fn open_upload(
        &self,
        instance: &InstanceId,
        id: &str,
        received: u64,
        hasher: Hasher,
        segments: Vec<Segment>,
    ) -> Result<Upload, Error> {
        Ok(Upload(match &self.0 {
            Engine::Files(store) => {
                upload::Engine::Files(store.open_upload(instance, id, received, hasher).await?.into())
            }
            Engine::Objects(store) => {
                let upload = ObjectUpload::open(store.clone(), instance, id, received, hasher, segments)?;
                upload::Engine::Objects(Box::new(upload))
            }
        }))
    }

    /// Removes an upload's bytes, of which nothing may have become a blob; nothing happens when there are none.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn discard_upload(&self, instance: &InstanceId, id: &str) -> Result<(), Error> {
        match &self.0 {
            Engine::Files(store) => store.discard_upload(instance, id).await,
            Engine::Objects(store) => store.delete_below(&format!("{instance}/{id}/")).await,
        }
    }

    /// Opens a blob of `size` bytes to be read, which an object store has as `object`, or else under its digest. No
    /// request is made to an object store yet.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the instance's folder does not hold it.
    pub async fn open_blob(
        &self,
        instance: &InstanceId,
        digest: &Digest,
        object: Option<&str>,
        size: u64,
    ) -> Result<Blob, Error> {
        Ok(Blob(match &self.0 {
            Engine::Files(store) => blob::Engine::File(store.open_blob(instance, digest, size).await?),
            Engine::Objects(store) => blob::Engine::Object(store.open_blob(instance, digest, object, size)),
        }))
    }

    /// Whether clients are sent to the store itself.
    pub fn redirects(&self) -> bool {
        match &self.0 {
            Engine::Files(_) => false,
            Engine::Objects(store) => store.redirects(),
        }
    }

    /// How long an address is good that clients are sent to; nothing where they never are.
    pub fn signed_for(&self) -> Option<Duration> {
        match &self.0 {
            Engine::Files(_) => None,
            Engine::Objects(store) => store.signed_for(),
        }
    }

    /// A signed address from which a client gets the blob itself; none where that is not set up or the store has none.
    ///
    /// # Errors
    /// When the keys to sign with cannot be had.
    pub async fn redirect(
        &self,
        instance: &InstanceId,
        digest: &Digest,
        object: Option<&str>,
    ) -> Result<Option<String>, Error> {
        match &self.0 {
            Engine::Files(_) => Ok(None),
            Engine::Objects(store) => store.redirect(instance, digest, object).await,
        }
    }

    /// The length in bytes of a blob; nothing where it is not there.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn has_blob(
        &self,
        instance: &InstanceId,
        digest: &Digest,
        object: Option<&str>,
    ) -> Result<Option<u64>, Error> {
        match &self.0 {
            Engine::Files(store) => store.has_blob(instance, digest).await,
            Engine::Objects(store) => store.has_blob(instance, digest, object).await,
        }
    }

    /// Takes a blob over from another store, under its digest: whole and verified, or not at all. Nothing happens when it
    /// is there.
    ///
    /// # Errors
    /// [`Error::DigestMismatch`] when the content is other; when one of the stores fails.
    pub async fn import_blob(
        &self,
        instance: &InstanceId,
        digest: &Digest,
        content: Blob,
    ) -> Result<(), Error> {
        let size = content.size();
        if self.has_blob(instance, digest, None).await? == Some(size) {
            return Ok(());
        }
        let body = Box::pin(content.read(0, size, None).await?);
        match &self.0 {
            Engine::Files(store) => store.import(instance, digest, body).await,
            Engine::Objects(store) => store.import(instance, digest, body).await,
        }
    }

    /// Removes a blob's bytes; nothing happens when they are gone.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn delete_blob(
        &self,
        instance: &InstanceId,
        digest: &Digest,
        object: Option<&str>,
    ) -> Result<(), Error> {
        match &self.0 {
            Engine::Files(store) => store.delete_blob(instance, digest).await,
            Engine::Objects(store) => store.delete_blob(instance, digest, object).await,
        }
    }

    /// Removes objects of an instance to which nothing leads any more, by their names below the instance's. What cannot be
    /// removed is logged: it does no harm.
    pub async fn delete_objects(&self, instance: &InstanceId, objects: Vec<String>) {
        if let Engine::Objects(store) = &self.0 {
            store.delete_objects(instance.as_str(), objects).await;
        }
    }

    /// Tries what the program needs of the store, one step after the other, and takes it away again. What follows a step
    /// without which it cannot be tried is left out.
    pub async fn examine(&self) -> Vec<Finding> {
        examine::examine(self).await
    }

    /// Whether the store holds objects, and then the store.
    pub(crate) fn objects(&self) -> Option<&ObjectStore> {
        match &self.0 {
            Engine::Files(_) => None,
            Engine::Objects(store) => Some(store),
        }
    }
}
