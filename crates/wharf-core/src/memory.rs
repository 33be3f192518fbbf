//! What this process remembers of the store, so that a pull costs no transaction: what identities may do, and what
//! repositories hold. It is forgotten when this process changes it, and asked for again once another process may have
//! changed it ([`wharf_db::BOUND`]). Only what is there and allowed is remembered: what is added or granted is seen at
//! once.

use std::{hash::Hash, sync::Arc};

use quick_cache::{Weighter, sync::Cache};
use wharf_db::{
    Moment, Transaction,
    blobs::{self, LinkedBlob},
    manifests::{self, StoredManifest},
};
use wharf_model::{Actions, Digest, InstanceId, NamespaceName, Reference, RepositoryName};

use crate::{
    Caller, Core, Error, Identity, Target,
    access::{Standing, standing},
};

/// Bytes of manifests, with what they are found by.
const MANIFESTS: u64 = 16 << 20;
/// Blobs' places.
const BLOBS: usize = 16 << 10;
/// Pairs of an identity and a namespace.
const STANDINGS: usize = 16 << 10;
/// Bytes of an entry beside the manifest's own.
const ENTRY: u64 = 512;

pub(crate) struct Memory {
    standings: Cache<(Identity, String, NamespaceName), Remembered<Arc<Standing>>>,
    pub(crate) manifests: Shelf<Reference, StoredManifest, ManifestWeight>,
    pub(crate) blobs: Shelf<Digest, LinkedBlob>,
}

/// What is in repositories under names of one kind.
pub(crate) type Shelf<N, T, W = quick_cache::UnitWeighter> =
    Cache<(InstanceId, RepositoryName, N), Remembered<Arc<T>>, W>;

#[derive(Clone)]
pub(crate) struct Remembered<T> {
    value: T,
    moment: Moment,
}

#[derive(Clone)]
pub(crate) struct ManifestWeight;

/// A thing that a repository holds.
pub(crate) trait Held: Sized + Send + Sync + 'static {
    /// What it is asked for by.
    type Name: Clone + Eq + Hash + Send + Sync + 'static;

    fn find(
        tx: &Transaction<'_>,
        instance: &InstanceId,
        repository: &RepositoryName,
        name: &Self::Name,
    ) -> Result<Option<Self>, wharf_db::Error>;

    /// The number of the repository.
    fn repository_id(&self) -> i64;

    /// That the repository holds no such thing.
    fn missing(repository: RepositoryName, name: Self::Name) -> Error;
}

impl Memory {
    pub(crate) fn new() -> Self {
        let manifests = usize::try_from(MANIFESTS / ENTRY).unwrap_or(usize::MAX);
        Self {
            standings: Cache::new(STANDINGS),
            manifests: Cache::with_weighter(manifests, MANIFESTS, ManifestWeight),
            blobs: Cache::new(BLOBS),
        }
    }
}

impl Core {
    /// Waits until what this process changed is noticed by all others, for a command that says that it is done.
    pub async fn noticed_everywhere(&self) {
        tokio::time::sleep(wharf_db::BOUND).await;
    }

    /// What `caller` pulls of a repository, and the repository's instance.
    ///
    /// # Errors
    /// When the caller may not pull, there is no such thing, or the store fails.
    pub(crate) async fn recall<T: Held, W>(
        &self,
        shelf: &Shelf<T::Name, T, W>,
        caller: Caller,
        target: Target,
        name: T::Name,
    ) -> Result<(InstanceId, Arc<T>), Error>
    where
        W: Weighter<(InstanceId, RepositoryName, T::Name), Remembered<Arc<T>>> + Clone + Send + Sync,
    {
        let who = (caller.identity.clone(), target.instance.clone(), target.repository.namespace.clone());
        let known = self.memory.standings.get(&who);
        if let Some(standing) = known.filter(|known| self.store.still_stands(known.moment, None)) {
            let instance = standing.value.allow(&caller, &target, Actions::PULL)?.id.clone();
            let place = (instance, target.repository.clone(), name.clone());
            let found = shelf
                .get(&place)
                .filter(|found| self.store.still_stands(found.moment, Some(found.value.repository_id())));
            if let Some(found) = found {
                return Ok((place.0, found.value));
            }
        }
        let moment = self.store.moment();
        let (repository, wanted) = (target.repository.clone(), name.clone());
        let (standing, found) = self
            .read(move |tx| {
                let standing = standing(tx, &caller.identity, &target)?;
                let instance = standing.allow(&caller, &target, Actions::PULL)?.id.clone();
                Ok((standing, T::find(tx, &instance, &target.repository, &wanted)?))
            })
            .await?;
        let Some(instance) = standing.instance.as_ref().map(|instance| instance.id.clone()) else {
            return Err(Error::Internal("what may be pulled is in no instance".to_owned()));
        };
        self.memory.standings.insert(who, Remembered { value: Arc::new(standing), moment });
        let Some(value) = found.map(Arc::new) else { return Err(T::missing(repository, name)) };
        let place = (instance.clone(), repository, name);
        shelf.insert(place, Remembered { value: value.clone(), moment });
        Ok((instance, value))
    }
}

impl Held for StoredManifest {
    type Name = Reference;

    fn find(
        tx: &Transaction<'_>,
        instance: &InstanceId,
        repository: &RepositoryName,
        reference: &Reference,
    ) -> Result<Option<Self>, wharf_db::Error> {
        match reference {
            Reference::Tag(tag) => manifests::find_by_tag(tx, instance, repository, tag),
            Reference::Digest(digest) => manifests::find_by_digest(tx, instance, repository, digest),
        }
    }

    fn repository_id(&self) -> i64 {
        self.repository_id
    }

    fn missing(repository: RepositoryName, reference: Reference) -> Error {
        Error::ManifestNotFound { reference, repository }
    }
}

impl Held for LinkedBlob {
    type Name = Digest;

    fn find(
        tx: &Transaction<'_>,
        instance: &InstanceId,
        repository: &RepositoryName,
        digest: &Digest,
    ) -> Result<Option<Self>, wharf_db::Error> {
        blobs::find(tx, instance, repository, digest)
    }

    fn repository_id(&self) -> i64 {
        self.repository_id
    }

    fn missing(repository: RepositoryName, digest: Digest) -> Error {
        Error::BlobNotFound { digest, repository }
    }
}

impl<N> Weighter<(InstanceId, RepositoryName, N), Remembered<Arc<StoredManifest>>> for ManifestWeight {
    fn weight(&self, _: &(InstanceId, RepositoryName, N), manifest: &Remembered<Arc<StoredManifest>>) -> u64 {
        ENTRY + manifest.value.content.len() as u64
    }
}
