//! Tags in inputs and outputs.

use md5::{Digest, Md5};
use wharf_cloudapi::{input, output};
use wharf_core::{ResourceTag, resource_id};

/// The product whose resources have tags here.
pub(crate) const SERVICE: &str = "tcr";
/// Every tag is one that somebody made.
pub(crate) const CUSTOM: &str = "Custom";

input! {
    /// A tag to be set.
    pub struct Tag {
        /// Its key.
        key: String = "TagKey",
        /// Its value.
        value: String = "TagValue",
        /// `Custom`, which all are.
        category: Option<String> = "Category",
    }

    /// A tag to be taken away.
    pub struct TagKeyObject {
        /// Its key.
        key: String = "TagKey",
    }
}

output! {
    /// A tag of an answer.
    pub struct TagRow {
        tag_key: String = "TagKey",
        tag_value: String = "TagValue",
        category: &'static str = "Category",
    }
}

output! {
    /// A tag of an answer with the resource that has it.
    pub struct TagResource {
        tag_key: String = "TagKey",
        tag_value: String = "TagValue",
        resource_id: String = "ResourceId",
        tag_key_md5: String = "TagKeyMd5",
        tag_value_md5: String = "TagValueMd5",
        service_type: &'static str = "ServiceType",
        category: &'static str = "Category",
    }
}

impl TagRow {
    pub(crate) fn new(key: &str, value: &str) -> Self {
        Self { tag_key: key.to_owned(), tag_value: value.to_owned(), category: CUSTOM }
    }
}

impl TagResource {
    pub(crate) fn new(tag: ResourceTag) -> Self {
        Self {
            resource_id: resource_id(&tag),
            tag_key_md5: md5(&tag.key),
            tag_value_md5: md5(&tag.value),
            tag_key: tag.key,
            tag_value: tag.value,
            service_type: SERVICE,
            category: CUSTOM,
        }
    }
}

/// The tags of a request as core takes them.
pub(crate) fn pairs(tags: Vec<Tag>) -> Vec<(String, String)> {
    tags.into_iter().map(|tag| (tag.key, tag.value)).collect()
}

fn md5(text: &str) -> String {
    hex::encode(Md5::digest(text.as_bytes()))
}
