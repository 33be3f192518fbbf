use wharf_cloudapi::{Action, Call, input};
use wharf_core::{Duplication, Error};

use crate::{
    instance::{Done, instance_id},
    repository::repository_name,
};

input! {
    /// Puts an image into another repository of the instance, or under another tag, without copying bytes.
    /// The repository is made where it is missing, its namespace is not; see [Images](README.md#images).
    pub struct DuplicateImage {
        /// In which instance.
        registry_id: String = "RegistryId",
        /// From which namespace.
        source_namespace: String = "SourceNamespace",
        /// From which repository.
        source_repo: String = "SourceRepo",
        /// The tag or digest there.
        source_reference: String = "SourceReference",
        /// The tag that it gets.
        destination_tag: String = "DestinationTag",
        /// Into which namespace; the same, where nothing is said.
        destination_namespace: Option<String> = "DestinationNamespace",
        /// Into which repository; one of the same name, where nothing is said.
        destination_repo: Option<String> = "DestinationRepo",
        /// Whether a tag that points at something else is moved; else that is refused.
        may_override: Option<bool> = "Override",
    }
}

impl Action for DuplicateImage {
    const NAME: &'static str = "DuplicateImage";
    type Output = Done;

    async fn run(self, call: Call) -> Result<Done, Error> {
        let given = |name: Option<String>| name.filter(|name| !name.is_empty());
        let namespace = given(self.destination_namespace).unwrap_or_else(|| self.source_namespace.clone());
        let repository = given(self.destination_repo).unwrap_or_else(|| self.source_repo.clone());
        let duplication = Duplication {
            source: repository_name(&self.source_namespace, &self.source_repo)?,
            reference: self.source_reference.parse()?,
            destination: repository_name(&namespace, &repository)?,
            tag: self.destination_tag.parse()?,
            may_override: self.may_override.unwrap_or(false),
        };
        call.core.duplicate_image(call.operator, instance_id(&self.registry_id)?, duplication).await?;
        Ok(Done {})
    }
}
