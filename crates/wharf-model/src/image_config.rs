use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

/// An image's configuration: what of it is told apart from its text. Configs of other artifacts are any JSON, and have
/// nothing of that.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImageConfig {
    /// `config.Labels`, those that are texts (OCI image specification, "image configuration").
    pub labels: BTreeMap<String, String>,
}

impl ImageConfig {
    /// Reads a config; none when it is no JSON.
    pub fn parse(text: &str) -> Option<Self> {
        serde_json::from_str::<IgnoredAny>(text).ok()?;
        let settings = serde_json::from_str(text).ok().and_then(|document: Document| document.config);
        let labels = settings.and_then(|settings| settings.labels).unwrap_or_default().into_iter();
        let labels = labels.filter_map(|(key, value)| match value {
            Value::String(value) => Some((key, value)),
            _ => None,
        });
        Some(Self { labels: labels.collect() })
    }
}

#[derive(Deserialize)]
struct Document {
    config: Option<Settings>,
}

#[derive(Deserialize)]
struct Settings {
    #[serde(rename = "Labels")]
    labels: Option<BTreeMap<String, Value>>,
}

#[cfg(test)]
mod tests {
    use super::ImageConfig;

    #[test]
    fn labels_are_those_of_the_settings() {
        for (text, labels) in [
            (r#"{"config":{"Labels":{"b":"2","a":"1"}}}"#, &[("a", "1"), ("b", "2")][..]),
            (r#"{"config":{"Labels":{"a":"1","number":2,"none":null}}}"#, &[("a", "1")]),
            (r#"{"config":{"Labels":null}}"#, &[]),
            (r#"{"config":{"Labels":"a"}}"#, &[]),
            (r#"{"config":"Labels"}"#, &[]),
            (r#"{"Labels":{"a":"1"}}"#, &[]),
            ("{}", &[]),
            ("[]", &[]),
            ("7", &[]),
        ] {
            let found = ImageConfig::parse(text).unwrap().labels;
            let found: Vec<_> = found.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
            assert_eq!(found, labels, "{text}");
        }
    }

    #[test]
    fn what_is_no_json_is_no_config() {
        for text in ["", "{", "a text", "{} {}"] {
            assert_eq!(ImageConfig::parse(text), None, "{text}");
        }
    }
}
