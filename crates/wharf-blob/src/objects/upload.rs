use std::sync::Arc;

use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};
use wharf_model::{Algorithm, Digest, Hasher, InstanceId};

use super::{ObjectStore, Progress, output::Output};
use crate::{
    AppendError, Error, Segment, Stored,
    gather::{Hashing, Sink, gather},
};

/// An upload to an object store that one request has open.
#[derive(Debug)]
pub(crate) struct ObjectUpload {
    store: ObjectStore,
    instance: String,
    id: String,
    progress: Arc<Progress>,
    /// What there is of the upload, in order, with what this request added.
    segments: Vec<Segment>,
    /// How many of them were there before.
    earlier: usize,
    /// What this request is writing.
    output: Option<(String, Output)>,
}

impl ObjectUpload {
    pub(crate) fn open(
        store: ObjectStore,
        instance: &InstanceId,
        id: &str,
        received: u64,
        hasher: Hasher,
        segments: Vec<Segment>,
    ) -> Result<Self, Error> {
        let end = segments.iter().try_fold(0, |end, segment| {
            (segment.start == end).then(|| end + segment.length).ok_or(Error::NotFound)
        })?;
        if end != received {
            return Err(Error::NotFound);
        }
        let progress = Arc::new(Progress::new(hasher, received));
        let (instance, id, earlier) = (instance.to_string(), id.to_owned(), segments.len());
        Ok(Self { store, instance, id, progress, segments, earlier, output: None })
    }

    pub(crate) fn received(&self) -> u64 {
        self.progress.received()
    }

    pub(crate) fn hash_state(&self) -> Vec<u8> {
        self.progress.hasher().state()
    }

    pub(crate) async fn sync(&mut self) -> Result<Option<Segment>, Error> {
        let Some((object, output)) = self.output.take() else { return Ok(None) };
        let segment = Segment { start: self.synced(), length: output.finish().await?, object };
        self.segments.push(segment.clone());
        Ok(Some(segment))
    }

    pub(crate) async fn commit(mut self, digest: Digest) -> Result<Stored, Error> {
        let stored = self.make_blob(digest).await;
        if stored.is_err() {
            self.abandon().await;
        }
        stored
    }

    pub(crate) async fn abandon(mut self) {
        if let Some((_, output)) = self.output.take() {
            output.abandon().await;
        }
        self.delete_own_segments().await;
    }

    /// Those that were there before are other requests' too: they go when the metadata store no longer knows them.
    async fn delete_own_segments(&self) {
        let own = self.segments[self.earlier..].iter().map(|segment| segment.object.clone());
        self.store.delete_objects(&self.instance, own.collect()).await;
    }

    async fn make_blob(&mut self, digest: Digest) -> Result<Stored, Error> {
        let hasher = self.progress.hasher();
        let actual = if hasher.algorithm() == digest.algorithm() {
            hasher.finish()
        } else {
            self.sync().await?;
            self.digest_by(digest.algorithm()).await?
        };
        if actual != digest {
            return Err(Error::DigestMismatch { expected: digest, actual });
        }
        self.sync().await?;
        let size = self.received();
        let object = match self.segments.as_slice() {
            [only] => only.object.clone(),
            segments => {
                let object = self.object(0);
                let path = format!("{}/{object}", self.instance);
                if segments.is_empty() {
                    Output::new(self.store.clone(), path, self.progress.clone()).finish().await?;
                } else {
                    self.store.compose(&self.instance, segments, &path).await?;
                    self.delete_own_segments().await;
                }
                object
            }
        };
        Ok(Stored { size, object: Some(object) })
    }

    /// The digest of the segments by an algorithm that was not kept running: they are read again.
    async fn digest_by(&self, algorithm: Algorithm) -> Result<Digest, Error> {
        let segments = self.segments.clone().into_iter().map(Ok::<_, Error>);
        let (store, instance) = (&self.store, &self.instance);
        let content = stream::iter(segments).and_then(|segment| async move {
            let blob = store.object(&format!("{instance}/{}", segment.object), segment.length);
            blob.read(0, segment.length).await
        });
        let mut hashing = Hashing::new(Hasher::new(algorithm));
        let content = content.try_flatten().boxed();
        gather(content, u64::MAX, &mut hashing).await.map_err(AppendError::flatten)?;
        hashing.finish().ok_or_else(|| std::io::Error::other("hashing did not end").into())
    }

    fn synced(&self) -> u64 {
        self.segments.last().map_or(0, |segment| segment.start + segment.length)
    }

    /// A name for an object, which no other has.
    fn object(&self, start: u64) -> String {
        format!("{}/{start}-{}", self.id, uuid::Uuid::new_v4().simple())
    }
}

impl Sink for ObjectUpload {
    async fn take(&mut self, pieces: Vec<Bytes>) -> Result<(), Error> {
        if self.output.is_none() {
            let object = self.object(self.synced());
            let path = format!("{}/{object}", self.instance);
            self.output = Some((object, Output::new(self.store.clone(), path, self.progress.clone())));
        }
        match &mut self.output {
            Some((_, output)) => output.take(pieces).await,
            None => Ok(()),
        }
    }

    async fn settle(&mut self) -> Result<(), Error> {
        match &mut self.output {
            Some((_, output)) => output.settle().await,
            None => Ok(()),
        }
    }
}
