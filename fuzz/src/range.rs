//! Ranges: `Range` and `Content-Range` mean what RFC 9110 and the distribution specification say, and a part always
//! lies inside.

use std::sync::LazyLock;

use regex::Regex;
use wharf_registry::fuzzing::{Outside, chunk_start, range};

static RANGE: LazyLock<Regex> =
    LazyLock::new(|| expression(r"^[ \t]*bytes=[ \t]*([0-9]*)[ \t]*-[ \t]*([0-9]*)[ \t]*$"));
static CHUNK: LazyLock<Regex> =
    LazyLock::new(|| expression(r"^[ \t]*(?:bytes)?[ =]*[ \t]*([0-9]+)[ \t]*-[ \t]*([0-9]+)[ \t]*(?:/.*)?$"));

/// Takes the first line as a size, the rest as a header.
pub fn check(input: &[u8]) {
    let Ok(text) = str::from_utf8(input) else { return };
    let (size, header) = text.split_once('\n').unwrap_or(("10", text));
    let size = size.parse().unwrap_or(10);
    inside(header, size);
    let (start, free) = (chunk_start(header, Some(size)), chunk_start(header, None));
    assert!(start.is_none() || start == free);
    // What a header value cannot hold need not be understood, only survived.
    if header.bytes().all(|byte| matches!(byte, b'\t' | b' '..=b'~')) {
        assert_eq!(range(header, size), expected(header, size), "`{header}` of {size} bytes");
        let chunk = expected_chunk(header);
        assert_eq!(free, chunk.map(|(first, _)| first), "`{header}`");
        let fits = chunk.filter(|(_, length)| *length == size);
        assert_eq!(start, fits.map(|(first, _)| first), "`{header}` of {size} bytes");
    }
}

fn expression(text: &str) -> Regex {
    Regex::new(text).expect("a regular expression")
}

fn inside(header: &str, size: u64) {
    if let Ok(Some((first, last))) = range(header, size) {
        assert!(first <= last && last < size);
        assert_eq!(range(&format!("bytes={first}-{last}"), size), Ok(Some((first, last))));
    }
}

/// RFC 9110, section 14.1.2. What does not parse, or does not fit 64 bits, is as good as no header.
fn expected(header: &str, size: u64) -> Result<Option<(u64, u64)>, Outside> {
    let Some(numbers) = RANGE.captures(header) else { return Ok(None) };
    let number = |index: usize| Some(&numbers[index]).filter(|text| !text.is_empty()).map(str::parse::<u64>);
    let end = size.saturating_sub(1);
    match (number(1), number(2)) {
        (None, None) | (Some(Err(_)), _) | (_, Some(Err(_))) => Ok(None),
        (Some(Ok(first)), Some(Ok(last))) if last < first => Err(Outside),
        (Some(Ok(first)), _) if first >= size => Err(Outside),
        (Some(Ok(first)), last) => {
            Ok(Some((first, last.and_then(Result::ok).map_or(end, |last| last.min(end)))))
        }
        (None, Some(Ok(0))) => Err(Outside),
        (None, Some(Ok(_))) if size == 0 => Ok(None),
        (None, Some(Ok(length))) => Ok(Some((size - length.min(size), end))),
    }
}

/// Where a chunk begins and how long it says it is.
fn expected_chunk(header: &str) -> Option<(u64, u64)> {
    let numbers = CHUNK.captures(header)?;
    let (first, last): (u64, u64) = (numbers[1].parse().ok()?, numbers[2].parse().ok()?);
    let length = u128::from(last).checked_sub(u128::from(first))? + 1;
    Some((first, u64::try_from(length).ok()?))
}
