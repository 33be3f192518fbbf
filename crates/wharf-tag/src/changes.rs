//! Tags set and taken away.

use serde::Serialize;
use wharf_cloudapi::{Action, Call, input};
use wharf_core::{Error, Operator, ResourceName, TagChanges};

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
        replace_tags: Option<Vec<Tag>> = "ReplaceTags",
        /// Keys of tags that it shall not have.
        delete_tags: Option<Vec<TagKeyObject>> = "DeleteTags",
    }

    /// Gives tags to several resources.
    pub struct TagResources {
        /// The resources, each in six segments.
        resource_list: Vec<String> = "ResourceList",
        /// The tags.
        tags: Vec<Tag> = "Tags",
    }

    /// Takes tags from several resources.
    pub struct UnTagResources {
        /// The resources, each in six segments.
        resource_list: Vec<String> = "ResourceList",
        /// The tags' keys.
        tag_keys: Vec<String> = "TagKeys",
    }
}

/// What [`ModifyResourceTags`] answers: nothing.
#[derive(Serialize)]
pub struct ModifyResourceTagsOutput {}

/// What [`TagResources`] and [`UnTagResources`] answer.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct FailedResources {
    failed_resources: Vec<FailedResource>,
}

/// A resource to which it was not done.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct FailedResource {
    resource: String,
    code: &'static str,
    message: String,
}

impl Action for ModifyResourceTags {
    const NAME: &'static str = "ModifyResourceTags";
    type Output = ModifyResourceTagsOutput;

    async fn run(self, call: Call) -> Result<Self::Output, Error> {
        if self.replace_tags.is_none() && self.delete_tags.is_none() {
            return Err(empty("ReplaceTags or DeleteTags"));
        }
        let set = filled("ReplaceTags", self.replace_tags)?;
        let delete = filled("DeleteTags", self.delete_tags)?;
        let delete = delete.into_iter().map(|tag| tag.key).collect();
        let changes = TagChanges { set: pairs(set), delete };
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
        let set = pairs(filled("Tags", Some(self.tags))?);
        let changes = TagChanges { set, delete: Vec::new() };
        change(call, call_list(self.resource_list)?, changes).await
    }
}

impl Action for UnTagResources {
    const NAME: &'static str = "UnTagResources";
    type Output = FailedResources;

    async fn run(self, call: Call) -> Result<Self::Output, Error> {
        let delete = filled("TagKeys", Some(self.tag_keys))?;
        let changes = TagChanges { set: Vec::new(), delete };
        change(call, call_list(self.resource_list)?, changes).await
    }
}

fn call_list(resources: Vec<String>) -> Result<Vec<String>, Error> {
    filled("ResourceList", Some(resources))
}

async fn change(call: Call, resources: Vec<String>, changes: TagChanges) -> Result<FailedResources, Error> {
    let operator: Operator = call.operator;
    let names = resources.iter().map(|text| text.parse::<ResourceName>()).collect::<Vec<_>>();
    let (mut known, mut failed) = (Vec::new(), Vec::new());
    for (text, name) in resources.into_iter().zip(names) {
        match name {
            Ok(name) => known.push(name),
            Err(error) => failed.push(FailedResource::new(text, &error)),
        }
    }
    let asked: Vec<_> = known.iter().map(ToString::to_string).collect();
    let outcomes = call.core.change_resource_tags(operator, known, changes).await?;
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

/// A list that may be absent, but is not empty.
fn filled<T>(name: &'static str, list: Option<Vec<T>>) -> Result<Vec<T>, Error> {
    match list {
        Some(list) if list.is_empty() => Err(empty(name)),
        list => Ok(list.unwrap_or_default()),
    }
}

fn empty(name: &'static str) -> Error {
    Error::InvalidValue { name, rule: "one at least".to_owned() }
}
