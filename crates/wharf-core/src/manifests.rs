use bytes::Bytes;
use wharf_db::{Transaction, blobs, manifests, repositories, tags};
use wharf_model::{
    Actions, Algorithm, Digest, Manifest, ManifestLinkKind, MediaType, Reference, RepositoryName, Tag,
};

use crate::{
    Caller, Core, Error, StoredManifest, Target, access::authorize, repositories::pushed_repository,
};

/// A manifest on its way in.
#[derive(Clone, Debug)]
pub struct PutManifest {
    /// Where it goes.
    pub target: Target,
    /// The tag that is to point at it, or its digest.
    pub reference: Reference,
    /// The type that the sender says it has (`Content-Type`).
    pub media_type: String,
    /// Its bytes.
    pub content: Bytes,
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
    ) -> Result<StoredManifest, Error> {
        self.read(move |tx| {
            let instance = authorize(tx, &caller, &target, Actions::PULL)?;
            let found = match &reference {
                Reference::Tag(tag) => manifests::find_by_tag(tx, &instance.id, &target.repository, tag)?,
                Reference::Digest(digest) => {
                    manifests::find_by_digest(tx, &instance.id, &target.repository, digest)?
                }
            };
            found.ok_or(Error::ManifestNotFound { reference, repository: target.repository })
        })
        .await
    }

    /// Takes in a manifest, and points the tag at it where one is named. The repository is made when it is not there.
    ///
    /// # Errors
    /// When the caller may not push, there is no such namespace, the bytes are no such manifest or have another digest,
    /// or something that the manifest needs is not in the repository.
    pub async fn push_manifest(&self, caller: Caller, put: PutManifest) -> Result<Digest, Error> {
        let limit = self.limits.manifest_size;
        if put.content.len() as u64 > limit {
            return Err(Error::ManifestTooLarge { limit });
        }
        let media_type = MediaType::named(&put.media_type)
            .ok_or_else(|| Error::UnknownMediaType(put.media_type.clone()))?;
        let manifest = Manifest::parse(media_type, &put.content)?;
        let (digest, tag) = match put.reference {
            Reference::Tag(tag) => (Digest::by(Algorithm::Sha256, &put.content), Some(tag)),
            Reference::Digest(expected) => (checked_digest(expected, &put.content)?, None),
        };
        let content = Incoming { manifest, digest: digest.clone(), tag, content: put.content };
        self.write(move |tx| {
            let instance = authorize(tx, &caller, &put.target, Actions::PUSH)?;
            let repository_id = pushed_repository(tx, &instance.id, &put.target.repository)?;
            content.keep(tx, repository_id, &put.target.repository)
        })
        .await?;
        Ok(digest)
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
            tags.ok_or(Error::RepositoryNotFound(target.repository))
        })
        .await
    }
}

struct Incoming {
    manifest: Manifest,
    digest: Digest,
    tag: Option<Tag>,
    content: Bytes,
}

impl Incoming {
    fn keep(
        &self,
        tx: &Transaction<'_>,
        repository_id: i64,
        repository: &RepositoryName,
    ) -> Result<(), Error> {
        let total_size = self.weigh(tx, repository_id, repository)?;
        let now = Core::now();
        let row = manifests::NewManifest {
            repository_id,
            digest: &self.digest,
            media_type: self.manifest.media_type,
            artifact_type: self.manifest.artifact_type.as_deref(),
            subject: self.manifest.subject.as_ref(),
            total_size,
            content: &self.content,
            links: &self.manifest.links,
            now,
        };
        let manifest_id = manifests::insert(tx, &row)?;
        let Some(tag) = &self.tag else { return Ok(()) };
        let new = tags::put(tx, repository_id, tag, manifest_id, now)?;
        Ok(repositories::note_change(tx, repository_id, i64::from(new), now)?)
    }

    /// Bytes of all that the manifest describes and itself: of an index, what its manifests describe.
    ///
    /// Fails when something of it is not in the repository, naming all that is missing.
    fn weigh(
        &self,
        tx: &Transaction<'_>,
        repository_id: i64,
        repository: &RepositoryName,
    ) -> Result<u64, Error> {
        let mut total = self.content.len() as u64;
        let mut missing = Vec::new();
        for link in &self.manifest.links {
            let size = match link.kind {
                ManifestLinkKind::Manifest => manifests::find_total_size(tx, repository_id, &link.digest)?,
                ManifestLinkKind::ForeignLayer => Some(link.size),
                ManifestLinkKind::Config | ManifestLinkKind::Layer => {
                    blobs::is_linked(tx, repository_id, &link.digest)?.then_some(link.size)
                }
            };
            match size {
                Some(size) => total = total.saturating_add(size),
                None => missing.push(link.digest.clone()),
            }
        }
        if missing.is_empty() {
            Ok(total)
        } else {
            Err(Error::ManifestContentMissing { repository: repository.clone(), missing })
        }
    }
}

fn checked_digest(expected: Digest, content: &[u8]) -> Result<Digest, Error> {
    let actual = Digest::by(expected.algorithm(), content);
    if actual == expected { Ok(expected) } else { Err(Error::DigestMismatch { expected, actual }) }
}
