use wharf_cloudapi::{Action, Call, input};
use wharf_core::Error;

use crate::{
    instance::{Done, instance_id},
    repository::repository_name,
};

input! {
    /// Removes a tag; its manifest too when nothing else needs that, and what was there for its sake only.
    pub struct DeleteImage {
        /// Of which instance.
        registry_id: String = "RegistryId",
        /// In which namespace.
        namespace_name: String = "NamespaceName",
        /// Of which repository.
        repository_name: String = "RepositoryName",
        /// The tag.
        image_version: String = "ImageVersion",
    }
}

impl Action for DeleteImage {
    const NAME: &'static str = "DeleteImage";
    type Output = Done;

    async fn run(self, call: Call) -> Result<Done, Error> {
        let repository = repository_name(&self.namespace_name, &self.repository_name)?;
        let (instance, tag) = (instance_id(&self.registry_id)?, self.image_version.parse()?);
        call.core.delete_image(call.operator, instance, repository, tag).await?;
        Ok(Done {})
    }
}
