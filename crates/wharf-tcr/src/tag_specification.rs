//! Cloud tags in inputs and outputs.

use wharf_cloudapi::{choice, input, output};

choice! {
    /// What an instance's tags belong to.
    pub struct OfInstance(()): String { "instance" => () }

    /// What a namespace's tags belong to.
    pub struct OfNamespace(()): String { "namespace" => () }
}

input! {
    /// A cloud tag.
    pub struct Tag {
        /// Its key.
        key: String = "Key",
        /// Its value.
        value: String = "Value",
    }

    /// The cloud tags of a resource.
    pub struct TagSpecification<Kind> {
        /// What the tags belong to.
        resource_type: Kind = "ResourceType",
        /// The tags.
        tags: Vec<Tag> = "Tags",
    }
}

output! {
    /// A cloud tag of an answer.
    pub struct ShownTag {
        key: String = "Key",
        value: String = "Value",
    }

    /// The cloud tags of a resource, in an answer.
    pub struct ShownTags {
        resource_type: &'static str = "ResourceType",
        tags: Vec<ShownTag> = "Tags",
    }
}

impl<Kind> TagSpecification<Kind> {
    /// The tags of a request, as keys and values.
    pub(crate) fn read(given: Option<Self>) -> Vec<(String, String)> {
        let tags = given.map(|given| given.tags).unwrap_or_default();
        tags.into_iter().map(|tag| (tag.key, tag.value)).collect()
    }
}

impl ShownTags {
    /// The tags of a resource of this kind.
    pub(crate) fn of(resource_type: &'static str, tags: Vec<(String, String)>) -> Self {
        let tags = tags.into_iter().map(|(key, value)| ShownTag { key, value }).collect();
        Self { resource_type, tags }
    }
}
