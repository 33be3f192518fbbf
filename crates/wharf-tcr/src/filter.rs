//! Conditions of listings.

use wharf_cloudapi::input;

input! {
    /// A condition of a listing. Of several, a thing has to pass all.
    pub struct Filter<Name> {
        /// What it looks at.
        name: Name = "Name",
        /// What it lets pass: each of these.
        values: Vec<String> = "Values" in 1..,
    }
}

/// A filter's `key:value`, or a key alone.
pub(crate) fn key_and_value(text: &str) -> (String, Option<String>) {
    match text.split_once(':') {
        Some((key, value)) => (key.to_owned(), Some(value.to_owned())),
        None => (text.to_owned(), None),
    }
}
