//! Conditional requests (RFC 9110, section 13). Content's entity tag is its digest.

use axum::response::Response;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use wharf_model::Digest;

use crate::response::{CONTENT_DIGEST, empty, set};

/// The entity tag of content.
pub(crate) fn entity_tag(digest: &Digest) -> String {
    format!("\"{digest}\"")
}

/// The answer for a client that has the content already (`If-None-Match`).
pub(crate) fn not_modified(headers: &HeaderMap, digest: &Digest) -> Option<Response> {
    let tag = entity_tag(digest);
    let named = |one: &str| one.trim().strip_prefix("W/").unwrap_or(one.trim()) == tag;
    let mut values = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    let matches = values.any(|value| value.trim() == "*" || value.split(',').any(named));
    matches.then(|| {
        let mut response = empty(StatusCode::NOT_MODIFIED);
        set(&mut response, header::ETAG, &tag);
        set(&mut response, CONTENT_DIGEST, digest.as_str());
        response
    })
}

/// The `Range` to heed: none, where `If-Range` names other content.
pub(crate) fn range<'h>(headers: &'h HeaderMap, digest: &Digest) -> Option<&'h str> {
    let names_it = |value: &HeaderValue| value.to_str().is_ok_and(|tag| tag.trim() == entity_tag(digest));
    let unchanged = headers.get(header::IF_RANGE).is_none_or(names_it);
    headers.get(header::RANGE).filter(|_| unchanged)?.to_str().ok()
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderName, HeaderValue, header};
    use wharf_model::Digest;

    use super::{entity_tag, not_modified, range};

    fn headers(pairs: &[(HeaderName, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.clone(), HeaderValue::from_str(value).unwrap())).collect()
    }

    #[test]
    fn a_client_that_has_it_is_told_so() {
        let (digest, other) = (Digest::of(b"a"), Digest::of(b"b"));
        let (tag, another) = (entity_tag(&digest), entity_tag(&other));
        for (value, expected) in [
            (tag.clone(), true),
            (format!("W/{tag}"), true),
            (format!("{another}, {tag}"), true),
            ("*".to_owned(), true),
            (another, false),
            (digest.to_string(), false),
        ] {
            let answer = not_modified(&headers(&[(header::IF_NONE_MATCH, &value)]), &digest);
            assert_eq!(answer.is_some(), expected, "{value}");
        }
        assert!(not_modified(&HeaderMap::new(), &digest).is_none());
    }

    #[test]
    fn a_range_of_other_content_is_not_heeded() {
        let digest = Digest::of(b"a");
        let tag = entity_tag(&digest);
        let of = |if_range: &str| headers(&[(header::RANGE, "bytes=0-1"), (header::IF_RANGE, if_range)]);
        assert_eq!(range(&of(&tag), &digest), Some("bytes=0-1"));
        assert_eq!(range(&of("\"other\""), &digest), None);
        assert_eq!(range(&of("Wed, 21 Oct 2015 07:28:00 GMT"), &digest), None);
        assert_eq!(range(&headers(&[(header::RANGE, "bytes=0-1")]), &digest), Some("bytes=0-1"));
    }
}
