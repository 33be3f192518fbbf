use std::sync::Arc;

use bytes::Bytes;
use wharf_db::{Transaction, blobs, manifests, pulls, repositories, tags};
use wharf_model::{
    Actions, Algorithm, Completeness, Digest, Manifest, ManifestLinkKind, MediaType, Quota, Reference,
    RepositoryName, Tag, Timestamp,
};

use crate::{
    Caller, Core, Error, Instance, Limits, StoredManifest, Target,
    access::authorize,
    repositories::{PushedRepository, find_repository, pushed_repository},
};

/// A manifest on its way in.
#[derive(Clone, Debug)]
pub struct PutManifest {
    /// Where it goes.
    pub target: Target,
    /// The tag that is to point at it, or its digest.
    pub reference: Reference,
    /// Tags that are to point at it too.
    pub tags: Vec<Tag>,
    /// The type that the sender says it has (`Content-Type`).
    pub media_type: String,
    /// Its bytes.
    pub content: Bytes,
}

/// A manifest that was taken in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PushedManifest {
    /// Its digest.
    pub digest: Digest,
    /// The manifest it refers to.
    pub subject: Option<Digest>,
}

impl Core {
    /// The manifest that a tag or digest names.
    ///
    /// # Errors
    /// When the caller may not pull, or there is no such manifest.
    pub async fn pull_manifest(
        &self,
        caller: Caller,
        target: Target,
        reference: Reference,
    ) -> Result<Arc<StoredManifest>, Error> {
        Ok(self.recall(&self.memory.manifests, caller, target, reference).await?.1)
    }

    /// Counts a pull of a manifest that was found.
    pub fn count_pull(&self, manifest: &StoredManifest, reference: &Reference) {
        let tag = if let Reference::Tag(tag) = reference { Some(tag.clone()) } else { None };
        self.pull_counter.count(manifest.repository_id, tag, Self::now());
    }

    /// Takes in a manifest, and points the tag at it where one is named. The repository is made when it is not there.
    ///
    /// # Errors
    /// When the caller may not push, there is no such namespace, the bytes are no such manifest or have another digest,
    /// something that the manifest needs is not in the repository, or the instance's edition allows no more
    /// repositories or tags.
    pub async fn push_manifest(&self, caller: Caller, put: PutManifest) -> Result<PushedManifest, Error> {
        let incoming = self.parse_manifest(put.reference, put.tags, &put.media_type, put.content)?;
        let pushed =
            PushedManifest { digest: incoming.digest.clone(), subject: incoming.manifest.subject.clone() };
        let limits = Arc::clone(&self.limits);
        self.write(move |tx| {
            let instance = authorize(tx, &caller, &put.target, Actions::PUSH)?;
            incoming.take_in(tx, &limits, &instance, &put.target.repository)
        })
        .await?;
        Ok(pushed)
    }

    /// Removes a tag; what it pointed at stays (endpoint end-9 by tag). Or removes a manifest with all its tags (end-9 by
    /// digest).
    ///
    /// # Errors
    /// When the caller may not delete, there is no such tag or manifest, or another manifest needs it.
    pub async fn delete_manifest(
        &self,
        caller: Caller,
        target: Target,
        reference: Reference,
    ) -> Result<(), Error> {
        let now = Self::now();
        self.write(move |tx| {
            let instance = authorize(tx, &caller, &target, Actions::DELETE)?;
            let repository = find_repository(tx, &instance.id, &target.repository)?;
            let missing = || Error::ManifestNotFound {
                reference: reference.clone(),
                repository: target.repository.clone(),
            };
            let tags = match &reference {
                Reference::Tag(tag) => {
                    tags::find(tx, repository.id, tag)?.ok_or_else(missing)?;
                    delete_tag(tx, repository.id, tag)?;
                    1
                }
                Reference::Digest(digest) => {
                    let id = manifests::find_id(tx, repository.id, digest)?.ok_or_else(missing)?;
                    check_not_needed(tx, repository.id, &target.repository, digest)?;
                    let tags = tags::count_of_manifest(tx, id)?;
                    pulls::forget_manifest(tx, repository.id, id)?;
                    manifests::delete(tx, repository.id, id)?;
                    i64::try_from(tags).unwrap_or(i64::MAX)
                }
            };
            Ok(repositories::note_change(tx, repository.id, -tags, now)?)
        })
        .await
    }

    pub(crate) fn parse_manifest(
        &self,
        reference: Reference,
        mut tags: Vec<Tag>,
        media_type: &str,
        content: Bytes,
    ) -> Result<Incoming, Error> {
        let limits = &self.limits;
        if content.len() as u64 > limits.manifest_size {
            return Err(Error::ManifestTooLarge { limit: limits.manifest_size });
        }
        let media_type =
            MediaType::named(media_type).ok_or_else(|| Error::UnknownMediaType(media_type.to_owned()))?;
        let manifest = Manifest::parse(media_type, &content)?;
        if manifest.links.len() > limits.manifest_links {
            return Err(Error::TooManyLinks { found: manifest.links.len(), limit: limits.manifest_links });
        }
        let digest = match reference {
            Reference::Tag(tag) => {
                tags.push(tag);
                Digest::by(Algorithm::Sha256, &content)
            }
            Reference::Digest(expected) => checked_digest(expected, &content)?,
        };
        if tags.len() > limits.tags_per_push {
            return Err(Error::TooManyPushedTags { found: tags.len(), limit: limits.tags_per_push });
        }
        Ok(Incoming { manifest, digest, tags, content })
    }

    /// A repository's tags after `last` in byte order, `limit` at most.
    ///
    /// # Errors
    /// When the caller may not pull, or there is no such repository.
    pub async fn list_tags(
        &self,
        caller: Caller,
        target: Target,
        last: Option<String>,
        limit: u64,
    ) -> Result<Vec<Tag>, Error> {
        self.read(move |tx| {
            let instance = authorize(tx, &caller, &target, Actions::PULL)?;
            let tags = tags::list_names(tx, &instance.id, &target.repository, last.as_deref(), limit)?;
            tags.ok_or_else(|| Error::RepositoryNotFound(target.repository.clone()))
        })
        .await
    }
}

/// A manifest that was read, with the tags that are to point at it.
pub(crate) struct Incoming {
    pub(crate) manifest: Manifest,
    pub(crate) digest: Digest,
    tags: Vec<Tag>,
    content: Bytes,
}

/// What a manifest and all that it describes come to.
#[derive(Clone, Copy)]
struct Weight {
    /// Bytes, the manifest's own included.
    total_size: u64,
    /// How deep indexes nest: 0 for an image.
    depth: u64,
}

impl Incoming {
    /// The one way of a manifest into a repository, which is made when it is not there, and of tags to it. `instance`
    /// was read in this transaction.
    ///
    /// # Errors
    /// When there is no such namespace, indexes nest too deep, something is not in the repository that the instance
    /// wants to be there, or the instance's edition allows no more repositories or tags.
    pub(crate) fn take_in(
        &self,
        tx: &Transaction<'_>,
        limits: &Limits,
        instance: &Instance,
        repository: &RepositoryName,
    ) -> Result<(), Error> {
        let pushed = pushed_repository(tx, limits, instance, repository)?;
        let weight = self.weigh(tx, pushed.id, repository, instance.completeness)?;
        if weight.depth > limits.index_depth {
            return Err(Error::IndexTooDeep { found: weight.depth, limit: limits.index_depth });
        }
        let (manifest_id, now) = (self.keep(tx, pushed.id, weight)?, Core::now());
        point_tags(tx, limits, instance, pushed, manifest_id, &self.tags, now)
    }

    /// Keeps the manifest; its number.
    fn keep(&self, tx: &Transaction<'_>, repository_id: i64, weight: Weight) -> Result<i64, Error> {
        let row = manifests::NewManifest {
            repository_id,
            digest: &self.digest,
            media_type: self.manifest.media_type,
            artifact_type: self.manifest.artifact_type.as_deref(),
            subject: self.manifest.subject.as_ref(),
            total_size: weight.total_size,
            depth: weight.depth,
            annotations: self.manifest.annotations.as_deref(),
            content: &self.content,
            links: &self.manifest.links,
            now: Core::now(),
        };
        Ok(manifests::insert(tx, &row)?)
    }

    /// Fails when something that the instance wants to be there is not in the repository, naming all that is missing.
    fn weigh(
        &self,
        tx: &Transaction<'_>,
        repository_id: i64,
        repository: &RepositoryName,
        completeness: Completeness,
    ) -> Result<Weight, Error> {
        let is_index = self.manifest.media_type.is_index();
        let mut weight = Weight { total_size: self.content.len() as u64, depth: u64::from(is_index) };
        let mut missing = Vec::new();
        for link in &self.manifest.links {
            let found = match link.kind {
                ManifestLinkKind::Manifest => manifests::find_weight(tx, repository_id, &link.digest)?,
                ManifestLinkKind::ForeignLayer => Some((link.size, 0)),
                ManifestLinkKind::Config | ManifestLinkKind::Layer => {
                    blobs::is_linked(tx, repository_id, &link.digest)?.then_some((link.size, 0))
                }
            };
            if found.is_none() {
                missing.push(link.digest.clone());
            }
            let (size, depth) = found.unwrap_or((link.size, 0));
            weight.total_size = weight.total_size.saturating_add(size);
            weight.depth = weight.depth.max(depth + u64::from(is_index));
        }
        let may_be_sparse = match completeness {
            Completeness::Strict => false,
            Completeness::SparseIndexes => is_index,
            Completeness::Sparse => true,
        };
        if missing.is_empty() || may_be_sparse {
            Ok(weight)
        } else {
            Err(Error::ManifestContentMissing { repository: repository.clone(), missing })
        }
    }
}

/// Points tags at a manifest of the repository and counts those that are new, whichever door sets them. `instance` and
/// `repository` were read in this transaction.
pub(crate) fn point_tags(
    tx: &Transaction<'_>,
    limits: &Limits,
    instance: &Instance,
    repository: PushedRepository,
    manifest_id: i64,
    tags: &[Tag],
    now: Timestamp,
) -> Result<(), Error> {
    let mut new = 0;
    for tag in tags {
        if tags::put(tx, repository.id, tag, manifest_id, now)? {
            limits.check_quota(instance, Quota::Tags, repository.tag_count + new)?;
            new += 1;
        }
    }
    let new = i64::try_from(new).unwrap_or(i64::MAX);
    Ok(repositories::note_change(tx, repository.id, new, now)?)
}

/// Fails when a manifest of the repository needs this blob or manifest.
pub(crate) fn check_not_needed(
    tx: &Transaction<'_>,
    repository_id: i64,
    repository: &RepositoryName,
    digest: &Digest,
) -> Result<(), Error> {
    if manifests::is_needed(tx, repository_id, digest)? {
        return Err(Error::ContentInUse { repository: repository.clone(), digest: digest.clone() });
    }
    Ok(())
}

/// Removes a tag, and what is counted of it.
pub(crate) fn delete_tag(tx: &Transaction<'_>, repository_id: i64, tag: &Tag) -> Result<(), Error> {
    tags::delete(tx, repository_id, tag)?;
    Ok(pulls::forget(tx, repository_id, tag.as_str())?)
}

fn checked_digest(expected: Digest, content: &[u8]) -> Result<Digest, Error> {
    let actual = Digest::by(expected.algorithm(), content);
    if actual == expected { Ok(expected) } else { Err(Error::DigestMismatch { expected, actual }) }
}
