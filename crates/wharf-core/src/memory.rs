//! What this process remembers of the store, so that a pull costs no transaction: what identities may do, and what
//! repositories hold. Of a sub-account it remembers the policies, which are asked at each pull. It is forgotten when
//! this process changes it, and asked for again once another process may have changed it ([`wharf_db::BOUND`]). Only
//! what is there and allowed is remembered: what is added or granted is seen at once.

mod shelves;

use std::{hash::Hash, sync::Arc};

use quick_cache::sync::Cache;
use wharf_db::{
    Moment, Transaction,
    blobs::{self, LinkedBlob},
    manifests::{self, StoredManifest},
};
use wharf_model::{Actions, Digest, InstanceId, NamespaceName, Reference, RepositoryName};

use self::shelves::{BlobShelf, ManifestShelf, SmallBlobs, Weight};
use crate::{
    Caller, Core, Error, Identity, Target,
    access::{Standing, standing},
};

/// Pairs of an identity and a namespace; one with policies counts as several.
const STANDINGS: u64 = 16 << 10;

pub(crate) struct Memory {
    standings: Cache<Who, Remembered<Arc<Standing>>, Weight>,
    pub(crate) manifests: ManifestShelf,
    pub(crate) blobs: BlobShelf,
    /// Content that was pulled, by what never changes.
    pub(crate) small_blobs: SmallBlobs,
}

/// Who acts, and on what: an instance by its label, and a namespace.
type Who = (Identity, String, NamespaceName);

#[derive(Clone)]
struct Remembered<T> {
    value: T,
    moment: Moment,
}

/// Where in the store a thing is.
type Place<N> = (InstanceId, RepositoryName, N);

/// What is remembered of things of one kind.
pub(crate) trait Shelf: Sync {
    /// Of which kind.
    type Item: Held;

    /// What is at a place, if all that says so `stands`: it is asked with when that was read, and of which repository.
    fn get(
        &self,
        place: &Place<<Self::Item as Held>::Name>,
        stands: impl Fn(Moment, i64) -> bool,
    ) -> Option<Arc<Self::Item>>;

    /// Remembers what was read of the store after `moment`.
    fn put(&self, place: Place<<Self::Item as Held>::Name>, item: Arc<Self::Item>, moment: Moment);
}

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

    /// That the repository holds no such thing.
    fn missing(repository: RepositoryName, name: Self::Name) -> Error;
}

impl Memory {
    pub(crate) fn new() -> Self {
        Self {
            standings: shelves::standings(STANDINGS),
            manifests: ManifestShelf::new(),
            blobs: BlobShelf::new(),
            small_blobs: shelves::small_blobs(),
        }
    }
}

impl Core {
    /// Waits until what this process changed is noticed by all others, for a command that says that it is done.
    pub async fn noticed_everywhere(&self) {
        tokio::time::sleep(wharf_db::BOUND).await;
    }

    /// As [`Self::noticed_everywhere`], where other processes serve on this store: for what nobody may use any more once
    /// it is said to be taken back.
    pub(crate) async fn taken_back(&self) {
        if self.store.is_shared() {
            self.noticed_everywhere().await;
        }
    }

    /// What `caller` pulls of a repository, and the repository's instance.
    ///
    /// # Errors
    /// When the caller may not pull, there is no such thing, or the store fails.
    pub(crate) async fn recall<S: Shelf>(
        &self,
        shelf: &S,
        caller: Caller,
        target: Target,
        name: <S::Item as Held>::Name,
    ) -> Result<(InstanceId, Arc<S::Item>), Error> {
        let who = (caller.identity.clone(), target.instance.clone(), target.repository.namespace.clone());
        let known = self.memory.standings.get(&who);
        let Some(standing) = known.filter(|known| self.store.still_stands(known.moment, None)) else {
            return self.look_up(shelf, who, caller, target, name).await;
        };
        let instance = match standing.value.allow(&caller, &target, Actions::PULL) {
            Ok(instance) => instance.id.clone(),
            // What is granted is seen at once.
            Err(_) if standing.value.may_gain() => {
                return self.look_up(shelf, who, caller, target, name).await;
            }
            Err(error) => return Err(error),
        };
        let place = (instance, target.repository, name);
        let stands = |moment, repository| self.store.still_stands(moment, Some(repository));
        if let Some(found) = shelf.get(&place, stands) {
            return Ok((place.0, found));
        }
        let (asked, moment) = (place.clone(), self.store.moment());
        let found = self.read(move |tx| Ok(S::Item::find(tx, &asked.0, &asked.1, &asked.2)?)).await?;
        keep(shelf, place, found, moment)
    }

    /// What a caller pulls of whose standing nothing is remembered.
    async fn look_up<S: Shelf>(
        &self,
        shelf: &S,
        who: Who,
        caller: Caller,
        target: Target,
        name: <S::Item as Held>::Name,
    ) -> Result<(InstanceId, Arc<S::Item>), Error> {
        let moment = self.store.moment();
        let (repository, wanted) = (target.repository.clone(), name.clone());
        let (standing, instance, found) = self
            .read(move |tx| {
                let standing = standing(tx, &caller.identity, &target)?;
                let instance = standing.allow(&caller, &target, Actions::PULL)?.id.clone();
                let found = S::Item::find(tx, &instance, &target.repository, &wanted)?;
                Ok((standing, instance, found))
            })
            .await?;
        self.memory.standings.insert(who, Remembered { value: Arc::new(standing), moment });
        keep(shelf, (instance, repository, name), found, moment)
    }
}

fn keep<S: Shelf>(
    shelf: &S,
    place: Place<<S::Item as Held>::Name>,
    found: Option<S::Item>,
    moment: Moment,
) -> Result<(InstanceId, Arc<S::Item>), Error> {
    let Some(item) = found.map(Arc::new) else { return Err(S::Item::missing(place.1, place.2)) };
    let instance = place.0.clone();
    shelf.put(place, item.clone(), moment);
    Ok((instance, item))
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

    fn missing(repository: RepositoryName, digest: Digest) -> Error {
        Error::BlobNotFound { digest, repository }
    }
}
