use wharf_db::{Page, manifests, repositories, tags};
use wharf_model::{InstanceId, Reference, RepositoryName, Tag, policy::ResourcePath};

use crate::{
    Core, Error, Operator, TaggedImage,
    bookmarks::{Left, seek},
    instances::running_instance,
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
    /// A repository's tags that pass `filter`, the last moved first (`DescribeImages`). Without a filter, a page costs the
    /// same wherever it is for who pages on; one that is jumped to costs what lies between it and the nearest end or
    /// page seen before, in an index.
    ///
    /// # Errors
    /// When there is no such running instance, namespace or repository, or the operator may not.
    pub async fn list_images(
        &self,
        operator: Operator,
        instance: InstanceId,
        repository: RepositoryName,
        filter: ImageFilter,
        page: Page,
    ) -> Result<Images, Error> {
        let listing = (instance.clone(), repository.clone());
        let known = self.bookmarks.images.known(&listing);
        let (images, left) = self
            .read(move |tx| {
                let path = ResourcePath::Repository(&instance, &repository);
                running_instance(tx, &operator, &instance, path)?;
                let found = find_repository(tx, &instance, &repository)?;
                if !filter.is_empty() {
                    let total = tags::count(tx, found.id, &filter)?;
                    let page = tags::list_images(tx, found.id, &filter, page)?;
                    return Ok((Images { total, page }, None));
                }
                let (total, revision) = (found.tag_count, found.revision());
                let seek = seek(known.as_deref(), &revision, total, page);
                let mut images = tags::list(tx, found.id, &seek)?;
                let marks = seek.cut(&mut images, TaggedImage::place);
                Ok((Images { total, page: images }, Left::of(revision, total, marks)))
            })
            .await?;
        self.bookmarks.images.leave(listing, left);
        Ok(images)
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
