use wharf_db::{Page, manifests, repositories, tags};
use wharf_model::{InstanceId, Reference, RepositoryName, Tag, policy::ResourcePath};

use crate::{
    Core, Error, Operator, TaggedImage,
    instances::{readable_instance, running_instance},
    manifests::delete_tag,
    repositories::find_repository,
};

pub use wharf_db::tags::Filter as ImageFilter;

/// Image versions of a listing.
#[derive(Clone, Debug)]
pub struct Images {
    /// How many there are in all.
    pub total: u64,
    /// Those of the page.
    pub page: Vec<TaggedImage>,
}

impl Core {
    /// A repository's tags that pass `filter`, the last moved first (`DescribeImages`).
    ///
    /// # Errors
    /// When there is no such readable instance, namespace or repository, or the operator may not.
    pub async fn list_images(
        &self,
        operator: Operator,
        instance: InstanceId,
        repository: RepositoryName,
        filter: ImageFilter,
        page: Page,
    ) -> Result<Images, Error> {
        self.read(move |tx| {
            readable_instance(tx, &operator, &instance, ResourcePath::Repository(&instance, &repository))?;
            let repository = find_repository(tx, &instance, &repository)?;
            let total = tags::count(tx, repository.id, &filter)?;
            Ok(Images { total, page: tags::list_images(tx, repository.id, &filter, page)? })
        })
        .await
    }

    /// Removes a tag, and its manifest with it when no other tag and no index of the repository needs that
    /// (`DeleteImage`).
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
            let manifest = tags::find(tx, repository.id, &tag)?.ok_or_else(|| Error::ManifestNotFound {
                reference: Reference::Tag(tag.clone()),
                repository: name.clone(),
            })?;
            delete_tag(tx, repository.id, &tag)?;
            if !manifests::is_in_use(tx, repository.id, manifest)? {
                manifests::delete(tx, repository.id, manifest)?;
            }
            Ok(repositories::note_change(tx, repository.id, -1, now)?)
        })
        .await
    }
}
