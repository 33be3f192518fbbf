//! Where manifests and blobs are remembered.

use std::{
    hash::{Hash, Hasher},
    sync::Arc,
};

use bytes::Bytes;
use quick_cache::{Equivalent, Weighter, sync::Cache};
use wharf_db::{Moment, blobs::LinkedBlob, manifests::StoredManifest};
use wharf_model::{Digest, InstanceId, Reference, RepositoryName, Tag};

use super::{Place, Remembered, Shelf, Who};
use crate::access::Standing;

/// Bytes of manifests, with what they are found by.
const MANIFESTS: u64 = 32 << 20;
/// Bytes of an entry beside the manifest's or blob's own.
const ENTRY: u64 = 512;
/// Tags, of about 300 bytes.
const TAGS: usize = 128 << 10;
/// Bytes of small blobs, with what they are found by.
const SMALL_BLOBS: u64 = 16 << 20;
/// Blobs' places.
const BLOBS: usize = 16 << 10;

/// Manifests by digest, and which of them a tag names: many tags may name one.
pub(crate) struct ManifestShelf {
    tags: Cache<Place<Tag>, Remembered<Named>>,
    manifests: Cache<Place<Digest>, Remembered<Arc<StoredManifest>>, Weight>,
}

/// What a tag names.
#[derive(Clone)]
struct Named {
    repository_id: i64,
    digest: Digest,
}

/// Small blobs of instances. Who may have them is asked before.
pub(crate) type SmallBlobs = Cache<(InstanceId, Digest), Bytes, Weight>;

/// In bytes; of standings, in as many as have no policies.
#[derive(Clone)]
pub(crate) struct Weight;

/// Bytes of policies, as documents, that count as much as a standing without any. Read they are several times that.
const POLICIES: usize = 128;

pub(crate) struct BlobShelf(Cache<Place<Digest>, Remembered<Arc<LinkedBlob>>>);

/// A place, borrowed.
struct At<'a, N>(&'a InstanceId, &'a RepositoryName, &'a N);

impl ManifestShelf {
    pub(super) fn new() -> Self {
        let count = usize::try_from(MANIFESTS / ENTRY).unwrap_or(usize::MAX);
        Self { tags: Cache::new(TAGS), manifests: Cache::with_weighter(count, MANIFESTS, Weight) }
    }
}

impl Shelf for ManifestShelf {
    type Item = StoredManifest;

    fn get(
        &self,
        (instance, repository, reference): &Place<Reference>,
        stands: impl Fn(Moment, i64) -> bool,
    ) -> Option<Arc<StoredManifest>> {
        let named;
        let digest = match reference {
            Reference::Digest(digest) => digest,
            Reference::Tag(tag) => {
                named = self.tags.get(&At(instance, repository, tag))?;
                if !stands(named.moment, named.value.repository_id) {
                    return None;
                }
                &named.value.digest
            }
        };
        let found = self.manifests.get(&At(instance, repository, digest))?;
        stands(found.moment, found.value.repository_id).then_some(found.value)
    }

    fn put(
        &self,
        (instance, repository, reference): Place<Reference>,
        manifest: Arc<StoredManifest>,
        moment: Moment,
    ) {
        let digest = manifest.digest.clone();
        if let Reference::Tag(tag) = reference {
            let value = Named { repository_id: manifest.repository_id, digest: digest.clone() };
            self.tags.insert((instance.clone(), repository.clone(), tag), Remembered { value, moment });
        }
        self.manifests.insert((instance, repository, digest), Remembered { value: manifest, moment });
    }
}

impl BlobShelf {
    pub(super) fn new() -> Self {
        Self(Cache::new(BLOBS))
    }
}

impl Shelf for BlobShelf {
    type Item = LinkedBlob;

    fn get(
        &self,
        (instance, repository, digest): &Place<Digest>,
        stands: impl Fn(Moment, i64) -> bool,
    ) -> Option<Arc<LinkedBlob>> {
        let found = self.0.get(&At(instance, repository, digest))?;
        stands(found.moment, found.value.repository_id).then_some(found.value)
    }

    fn put(&self, place: Place<Digest>, value: Arc<LinkedBlob>, moment: Moment) {
        self.0.insert(place, Remembered { value, moment });
    }
}

impl<N: Hash> Hash for At<'_, N> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.0, self.1, self.2).hash(state);
    }
}

impl<N: Eq> Equivalent<Place<N>> for At<'_, N> {
    fn equivalent(&self, place: &Place<N>) -> bool {
        (self.0, self.1, self.2) == (&place.0, &place.1, &place.2)
    }
}

pub(super) fn small_blobs() -> SmallBlobs {
    Cache::with_weighter(usize::try_from(SMALL_BLOBS / ENTRY).unwrap_or(usize::MAX), SMALL_BLOBS, Weight)
}

pub(super) fn standings(capacity: u64) -> Cache<Who, Remembered<Arc<Standing>>, Weight> {
    Cache::with_weighter(usize::try_from(capacity).unwrap_or(usize::MAX), capacity, Weight)
}

impl Weighter<Who, Remembered<Arc<Standing>>> for Weight {
    fn weight(&self, _: &Who, standing: &Remembered<Arc<Standing>>) -> u64 {
        1 + standing.value.policies_size().map_or(0, |size| (size / POLICIES) as u64)
    }
}

impl Weighter<(InstanceId, Digest), Bytes> for Weight {
    fn weight(&self, _: &(InstanceId, Digest), content: &Bytes) -> u64 {
        ENTRY + content.len() as u64
    }
}

impl Weighter<Place<Digest>, Remembered<Arc<StoredManifest>>> for Weight {
    fn weight(&self, _: &Place<Digest>, manifest: &Remembered<Arc<StoredManifest>>) -> u64 {
        ENTRY + manifest.value.content.len() as u64
    }
}
