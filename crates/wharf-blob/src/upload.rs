use bytes::Bytes;
use futures_util::Stream;
use wharf_model::Digest;

use crate::{AppendError, Error, files::FileUpload, gather::gather, objects::ObjectUpload};

/// Bytes of an upload that one request brought, as one object of an object store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Where in the upload it begins, in bytes.
    pub start: u64,
    /// Its length in bytes, at least 1.
    pub length: u64,
    /// Its name below the instance's: `UPLOAD-ID/START-NONCE`.
    pub object: String,
}

/// What an upload became.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// The blob's length in bytes.
    pub size: u64,
    /// The object that holds it, by its name below the instance's; none where blobs lie under their digest.
    pub object: Option<String>,
}

/// An upload that one request has open. What was synced stays in the store when this is dropped.
#[derive(Debug)]
pub struct Upload(pub(crate) Engine);

#[derive(Debug)]
pub(crate) enum Engine {
    Files(Box<FileUpload>),
    Objects(Box<ObjectUpload>),
}

impl Upload {
    /// Bytes taken in so far.
    pub fn received(&self) -> u64 {
        match &self.0 {
            Engine::Files(upload) => upload.received(),
            Engine::Objects(upload) => upload.received(),
        }
    }

    /// Whether it is certain that nothing is lost by writing to it. Else another request may have been acknowledged since the
    /// one that opened this asked for the upload's state: then that is to be asked for again.
    pub fn is_as_acknowledged(&self) -> bool {
        match &self.0 {
            Engine::Files(upload) => upload.is_as_acknowledged(),
            Engine::Objects(_) => false,
        }
    }

    /// The state of the hash over the bytes taken in, once they are synced.
    pub fn hash_state(&self) -> Vec<u8> {
        match &self.0 {
            Engine::Files(upload) => upload.hash_state(),
            Engine::Objects(upload) => upload.hash_state(),
        }
    }

    /// Takes in all of `body`, `limit` bytes at most. Receiving, writing and sending go on side by side, in bounded
    /// memory.
    ///
    /// The bytes are not yet durable: see [`Self::sync`] and [`Self::commit`].
    ///
    /// # Errors
    /// When the body breaks off (what came before it is taken in), when it is too long, when the store fails.
    pub async fn append<B, S>(&mut self, body: S, limit: u64) -> Result<(), AppendError<B>>
    where
        S: Stream<Item = Result<Bytes, B>> + Unpin,
    {
        match &mut self.0 {
            Engine::Files(upload) => gather(body, limit, upload.as_mut()).await,
            Engine::Objects(upload) => gather(body, limit, upload.as_mut()).await,
        }
    }

    /// Makes the bytes taken in so far durable. In an object store they become an object, which is answered; the upload
    /// is found again only when it is opened with it.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn sync(&mut self) -> Result<Option<Segment>, Error> {
        match &mut self.0 {
            Engine::Files(upload) => upload.sync().await.map(|()| None),
            Engine::Objects(upload) => upload.sync().await,
        }
    }

    /// Turns the upload into the blob of `digest`, durably.
    ///
    /// # Errors
    /// [`Error::DigestMismatch`] when the bytes are others; what was synced stays. [`Error::NotFound`] when bytes that
    /// were synced before are gone.
    pub async fn commit(self, digest: Digest) -> Result<Stored, Error> {
        match self.0 {
            Engine::Files(upload) => Ok(Stored { size: upload.commit(digest).await?, object: None }),
            Engine::Objects(upload) => upload.commit(digest).await,
        }
    }

    /// Gives up what this request wrote, where nothing else of the upload can be hit by it: an object store's objects
    /// of this request are deleted, as far as that works; a file goes where nothing of it was acknowledged, else it is cut back
    /// by whoever opens it next.
    pub async fn abandon(self) {
        match self.0 {
            Engine::Files(upload) => upload.abandon().await,
            Engine::Objects(upload) => upload.abandon().await,
        }
    }
}
