use std::collections::HashSet;

use wharf_db::{Transaction, blobs, manifests};
use wharf_model::{
    Actions, Digest, InstanceId, ManifestLinkKind, Reference, RepositoryName, Tag, policy::ResourcePath,
};

use crate::{
    Core, Error, Instance, Operator, Repository, StoredManifest,
    access::authorize_operator,
    instances::running_instance,
    manifests::Incoming,
    memory::Held,
    namespaces::find_namespace,
    repositories::{find_repository, pushed_repository},
};

/// Manifests in one copy at most: an index's images, and what refers to any of them.
const MANIFESTS: usize = 1_000;

/// An image that is to be in another place of its instance too (`DuplicateImage`).
#[derive(Clone, Debug)]
pub struct Duplication {
    /// Where it is.
    pub source: RepositoryName,
    /// What names it there.
    pub reference: Reference,
    /// Where it is to be.
    pub destination: RepositoryName,
    /// The tag that is to point at it there.
    pub tag: Tag,
    /// Whether the tag may point at something else now.
    pub may_override: bool,
}

/// What is left to do of a copy, the last first.
enum Step {
    /// Find a manifest, and see what belongs to it.
    Find(Digest),
    /// Take in a manifest: all that it needs is there.
    TakeIn(Incoming),
}

impl Core {
    /// Puts an image into another repository of its instance, or under another tag, with all that a push would bring:
    /// the images of an index, their blobs, and all that refers to them. The repository is made when it is not there.
    /// No bytes are copied. Grows with the manifests that there are, of which there may be 1,000.
    ///
    /// # Errors
    /// When there is no such running instance, namespace, repository or manifest, the operator may not, or not pull
    /// the one and push the other, the tag points at something else and may not be moved, and as a push.
    pub async fn duplicate_image(
        &self,
        operator: Operator,
        instance: InstanceId,
        duplication: Duplication,
    ) -> Result<(), Error> {
        let core = self.clone();
        self.write(move |tx| {
            let Duplication { source, destination, reference, tag, may_override } = &duplication;
            let path = ResourcePath::Repository(&instance, destination);
            let instance = running_instance(tx, &operator, &instance, path)?;
            authorize_operator(tx, &operator, &instance, source, Actions::PULL)?;
            authorize_operator(tx, &operator, &instance, destination, Actions::PUSH)?;
            let found = find_repository(tx, &instance.id, source)?;
            let manifest = StoredManifest::find(tx, &instance.id, source, reference)?
                .ok_or_else(|| StoredManifest::missing(source.clone(), reference.clone()))?;
            find_namespace(tx, &instance.id, &destination.namespace)?;
            if !may_override {
                check_tag(tx, &instance, destination, tag, &manifest.digest)?;
            }
            if source != destination {
                core.copy_belongings(tx, &instance, &found, &manifest.digest, destination)?;
            }
            let tagged = core.incoming(&manifest, vec![tag.clone()])?;
            tagged.take_in(tx, &core.limits, &instance, destination)
        })
        .await
    }

    /// Takes a manifest and all that belongs to it into another repository: what it needs first, then what refers to
    /// it. What a sparse index lists and is not there is left out, as a push may do.
    fn copy_belongings(
        &self,
        tx: &Transaction<'_>,
        instance: &Instance,
        source: &Repository,
        digest: &Digest,
        destination: &RepositoryName,
    ) -> Result<(), Error> {
        let (mut seen, mut steps) = (HashSet::new(), vec![Step::Find(digest.clone())]);
        let mut count = 0;
        while let Some(step) = steps.pop() {
            match step {
                Step::Find(digest) => {
                    if !seen.insert(digest.clone()) {
                        continue;
                    }
                    let found = manifests::find_by_digest(tx, &instance.id, &source.name, &digest)?;
                    let Some(found) = found else { continue };
                    count += 1;
                    if count > MANIFESTS {
                        let (repository, limit) = (source.name.clone(), MANIFESTS);
                        return Err(Error::TooManyBelongings { repository, limit });
                    }
                    let referrers = manifests::list_referrer_ids(tx, source.id, &digest, MANIFESTS as u64)?;
                    steps.extend(referrers.into_iter().map(|(_, digest)| Step::Find(digest)));
                    let incoming = self.incoming(&found, Vec::new())?;
                    let links = incoming.manifest.links.iter();
                    let children = links.filter(|link| link.kind == ManifestLinkKind::Manifest);
                    let children: Vec<_> = children.map(|link| Step::Find(link.digest.clone())).collect();
                    steps.push(Step::TakeIn(incoming));
                    steps.extend(children);
                }
                Step::TakeIn(incoming) => {
                    let to = pushed_repository(tx, &self.limits, instance, destination)?;
                    link_blobs(tx, source.id, to.id, &incoming)?;
                    incoming.take_in(tx, &self.limits, instance, destination)?;
                }
            }
        }
        Ok(())
    }

    fn incoming(&self, manifest: &StoredManifest, tags: Vec<Tag>) -> Result<Incoming, Error> {
        let (digest, media_type) = (manifest.digest.clone(), manifest.media_type.name());
        self.parse_manifest(Reference::Digest(digest), tags, media_type, manifest.content.clone())
    }
}

/// Fails when the tag is there and points at another manifest.
fn check_tag(
    tx: &Transaction<'_>,
    instance: &Instance,
    repository: &RepositoryName,
    tag: &Tag,
    digest: &Digest,
) -> Result<(), Error> {
    let found = manifests::find_by_tag(tx, &instance.id, repository, tag)?;
    match found {
        Some(found) if found.digest != *digest => {
            Err(Error::TagExists { tag: tag.clone(), repository: repository.clone() })
        }
        _ => Ok(()),
    }
}

/// Makes the blobs of a manifest readable through another repository, those that may be read where it is.
fn link_blobs(tx: &Transaction<'_>, from: i64, to: i64, incoming: &Incoming) -> Result<(), Error> {
    for link in &incoming.manifest.links {
        let is_blob = matches!(link.kind, ManifestLinkKind::Config | ManifestLinkKind::Layer);
        if is_blob && blobs::is_linked(tx, from, &link.digest)? {
            blobs::link(tx, to, &link.digest)?;
        }
    }
    Ok(())
}
