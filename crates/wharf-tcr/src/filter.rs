//! Conditions of listings.

use wharf_cloudapi::input;

input! {
    /// A condition of a listing. Those that there are take one value each.
    pub struct Filter<Name> {
        /// What it looks at.
        name: Name = "Name",
        /// What it lets pass.
        values: Vec<String> = "Values" in 1..=1,
    }
}

impl<Name> Filter<Name> {
    /// What it looks at, and its value.
    pub(crate) fn parts(self) -> (Name, String) {
        (self.name, self.values.into_iter().next().unwrap_or_default())
    }
}

/// A filter's `key:value`, or a key alone.
pub(crate) fn key_and_value(text: &str) -> (String, Option<String>) {
    match text.split_once(':') {
        Some((key, value)) => (key.to_owned(), Some(value.to_owned())),
        None => (text.to_owned(), None),
    }
}
