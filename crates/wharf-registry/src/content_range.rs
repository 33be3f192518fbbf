//! Ranges: of a blob that is read (`Range`), and of an upload that is written (`Content-Range`).

use crate::error::{Code, Failure};

/// What of a blob a request wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// All of it.
    Everything,
    /// The bytes from `first` to `last`, both included.
    Part { first: u64, last: u64 },
    /// Only bytes that it does not have.
    Outside,
}

/// What a `Range` header wants of `size` bytes. One that is not understood, or of several parts, wants everything
/// (RFC 9110, section 14.2); one that ends before it begins wants nothing that there is.
pub(crate) fn wanted(range: Option<&str>, size: u64) -> Wanted {
    let spec = range.and_then(|range| range.trim().strip_prefix("bytes="));
    let Some((first, last)) = spec.and_then(|spec| spec.trim().split_once('-')) else {
        return Wanted::Everything;
    };
    match (number(first), number(last)) {
        (Some(first), Some(last)) if first > last => Wanted::Outside,
        (Some(first), _) if first >= size && last_is_valid(last) => Wanted::Outside,
        (Some(first), Some(last)) => Wanted::Part { first, last: last.min(size - 1) },
        (Some(first), None) if last.trim().is_empty() => Wanted::Part { first, last: size - 1 },
        (None, Some(0)) if first.trim().is_empty() => Wanted::Outside,
        (None, Some(length)) if first.trim().is_empty() && size > 0 => {
            Wanted::Part { first: size.saturating_sub(length), last: size - 1 }
        }
        _ => Wanted::Everything,
    }
}

fn last_is_valid(last: &str) -> bool {
    last.trim().is_empty() || number(last).is_some()
}

fn number(text: &str) -> Option<u64> {
    let text = text.trim();
    text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

/// Where a chunk says that it begins: `Content-Range: FIRST-LAST`, checked against its length where that is known.
pub(crate) fn chunk_start(header: Option<&str>, length: Option<u64>) -> Result<Option<u64>, Failure> {
    let Some(header) = header else { return Ok(None) };
    let invalid = |what: &str| {
        Failure::bad_request(Code::BlobUploadInvalid, format!("Content-Range `{header}` {what}"))
    };
    let text = header.trim().strip_prefix("bytes").unwrap_or(header.trim()).trim_start_matches([' ', '=']);
    let text = text.split('/').next().unwrap_or_default();
    let (first, last) = text.split_once('-').ok_or_else(|| invalid("is not FIRST-LAST"))?;
    let (Some(first), Some(last)) = (number(first), number(last)) else {
        return Err(invalid("is not FIRST-LAST"));
    };
    let named = last.checked_sub(first).and_then(|distance| distance.checked_add(1));
    match (named, length) {
        (None, _) => Err(invalid("ends before it begins")),
        (Some(named), Some(length)) if named != length => {
            Err(invalid(&format!("names {named} bytes, the body has {length}")))
        }
        _ => Ok(Some(first)),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Wanted, chunk_start, wanted};

    #[test]
    fn ranges_of_ten_bytes() {
        let part = |first, last| Wanted::Part { first, last };
        for (range, expected) in [
            ("bytes=0-0", part(0, 0)),
            ("bytes=2-5", part(2, 5)),
            ("bytes=5-", part(5, 9)),
            ("bytes=5-100", part(5, 9)),
            ("bytes=-3", part(7, 9)),
            ("bytes=-30", part(0, 9)),
            ("bytes=10-", Wanted::Outside),
            ("bytes=10-12", Wanted::Outside),
            ("bytes=-0", Wanted::Outside),
            ("bytes=5-2", Wanted::Outside),
            ("bytes=0-1,4-5", Wanted::Everything),
            ("bytes=a-b", Wanted::Everything),
            ("bytes=-", Wanted::Everything),
            ("lines=0-1", Wanted::Everything),
        ] {
            assert_eq!(wanted(Some(range), 10), expected, "{range}");
        }
        assert_eq!(wanted(None, 10), Wanted::Everything);
        assert_eq!(wanted(Some("bytes=0-"), 0), Wanted::Outside);
    }

    #[test]
    fn chunks_say_where_they_begin() {
        for (header, length, start) in [("0-9", Some(10), 0), ("5-9", None, 5), ("bytes 5-9/20", Some(5), 5)]
        {
            assert_eq!(chunk_start(Some(header), length).unwrap(), Some(start), "{header}");
        }
        assert_eq!(chunk_start(None, Some(5)).unwrap(), None);
        for (header, length) in
            [("", None), ("5", None), ("9-5", None), ("0-9", Some(9)), ("a-b", None), ("-5", None)]
        {
            assert!(chunk_start(Some(header), length).is_err(), "{header}");
        }
    }

    proptest! {
        #[test]
        fn a_part_lies_inside(range: String, size: u64) {
            for range in [format!("bytes={range}"), range] {
                if let Wanted::Part { first, last } = wanted(Some(&range), size) {
                    prop_assert!(first <= last && last < size);
                }
            }
        }

        #[test]
        fn numbers_never_overflow(first: u64, last: u64, size: u64) {
            if let Wanted::Part { first, last } = wanted(Some(&format!("bytes={first}-{last}")), size) {
                prop_assert!(first <= last && last < size);
            }
            let _ = chunk_start(Some(&format!("{first}-{last}")), Some(size));
        }
    }
}
