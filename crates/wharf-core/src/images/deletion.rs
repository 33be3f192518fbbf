use wharf_db::{Transaction, manifests, repositories, tags};
use wharf_model::{InstanceId, Reference, RepositoryName, Tag, policy::ResourcePath};

use crate::{
    Core, Error, Operator, instances::running_instance, manifests::delete_tag, repositories::find_repository,
};

impl Core {
    /// Removes a tag. When no other tag and no index of the repository needs its manifest, that goes too, and with it
    /// what nothing else needs of it: images of an index, and referrers without a tag (`DeleteImage`). Grows with
    /// these.
    ///
    /// # Errors
    /// When there is no such tag, or the operator may not.
    pub async fn delete_image(
        &self,
        operator: Operator,
        instance: InstanceId,
        name: RepositoryName,
        tag: Tag,
    ) -> Result<(), Error> {
        let now = Self::now();
        self.write(move |tx| {
            running_instance(tx, &operator, &instance, ResourcePath::Repository(&instance, &name))?;
            let repository = find_repository(tx, &instance, &name)?;
            let manifest = find_tag(tx, repository.id, &name, &tag)?;
            delete_tag(tx, repository.id, &tag)?;
            if !manifests::is_in_use(tx, repository.id, manifest)? {
                delete_with_belongings(tx, repository.id, manifest)?;
            }
            Ok(repositories::note_change(tx, repository.id, -1, now)?)
        })
        .await
    }

    /// Removes tags, all or none; what they pointed at stays under its digest (`DeleteRepositoryTags`). A tag that is
    /// named twice is one.
    ///
    /// # Errors
    /// When one of the tags is not there, or the operator may not.
    pub async fn delete_tags(
        &self,
        operator: Operator,
        instance: InstanceId,
        name: RepositoryName,
        mut tags: Vec<Tag>,
    ) -> Result<(), Error> {
        let now = Self::now();
        tags.sort();
        tags.dedup();
        self.write(move |tx| {
            running_instance(tx, &operator, &instance, ResourcePath::Repository(&instance, &name))?;
            let repository = find_repository(tx, &instance, &name)?;
            for tag in &tags {
                find_tag(tx, repository.id, &name, tag)?;
                delete_tag(tx, repository.id, tag)?;
            }
            let count = i64::try_from(tags.len()).unwrap_or(i64::MAX);
            Ok(repositories::note_change(tx, repository.id, -count, now)?)
        })
        .await
    }
}

/// The number of the manifest that a tag points at.
fn find_tag(
    tx: &Transaction<'_>,
    repository_id: i64,
    repository: &RepositoryName,
    tag: &Tag,
) -> Result<i64, Error> {
    tags::find(tx, repository_id, tag)?.ok_or_else(|| Error::ManifestNotFound {
        reference: Reference::Tag(tag.clone()),
        repository: repository.clone(),
    })
}

/// Removes a manifest, then what was there for its sake only: without a tag, without an index that lists it, and
/// without another manifest that it refers to.
fn delete_with_belongings(tx: &Transaction<'_>, repository_id: i64, id: i64) -> Result<(), Error> {
    let mut doomed = vec![id];
    while let Some(id) = doomed.pop() {
        let Some(digest) = manifests::find_digest(tx, id)? else { continue };
        let referrers = manifests::list_referrer_ids(tx, repository_id, &digest, u64::MAX)?;
        let children = manifests::list_children(tx, id)?;
        manifests::delete(tx, repository_id, id)?;
        for id in referrers.into_iter().map(|(id, _)| id).chain(children) {
            if !manifests::is_in_use(tx, repository_id, id)? && !manifests::has_subject(tx, id)? {
                doomed.push(id);
            }
        }
    }
    Ok(())
}
