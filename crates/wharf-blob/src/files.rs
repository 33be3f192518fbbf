use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use wharf_model::{Digest, Hasher, InstanceId};

use crate::{Blob, Error, Upload, blob::Readers, error::blocking};

/// The content store on local files. Clones share it.
///
/// ```text
/// ROOT/tcr-xxxxxxxx/blobs/sha256/ab/abcd…   a blob, whole and synced
/// ROOT/tcr-xxxxxxxx/uploads/ID              an upload on its way
/// ```
#[derive(Clone, Debug)]
pub struct BlobStore {
    root: Arc<Path>,
    readers: Readers,
}

impl BlobStore {
    /// Opens the store at `address` (`file:FOLDER`), and makes the folder where there is none.
    ///
    /// # Errors
    /// When the address is of no known form or the folder cannot be made.
    pub fn open(address: &str) -> Result<Self, Error> {
        let path = address.strip_prefix("file:").filter(|path| !path.is_empty());
        let root = Path::new(path.ok_or_else(|| Error::Address(address.to_owned()))?);
        fs::create_dir_all(root)?;
        Ok(Self { root: root.canonicalize()?.into(), readers: Readers::default() })
    }

    /// Whether the store answers now.
    ///
    /// # Errors
    /// When its folder is gone.
    pub async fn check(&self) -> Result<(), Error> {
        let root = self.root.clone();
        blocking(move || Ok(fs::metadata(root).map(drop)?)).await
    }

    /// Makes an instance's bucket; nothing happens when it is there.
    ///
    /// # Errors
    /// When the file system fails.
    pub async fn create_bucket(&self, instance: &InstanceId) -> Result<(), Error> {
        let (root, bucket) = (self.root.clone(), self.bucket(instance));
        blocking(move || {
            fs::create_dir_all(bucket.join("blobs"))?;
            fs::create_dir_all(bucket.join("uploads"))?;
            sync_directory(&bucket)?;
            Ok(sync_directory(&root)?)
        })
        .await
    }

    /// Removes an instance's bucket with all its content; nothing happens when it is gone.
    ///
    /// # Errors
    /// When the file system fails.
    pub async fn delete_bucket(&self, instance: &InstanceId) -> Result<(), Error> {
        let bucket = self.bucket(instance);
        blocking(move || Ok(absent_is_done(fs::remove_dir_all(bucket))?)).await
    }

    /// Opens an upload where it stands: after `received` bytes, whose hash is `hasher`. Begins it when `received` is 0.
    ///
    /// # Errors
    /// [`Error::Busy`] while another request has it open; [`Error::NotFound`] when the bytes are not there.
    pub async fn open_upload(
        &self,
        instance: &InstanceId,
        id: &str,
        received: u64,
        hasher: Hasher,
    ) -> Result<Upload, Error> {
        let (bucket, path) = (self.bucket(instance), self.upload(instance, id));
        blocking(move || Upload::open(bucket, path, received, hasher)).await
    }

    /// Removes an upload's bytes; nothing happens when there are none.
    ///
    /// # Errors
    /// When the file system fails.
    pub async fn discard_upload(&self, instance: &InstanceId, id: &str) -> Result<(), Error> {
        let path = self.upload(instance, id);
        blocking(move || Ok(absent_is_done(fs::remove_file(path))?)).await
    }

    /// Opens a blob to be read.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the instance's bucket does not hold it.
    pub async fn open_blob(&self, instance: &InstanceId, digest: &Digest) -> Result<Blob, Error> {
        let path = blob_path(&self.bucket(instance), digest);
        let readers = self.readers.clone();
        blocking(move || Blob::open(&path, readers)).await
    }

    fn bucket(&self, instance: &InstanceId) -> PathBuf {
        self.root.join(instance.as_str())
    }

    fn upload(&self, instance: &InstanceId, id: &str) -> PathBuf {
        self.bucket(instance).join("uploads").join(id)
    }
}

/// Where a bucket keeps the blob of `digest`.
pub(crate) fn blob_path(bucket: &Path, digest: &Digest) -> PathBuf {
    let hex = digest.hex();
    bucket.join("blobs").join(digest.algorithm().name()).join(&hex[..2]).join(hex)
}

/// Moves `from` to `to` and makes the move durable, with the folders it needed.
pub(crate) fn rename_durably(from: &Path, to: &Path) -> io::Result<()> {
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
