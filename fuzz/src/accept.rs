//! What a client takes and what it has: `Accept`, `If-None-Match`, `If-Range`.

use http::{HeaderMap, HeaderName, HeaderValue, header};
use wharf_model::{Digest, MediaType};
use wharf_registry::fuzzing::{heeded_range, not_modified, wants_image_for_index};

/// Values of one header that are looked at: more are the same again.
const VALUES: usize = 4;

/// Takes each line as a header's value.
pub fn check(input: &[u8]) {
    let lines = input.split(|byte| *byte == b'\n').take(VALUES);
    let values: Vec<_> = lines.filter_map(|line| HeaderValue::from_bytes(line).ok()).collect();
    accepted(&values);
    had(&values);
    unchanged(&values);
}

fn headers<'v>(name: HeaderName, values: impl IntoIterator<Item = &'v HeaderValue>) -> HeaderMap {
    values.into_iter().map(|value| (name.clone(), value.clone())).collect()
}

/// A client gets an image for an index only when it names an image type, and neither an index type nor everything;
/// in whichever order.
fn accepted(values: &[HeaderValue]) {
    let wants = |values: &mut dyn Iterator<Item = &HeaderValue>| {
        wants_image_for_index(&headers(header::ACCEPT, values))
    };
    let wanted = wants(&mut values.iter());
    assert_eq!(wanted, wants(&mut values.iter().rev()));
    for more in ["*/*", "application/*", "application/*;q=0.1", MediaType::OciIndex.name()] {
        let more = HeaderValue::from_static(more);
        assert!(!wants(&mut values.iter().chain([&more])));
    }
    let members = values.iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(','));
    let is_weighed = |member: &str| member.to_ascii_lowercase().contains("q=");
    let members: Vec<_> = members.map(|member| (kind(member), !is_weighed(member))).collect();
    let image = (Some(Kind::Image), true);
    if wanted {
        assert!(members.iter().any(|(kind, _)| *kind == image.0), "no image type is named");
        assert!(!members.contains(&(Some(Kind::More), true)), "an index type or everything is named");
    } else if members.contains(&image) {
        assert!(members.iter().any(|(kind, _)| *kind == Some(Kind::More)), "only image types are named");
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Image,
    /// An index, or everything.
    More,
}

/// What a member of `Accept` names, where that matters here.
fn kind(member: &str) -> Option<Kind> {
    let name = member.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if matches!(name.as_str(), "*/*" | "application/*") {
        return Some(Kind::More);
    }
    let known = MediaType::ALL.into_iter().find(|known| known.name() == name)?;
    Some(if known.is_index() { Kind::More } else { Kind::Image })
}

/// Content is had exactly when its entity tag, or `*`, is in the list (RFC 9110, section 13.1.2).
fn had(values: &[HeaderValue]) {
    let digest = Digest::of(b"content");
    let tag = format!("\"{digest}\"");
    let mut all = headers(header::IF_NONE_MATCH, values);
    let expected = values.iter().filter_map(|value| value.to_str().ok()).any(|value| lists(value, &tag));
    assert_eq!(not_modified(&all, &digest), expected);
    all.append(header::IF_NONE_MATCH, HeaderValue::from_str(&format!("\"a\", W/{tag}")).expect("a value"));
    assert!(not_modified(&all, &digest));
    assert!(!not_modified(&HeaderMap::new(), &digest));
}

/// Whether a value is `*`, or one of its members is `tag`, compared weakly.
fn lists(value: &str, tag: &str) -> bool {
    let mut members = value.split(',').map(|member| member.trim_matches(char::is_whitespace));
    value.trim_matches(char::is_whitespace) == "*"
        || members.any(|member| member.trim_start_matches("W/") == tag && !member.starts_with("W/W/"))
}

/// A range is heeded exactly when there is no `If-Range`, or it names the content.
fn unchanged(values: &[HeaderValue]) {
    let digest = Digest::of(b"content");
    let tag = HeaderValue::from_str(&format!("\"{digest}\"")).expect("a value");
    let range = HeaderValue::from_static("bytes=0-1");
    let with = |if_range: Option<&HeaderValue>| {
        let mut all = headers(header::RANGE, [&range]);
        if let Some(value) = if_range {
            all.insert(header::IF_RANGE, value.clone());
        }
        heeded_range(&all, &digest).map(str::to_owned)
    };
    let heeded = Some("bytes=0-1".to_owned());
    assert_eq!(with(None), heeded);
    assert_eq!(with(Some(&tag)), heeded);
    for value in values {
        let names_it = value.to_str().is_ok_and(|text| text.trim().as_bytes() == tag.as_bytes());
        assert_eq!(with(Some(value)).is_some(), names_it);
    }
}
