//! Tags set and taken away.

use wharf_cloudapi::{Action, Call, input, output};
use wharf_core::{Error, ResourceName, TagChanges};

use crate::{
    error,
    tag::{Tag, TagKeyObject, pairs},
};

input! {
    /// Changes the tags of one resource.
    pub struct ModifyResourceTags {
        /// The resource, in six segments.
        resource: String = "Resource",
        /// Tags that it shall have.
        replace_tags: Option<Vec<Tag>> = "ReplaceTags" in 1..,
        /// Keys of tags that it shall not have.
        delete_tags: Option<Vec<TagKeyObject>> = "DeleteTags" in 1..,
    }

    /// Gives tags to several resources.
    pub struct TagResources {
        /// The resources, each in six segments.
        resource_list: Vec<String> = "ResourceList" in 1..,
        /// The tags.
        tags: Vec<Tag> = "Tags" in 1..,
    }

    /// Takes tags from several resources.
    pub struct UnTagResources {
        /// The resources, each in six segments.
        resource_list: Vec<String> = "ResourceList" in 1..,
        /// The tags' keys.
        tag_keys: Vec<String> = "TagKeys" in 1..,
    }
}

output! {
    /// What [`ModifyResourceTags`] answers: nothing.
    pub struct ModifyResourceTagsOutput {}
}

output! {
    /// What [`TagResources`] and [`UnTagResources`] answer.
    pub struct FailedResources {
        failed_resources: Vec<FailedResource> = "FailedResources",
    }
}

output! {
    /// A resource to which it was not done.
    pub struct FailedResource {
        resource: String = "Resource",
        code: &'static str = "Code",
        message: String = "Message",
    }
}

impl Action for ModifyResourceTags {
    const NAME: &'static str = "ModifyResourceTags";
    type Output = ModifyResourceTagsOutput;

    async fn run(self, call: Call) -> Result<Self::Output, Error> {
        if self.replace_tags.is_none() && self.delete_tags.is_none() {
            let rule = "one at least".to_owned();
            return Err(Error::InvalidValue { name: "ReplaceTags or DeleteTags", rule });
        }
        let delete = self.delete_tags.unwrap_or_default().into_iter().map(|tag| tag.key).collect();
        let changes = TagChanges { set: pairs(self.replace_tags.unwrap_or_default()), delete };
        let resources = vec![self.resource.parse()?];
        let outcomes = call.core.change_resource_tags(call.operator, resources, changes).await?;
        outcomes.into_iter().collect::<Result<(), Error>>()?;
        Ok(ModifyResourceTagsOutput {})
    }
}

impl Action for TagResources {
    const NAME: &'static str = "TagResources";
    type Output = FailedResources;

    async fn run(self, call: Call) -> Result<Self::Output, Error> {
        let changes = TagChanges { set: pairs(self.tags), delete: Vec::new() };
        change(call, self.resource_list, changes).await
    }
}

impl Action for UnTagResources {
    const NAME: &'static str = "UnTagResources";
    type Output = FailedResources;

    async fn run(self, call: Call) -> Result<Self::Output, Error> {
        let changes = TagChanges { set: Vec::new(), delete: self.tag_keys };
        change(call, self.resource_list, changes).await
    }
}

async fn change(call: Call, resources: Vec<String>, changes: TagChanges) -> Result<FailedResources, Error> {
    let names = resources.iter().map(|text| text.parse::<ResourceName>()).collect::<Vec<_>>();
    let (mut known, mut failed) = (Vec::new(), Vec::new());
    for (text, name) in resources.into_iter().zip(names) {
        match name {
            Ok(name) => known.push(name),
            Err(error) => failed.push(FailedResource::new(text, &error)),
        }
    }
    let asked: Vec<_> = known.iter().map(ToString::to_string).collect();
    let outcomes = call.core.change_resource_tags(call.operator, known, changes).await?;
    for (resource, outcome) in asked.into_iter().zip(outcomes) {
        if let Err(error) = outcome {
            failed.push(FailedResource::new(resource, &error));
        }
    }
    Ok(FailedResources { failed_resources: failed })
}

impl FailedResource {
    fn new(resource: String, error: &Error) -> Self {
        let code = error::codes(error).first().copied().unwrap_or("FailedOperation");
        Self { resource, code, message: error.to_string() }
    }
}
