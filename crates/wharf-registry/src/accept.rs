//! What a client takes: the `Accept` headers (RFC 9110, section 12.5.1).

use http::{HeaderMap, header};
use wharf_model::MediaType;

/// Whether the client takes an image manifest but no index: one of before indexes, which wants a default image.
pub(crate) fn wants_image_for_index(headers: &HeaderMap) -> bool {
    let ranges = ranges(headers);
    let named = |index: bool| {
        MediaType::ALL
            .iter()
            .any(|kind| kind.is_index() == index && ranges.iter().any(|range| range == kind.name()))
    };
    let any = ranges.iter().any(|range| matches!(range.as_str(), "*/*" | "application/*"));
    !any && named(false) && !named(true)
}

/// The media ranges of all headers in lower case, without those of quality 0.
fn ranges(headers: &HeaderMap) -> Vec<String> {
    let values = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let ranges = values.flat_map(|value| value.split(','));
    ranges.filter_map(range).collect()
}

fn range(text: &str) -> Option<String> {
    let text = text.to_ascii_lowercase();
    let mut parts = text.split(';').map(str::trim);
    let name = parts.next().filter(|name| !name.is_empty())?.to_owned();
    let quality =
        parts.find_map(|part| part.strip_prefix("q=")).and_then(|quality| quality.trim().parse::<f32>().ok());
    (quality != Some(0.0)).then_some(name)
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue, header};
    use proptest::prelude::*;
    use wharf_model::MediaType;

    use super::wants_image_for_index;

    fn headers(values: &[&str]) -> HeaderMap {
        let header = |value: &&str| Some((header::ACCEPT, HeaderValue::from_str(value).ok()?));
        values.iter().filter_map(header).collect()
    }

    #[test]
    fn only_a_client_that_names_images_and_no_index_gets_an_image() {
        let (image, index) = (MediaType::DockerManifest.name(), MediaType::OciIndex.name());
        for (values, expected) in [
            (vec![], false),
            (vec!["*/*"], false),
            (vec![image], true),
            (vec![image, "*/*"], false),
            (vec![image, index], false),
            (vec![index], false),
            (vec!["application/json"], false),
        ] {
            assert_eq!(wants_image_for_index(&headers(&values)), expected, "{values:?}");
        }
        let listed = format!("{image};q=0.5, {index};Q=0");
        assert!(wants_image_for_index(&headers(&[&listed])));
        assert!(wants_image_for_index(&headers(&[&image.to_uppercase()])));
    }

    proptest! {
        #[test]
        fn no_header_panics(value in "[ -~]{0,80}") {
            let _ = wants_image_for_index(&headers(&[&value]));
        }
    }
}
