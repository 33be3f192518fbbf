//! Images as the cloud API has them: tags, and what they point at.

mod deletion;
mod description;
mod duplication;

use wharf_db::{Page, tags};
use wharf_model::{InstanceId, RepositoryName, policy::ResourcePath};

use crate::{
    Core, Error, Operator, TaggedImage,
    bookmarks::{Left, seek},
    instances::readable_instance,
    repositories::find_repository,
};

pub use description::ImageDescription;
pub use duplication::Duplication;
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
    /// When there is no such readable instance, namespace or repository, or the operator may not.
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
                readable_instance(tx, &operator, &instance, path)?;
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
}
