use std::{convert::Infallible, env, time::Duration};

use bytes::Bytes;
use futures_util::{Stream, TryStreamExt, stream};
use tempfile::TempDir;
use wharf_blob::{BlobStore, Error, Options, Redirect, Segment, Stored, Upload};
use wharf_model::{Algorithm, Digest, Hasher, InstanceId};

/// A store of its own for one test.
pub struct Fixture {
    pub folder: TempDir,
    pub address: String,
    pub store: BlobStore,
    pub instance: InstanceId,
    pub has_objects: bool,
}

/// An upload as the metadata store would know it.
#[derive(Clone)]
pub struct Session {
    pub id: String,
    pub received: u64,
    pub hasher: Hasher,
    pub segments: Vec<Segment>,
}

impl Fixture {
    /// One on every engine.
    pub async fn all() -> Vec<Self> {
        let mut all = vec![Self::at(None).await];
        for address in env::var("WHARF_TEST_STORAGE_URLS").unwrap_or_default().split_whitespace() {
            all.push(Self::at(Some(address)).await);
        }
        all
    }

    /// One on every object store.
    pub async fn object_stores() -> Vec<Self> {
        Self::all().await.into_iter().filter(|fixture| fixture.has_objects).collect()
    }

    async fn at(address: Option<&str>) -> Self {
        let folder = TempDir::new().unwrap();
        let own = uuid::Uuid::new_v4().simple().to_string();
        let to = match address {
            None => format!("file:{}", folder.path().join("content").display()),
            Some(address) => {
                let (bucket, query) = address.split_once('?').unwrap();
                format!("{}/{own}?{query}", bucket.trim_end_matches('/'))
            }
        };
        let instance: InstanceId = "tcr-aaaaaaaa".parse().unwrap();
        let store = BlobStore::open(&to, &options(&folder)).unwrap();
        store.create_bucket(&instance).await.unwrap();
        Self { folder, address: to, store, instance, has_objects: address.is_some() }
    }

    /// The store as another process has it.
    pub fn anew(&self) -> BlobStore {
        BlobStore::open(&self.address, &options(&self.folder)).unwrap()
    }

    pub async fn begin(&self, id: &str) -> Upload {
        self.open(&Session::new(id)).await.unwrap()
    }

    pub async fn open(&self, session: &Session) -> Result<Upload, Error> {
        let Session { id, received, hasher, segments } = session.clone();
        self.anew().open_upload(&self.instance, &id, received, hasher, segments).await
    }

    pub async fn put(&self, content: &[u8]) -> (Digest, Stored) {
        let mut upload = self.begin(&uuid::Uuid::new_v4().to_string()).await;
        append(&mut upload, content).await;
        let digest = Digest::of(content);
        let stored = upload.commit(digest.clone()).await.unwrap();
        assert_eq!(stored.size, content.len() as u64);
        assert_eq!(stored.object.is_some(), self.has_objects);
        (digest, stored)
    }

    pub async fn get(&self, digest: &Digest, stored: &Stored) -> Vec<u8> {
        self.get_part(digest, stored, 0, stored.size).await.unwrap()
    }

    pub async fn get_part(
        &self,
        digest: &Digest,
        stored: &Stored,
        offset: u64,
        length: u64,
    ) -> Result<Vec<u8>, Error> {
        let object = stored.object.as_deref();
        let blob = self.store.open_blob(&self.instance, digest, object, stored.size).await?;
        assert_eq!(blob.size(), stored.size);
        collect(blob.read(offset, length, None).await?).await
    }

    pub async fn has(&self, digest: &Digest, stored: &Stored) -> Option<u64> {
        self.store.has_blob(&self.instance, digest, stored.object.as_deref()).await.unwrap()
    }

    /// Removes what the test left.
    pub async fn clear(self) {
        self.store.delete_bucket(&self.instance).await.unwrap();
    }
}

impl Session {
    pub fn new(id: &str) -> Self {
        let hasher = Hasher::new(Algorithm::Sha256);
        Self { id: id.to_owned(), received: 0, hasher, segments: Vec::new() }
    }

    /// Notes what the upload acknowledges.
    pub async fn note(&mut self, upload: &mut Upload) {
        let segment = upload.sync().await.unwrap();
        if let Some(segment) = &segment {
            assert_eq!((segment.start, segment.start + segment.length), (self.received, upload.received()));
        }
        self.segments.extend(segment);
        self.received = upload.received();
        self.hasher = Hasher::resume(&upload.hash_state()).unwrap();
    }
}

pub fn options(folder: &TempDir) -> Options {
    let redirect = Redirect { lifetime: Duration::from_secs(60), endpoint: None };
    Options { spool: folder.path().join("spool"), credentials: None, redirect: Some(redirect) }
}

pub async fn append(upload: &mut Upload, content: &[u8]) {
    let pieces: Vec<_> =
        content.chunks(70_000).map(|piece| Ok::<_, Infallible>(Bytes::copy_from_slice(piece))).collect();
    upload.append(stream::iter(pieces), u64::MAX).await.unwrap();
}

async fn collect(pieces: impl Stream<Item = Result<Bytes, Error>>) -> Result<Vec<u8>, Error> {
    let collected = pieces.try_fold(Vec::new(), |mut all, piece| async move {
        all.extend_from_slice(&piece);
        Ok(all)
    });
    collected.await
}

pub fn content(length: usize) -> Vec<u8> {
    // No period that a part's length could hide.
    (0..length as u64).map(|index| ((index * 2_654_435_761) >> 13) as u8).collect()
}
