use wharf_cloudapi::{Action, Call, input};
use wharf_core::Error;
use wharf_model::Tag;

use crate::{
    instance::{Done, instance_id},
    repository::repository_name,
};

input! {
    /// Removes tags, all or none. What they pointed at stays under its digest.
    pub struct DeleteRepositoryTags {
        /// Of which instance.
        registry_id: String = "RegistryId",
        /// In which namespace.
        namespace_name: String = "NamespaceName",
        /// Of which repository.
        repository_name: String = "RepositoryName",
        /// The tags.
        tags: Vec<String> = "Tags" in 1..=20,
    }
}

impl Action for DeleteRepositoryTags {
    const NAME: &'static str = "DeleteRepositoryTags";
    type Output = Done;

    async fn run(self, call: Call) -> Result<Done, Error> {
        let repository = repository_name(&self.namespace_name, &self.repository_name)?;
        let tags = self.tags.iter().map(|tag| tag.parse()).collect::<Result<Vec<Tag>, _>>()?;
        call.core.delete_tags(call.operator, instance_id(&self.registry_id)?, repository, tags).await?;
        Ok(Done {})
    }
}
