//! Images as the cloud API has them: tags, and what they point at.

mod deletion;
mod description;
mod duplication;

use wharf_db::{Page, tags};
use wharf_model::{InstanceId, RepositoryName, policy::ResourcePath};

use crate::{
    Core, Error, Operator, TaggedImage, instances::readable_instance, repositories::find_repository,
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
}
