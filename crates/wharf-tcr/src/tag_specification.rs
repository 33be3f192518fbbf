//! Cloud tags in inputs and outputs, and filters by them.

use serde::Serialize;
use wharf_cloudapi::input;
use wharf_core::Error;

input! {
    /// A cloud tag.
    #[derive(Serialize)]
    #[serde(rename_all = "PascalCase")]
    pub struct Tag {
        /// Its key.
        key: String = "Key",
        /// Its value.
        value: String = "Value",
    }

    /// The cloud tags of a resource.
    #[derive(Serialize)]
    #[serde(rename_all = "PascalCase")]
    pub struct TagSpecification {
        /// What the tags belong to: `instance` or `namespace`.
        resource_type: String = "ResourceType",
        /// The tags.
        tags: Vec<Tag> = "Tags",
    }

    /// A condition of a listing.
    pub struct Filter {
        /// What it looks at.
        name: String = "Name",
        /// What it lets pass.
        values: Vec<String> = "Values",
    }
}

impl TagSpecification {
    /// The tags of a request for a resource of `kind`.
    pub(crate) fn read(given: Option<Self>, kind: &'static str) -> Result<Vec<(String, String)>, Error> {
        let Some(given) = given else { return Ok(Vec::new()) };
        if given.resource_type != kind {
            return Err(Error::InvalidValue {
                name: "TagSpecification.ResourceType",
                rule: format!("it is `{kind}`"),
            });
        }
        Ok(given.tags.into_iter().map(|tag| (tag.key, tag.value)).collect())
    }

    /// The tags of an answer.
    pub(crate) fn write(kind: &str, tags: Vec<(String, String)>) -> Self {
        let tags = tags.into_iter().map(|(key, value)| Tag { key, value }).collect();
        Self { resource_type: kind.to_owned(), tags }
    }
}

impl Filter {
    /// The one value of the filter.
    pub(crate) fn value(self) -> Result<String, Error> {
        let mut values = self.values.into_iter();
        match (values.next(), values.next()) {
            (Some(value), None) if !value.is_empty() => Ok(value),
            _ => {
                Err(Error::InvalidValue { name: "Filters", rule: format!("`{}` takes one value", self.name) })
            }
        }
    }

    /// The error for a filter that the action does not have.
    pub(crate) fn unknown(&self, known: &str) -> Error {
        Error::InvalidValue {
            name: "Filters",
            rule: format!("there is no filter `{}`, only {known}", self.name),
        }
    }
}

/// A filter's `key:value`, or a key alone.
pub(crate) fn key_and_value(text: &str) -> (String, Option<String>) {
    match text.split_once(':') {
        Some((key, value)) => (key.to_owned(), Some(value.to_owned())),
        None => (text.to_owned(), None),
    }
}
