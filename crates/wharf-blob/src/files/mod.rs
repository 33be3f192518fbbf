//! The content store on local files.

mod blob;
mod direct;
mod resident;
mod upload;
mod writer;

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use bytes::Bytes;
use futures_util::Stream;
use uuid::Uuid;
use wharf_model::{Digest, Hasher, InstanceId};

use self::blob::Readers;
pub(crate) use self::{blob::FileBlob, upload::FileUpload};
use crate::{AppendError, Error, error::blocking, gather::gather};

/// The content store on local files. Clones share it.
///
/// ```text
/// ROOT/tcr-xxxxxxxx/blobs/sha256/ab/abcd…   a blob, whole and synced
/// ROOT/tcr-xxxxxxxx/uploads/ID              an upload on its way
/// ```
#[derive(Clone, Debug)]
pub(crate) struct FileStore {
    root: Arc<Path>,
    readers: Readers,
}

impl FileStore {
    pub(crate) fn open(root: &Path) -> Result<Self, Error> {
        fs::create_dir_all(root)?;
        Ok(Self { root: root.canonicalize()?.into(), readers: Readers::default() })
    }

    pub(crate) async fn check(&self) -> Result<(), Error> {
        let root = self.root.clone();
        blocking(move || Ok(fs::metadata(root).map(drop)?)).await
    }

    pub(crate) async fn create_bucket(&self, instance: &InstanceId) -> Result<(), Error> {
        let (root, bucket) = (self.root.clone(), self.bucket(instance));
        blocking(move || Ok(make_bucket(&root, &bucket)?)).await
    }

    pub(crate) async fn delete_bucket(&self, instance: &InstanceId) -> Result<(), Error> {
        let bucket = self.bucket(instance);
        blocking(move || Ok(absent_is_done(fs::remove_dir_all(bucket))?)).await
    }

    pub(crate) async fn open_upload(
        &self,
        instance: &InstanceId,
        id: &str,
        received: u64,
        hasher: Hasher,
    ) -> Result<FileUpload, Error> {
        let (bucket, path) = (self.bucket(instance), self.upload(instance, id));
        let root = self.root.clone();
        blocking(move || {
            // An instance that came from another store needed no folder there.
            if received == 0 && !bucket.exists() {
                make_bucket(&root, &bucket)?;
            }
            FileUpload::open(bucket, path, received, hasher)
        })
        .await
    }

    pub(crate) async fn discard_upload(&self, instance: &InstanceId, id: &str) -> Result<(), Error> {
        let path = self.upload(instance, id);
        blocking(move || Ok(absent_is_done(fs::remove_file(path))?)).await
    }

    pub(crate) async fn open_blob(
        &self,
        instance: &InstanceId,
        digest: &Digest,
        size: u64,
    ) -> Result<FileBlob, Error> {
        let path = blob_path(&self.bucket(instance), digest);
        FileBlob::open(path, size, self.readers.clone()).await
    }

    pub(crate) async fn has_blob(
        &self,
        instance: &InstanceId,
        digest: &Digest,
    ) -> Result<Option<u64>, Error> {
        let path = blob_path(&self.bucket(instance), digest);
        blocking(move || match fs::metadata(path) {
            Ok(found) => Ok(Some(found.len())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        })
        .await
    }

    /// Takes the blob of `digest` in from `body`, whole and verified or not at all.
    pub(crate) async fn import<S>(&self, instance: &InstanceId, digest: &Digest, body: S) -> Result<(), Error>
    where
        S: Stream<Item = Result<Bytes, Error>> + Unpin,
    {
        self.create_bucket(instance).await?;
        let id = format!("import-{}", Uuid::new_v4().simple());
        let mut upload = self.open_upload(instance, &id, 0, Hasher::new(digest.algorithm())).await?;
        let done = match gather(body, u64::MAX, &mut upload).await.map_err(AppendError::flatten) {
            Ok(()) => upload.commit(digest.clone()).await.map(drop),
            Err(error) => Err(error),
        };
        if done.is_err() {
            self.discard_upload(instance, &id).await?;
        }
        done
    }

    pub(crate) async fn delete_blob(&self, instance: &InstanceId, digest: &Digest) -> Result<(), Error> {
        let path = blob_path(&self.bucket(instance), digest);
        blocking(move || Ok(absent_is_done(fs::remove_file(path))?)).await
    }

    fn bucket(&self, instance: &InstanceId) -> PathBuf {
        self.root.join(instance.as_str())
    }

    fn upload(&self, instance: &InstanceId, id: &str) -> PathBuf {
        self.bucket(instance).join("uploads").join(id)
    }
}

fn make_bucket(root: &Path, bucket: &Path) -> io::Result<()> {
    fs::create_dir_all(bucket.join("blobs"))?;
    fs::create_dir_all(bucket.join("uploads"))?;
    sync_directory(bucket)?;
    sync_directory(root)
}

/// Where a bucket keeps the blob of `digest`.
fn blob_path(bucket: &Path, digest: &Digest) -> PathBuf {
    let hex = digest.hex();
    bucket.join("blobs").join(digest.algorithm().name()).join(&hex[..2]).join(hex)
}

/// Moves `from` to `to` and makes the move durable, with the folders it needed.
fn rename_durably(from: &Path, to: &Path) -> io::Result<()> {
    let folder = to.parent().unwrap_or(to);
    match fs::rename(from, to) {
        Err(error) if error.kind() == io::ErrorKind::NotFound && from.exists() => {
            create_folders_durably(folder)?;
            fs::rename(from, to)?;
        }
        other => other?,
    }
    sync_directory(folder)
}

fn create_folders_durably(folder: &Path) -> io::Result<()> {
    let missing: Vec<_> = folder.ancestors().take_while(|ancestor| !ancestor.exists()).collect();
    fs::create_dir_all(folder)?;
    missing.into_iter().filter_map(Path::parent).try_for_each(sync_directory)
}

fn sync_directory(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

fn absent_is_done(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}
