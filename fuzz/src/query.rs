//! The query of a GET: it means what the standards say, and is refused where it means nothing.

use wharf_cloudapi::fuzzing::parse_query;

use crate::{flat, pace::within_limit};

/// Takes the bytes as a query.
pub fn check(input: &[u8]) {
    let found = within_limit(|| parse_query(input));
    let expected = flat::pairs(input).and_then(|pairs| flat::object(&pairs));
    match found {
        Ok(found) => assert_eq!(Some(found), expected),
        Err(error) => {
            assert_eq!(error.code, "InvalidParameter");
            assert!(error.message.english.len() < 512, "{}", error.message);
            assert_eq!(expected, None, "{}", error.message);
        }
    }
}
