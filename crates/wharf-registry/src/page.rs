//! The part of a listing that a request asks for: `n` items after `last`.

use http::request::Parts;

use crate::{
    error::{Code, Failure},
    token_service::url_pairs,
};

/// Items on a page where the client names no number, and at most.
const LARGEST: u64 = 1000;

/// A part of a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Page {
    pub(crate) limit: u64,
    pub(crate) last: Option<String>,
}

impl Page {
    /// The page that a query names.
    pub(crate) fn of(parts: &Parts) -> Result<Self, Failure> {
        let mut page = Self { limit: LARGEST, last: None };
        for (name, value) in url_pairs(parts.uri.query().unwrap_or_default()) {
            match name.as_str() {
                "n" => page.limit = number(&value)?.min(LARGEST),
                "last" => page.last = Some(value),
                _ => {}
            }
        }
        Ok(page)
    }
}

fn number(text: &str) -> Result<u64, Failure> {
    text.parse().map_err(|_| Failure::bad_request(Code::Unsupported, format!("n is `{text}`, not a number")))
}
