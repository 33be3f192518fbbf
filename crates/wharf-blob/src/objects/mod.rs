//! The content store in a bucket of an object store.
//!
//! ```text
//! PREFIX/tcr-xxxxxxxx/UPLOAD-ID/START-NONCE          what one request of an upload brought, or what was made of several
//! PREFIX/tcr-xxxxxxxx/blobs/sha256/ab/abcd…          a blob that was taken over from another store
//! ```
//!
//! A blob is one object, and the metadata store knows which. No object is ever written to twice, renamed, or found by
//! listing, except to be deleted.

mod compose;
mod output;
mod progress;
mod read;
mod service;
mod spool;
mod upload;

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use futures_util::{Stream, TryStreamExt};
use opendal::{ErrorKind, Operator};
use tokio::sync::Semaphore;
use uuid::Uuid;
use wharf_model::{Digest, Hasher, InstanceId};

use self::{output::Output, progress::Progress, spool::Spool};
pub(crate) use self::{read::ObjectBlob, upload::ObjectUpload};
use crate::{
    AppendError, Error, Options,
    address::{Bucket, check_endpoint},
    gather::gather,
};

/// Parts that are in memory at once, however many uploads there are.
const PARTS_IN_MEMORY: usize = 3;
/// Objects that are made of several at once.
const COMPOSITIONS: usize = 4;
/// How long a check may take.
const CHECK: Duration = Duration::from_secs(3);

/// The content store in a bucket. Clones share it.
#[derive(Clone, Debug)]
pub(crate) struct ObjectStore(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    operator: Operator,
    /// The same without a second try.
    hasty: Operator,
    /// Signs addresses for clients, good for so long.
    signer: Option<(Operator, Duration)>,
    spool: Spool,
    memory: Arc<Semaphore>,
    composing: Semaphore,
}

impl ObjectStore {
    pub(crate) fn open(bucket: &Bucket, options: &Options) -> Result<Self, Error> {
        let spool = Spool::open(&options.spool)?;
        let keys = options.credentials.as_ref();
        let client = service::client(bucket, None, keys, &spool)?;
        let signer = match &options.redirect {
            None => None,
            Some(redirect) => {
                let endpoint = redirect.endpoint.as_deref().map(check_endpoint).transpose();
                let endpoint = endpoint.map_err(Error::Address)?;
                let client = service::client(bucket, endpoint.as_deref(), keys, &spool)?;
                Some((service::patient(client), redirect.lifetime))
            }
        };
        Ok(Self(Arc::new(Inner {
            operator: service::patient(client.clone()),
            hasty: service::bounded(client),
            signer,
            spool,
            memory: Arc::new(Semaphore::new(PARTS_IN_MEMORY)),
            composing: Semaphore::new(COMPOSITIONS),
        })))
    }

    pub(crate) async fn check(&self) -> Result<(), Error> {
        let nothing = format!("check-{}/", Uuid::new_v4().simple());
        let listing = async { self.0.hasty.lister(&nothing).await?.try_next().await };
        let listed = tokio::time::timeout(CHECK, listing).await;
        listed.map_err(|_| Error::Unavailable(format!("no answer within {} s", CHECK.as_secs())))??;
        Ok(())
    }

    /// Deletes all objects whose names begin with `path`, page by page.
    pub(crate) async fn delete_below(&self, path: &str) -> Result<(), Error> {
        let objects = self.operator().lister_with(path).recursive(true).await?;
        Ok(self.operator().delete_try_stream(objects).await?)
    }

    pub(crate) fn open_blob(
        &self,
        instance: &InstanceId,
        digest: &Digest,
        object: Option<&str>,
        size: u64,
    ) -> ObjectBlob {
        self.object(&path(instance, digest, object), size)
    }

    pub(crate) fn redirects(&self) -> bool {
        self.signer().is_some()
    }

    pub(crate) fn signed_for(&self) -> Option<Duration> {
        self.signer().map(|(_, lifetime)| *lifetime)
    }

    /// Who signs addresses, and for how long they are good.
    fn signer(&self) -> Option<&(Operator, Duration)> {
        self.0.signer.as_ref().filter(|(signer, _)| signer.info().capability().presign_read)
    }

    pub(crate) async fn redirect(
        &self,
        instance: &InstanceId,
        digest: &Digest,
        object: Option<&str>,
    ) -> Result<Option<String>, Error> {
        let Some((signer, lifetime)) = self.signer() else { return Ok(None) };
        let signed = signer.presign_read(&path(instance, digest, object), *lifetime).await?;
        Ok(Some(signed.uri().to_string()))
    }

    pub(crate) async fn has_blob(
        &self,
        instance: &InstanceId,
        digest: &Digest,
        object: Option<&str>,
    ) -> Result<Option<u64>, Error> {
        match self.operator().stat(&path(instance, digest, object)).await {
            Ok(found) => Ok(Some(found.content_length())),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    pub(crate) async fn delete_blob(
        &self,
        instance: &InstanceId,
        digest: &Digest,
        object: Option<&str>,
    ) -> Result<(), Error> {
        Ok(self.operator().delete(&path(instance, digest, object)).await?)
    }

    /// Takes the blob of `digest` in from `body`, whole and verified or not at all.
    pub(crate) async fn import<S>(&self, instance: &InstanceId, digest: &Digest, body: S) -> Result<(), Error>
    where
        S: Stream<Item = Result<Bytes, Error>> + Unpin,
    {
        let progress = Arc::new(Progress::new(Hasher::new(digest.algorithm()), 0));
        let mut output = Output::new(self.clone(), path(instance, digest, None), progress.clone());
        let taken = gather(body, u64::MAX, &mut output).await.map_err(AppendError::flatten);
        let actual = progress.hasher().finish();
        let error = match taken {
            Err(error) => error,
            Ok(()) if actual == *digest => return output.finish().await.map(drop),
            Ok(()) => Error::DigestMismatch { expected: digest.clone(), actual },
        };
        output.abandon().await;
        Err(error)
    }

    /// The names of the objects below the instance's, at most as many as the store lists at once.
    pub(crate) async fn list(&self, instance: &InstanceId) -> Result<Vec<String>, Error> {
        let objects = self.operator().lister_with(&format!("{instance}/")).recursive(true).await?;
        Ok(objects.map_ok(|entry| entry.path().to_owned()).try_collect().await?)
    }

    /// Deletes objects to which nothing leads any more, by their names below the instance's, as far as that works.
    pub(crate) async fn delete_objects(&self, instance: &str, objects: Vec<String>) {
        if objects.is_empty() {
            return;
        }
        let paths: Vec<_> = objects.iter().map(|object| format!("{instance}/{object}")).collect();
        if let Err(error) = self.operator().delete_iter(paths).await {
            let error = error.message();
            tracing::warn!(instance, error, "objects that nothing leads to stay in the object store");
        }
    }

    fn object(&self, path: &str, size: u64) -> ObjectBlob {
        ObjectBlob { operator: self.operator().clone(), path: path.to_owned(), size }
    }

    fn copies_by_itself(&self) -> bool {
        self.operator().info().capability().write_can_copy_from
    }

    fn operator(&self) -> &Operator {
        &self.0.operator
    }

    fn spool(&self) -> &Spool {
        &self.0.spool
    }

    fn memory(&self) -> &Arc<Semaphore> {
        &self.0.memory
    }

    fn composing(&self) -> &Semaphore {
        &self.0.composing
    }
}

/// Where a blob lies: in the object that the metadata store names, else under its digest.
fn path(instance: &InstanceId, digest: &Digest, object: Option<&str>) -> String {
    match object {
        Some(object) => format!("{instance}/{object}"),
        None => {
            let hex = digest.hex();
            format!("{instance}/blobs/{}/{}/{hex}", digest.algorithm().name(), &hex[..2])
        }
    }
}
