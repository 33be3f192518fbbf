//! Conditions of listings.

use wharf_cloudapi::input;
use wharf_core::Error;

input! {
    /// A condition of a listing. Of several, a thing has to pass all.
    pub struct Filter<Name> {
        /// What it looks at.
        name: Name = "Name",
        /// What it lets pass: each of these.
        values: Vec<String> = "Values" in 1..,
    }
}

impl<Name> Filter<Name> {
    /// What it looks at, and its value, where it takes one only.
    pub(crate) fn parts(mut self) -> Result<(Name, String), Error> {
        match (self.values.pop(), self.values.is_empty()) {
            (Some(value), true) => Ok((self.name, value)),
            _ => Err(Error::InvalidValue { name: "Values", rule: "one value".to_owned() }),
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
