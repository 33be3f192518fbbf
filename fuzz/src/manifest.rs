//! Manifests: what parses says what its JSON says, as each media type, however it is spaced.

use serde_json::Value;
use wharf_model::{Digest, Manifest, ManifestLink, ManifestLinkKind, MediaType};

/// Takes the bytes as a manifest of every type.
pub fn check(input: &[u8]) {
    let value = serde_json::from_slice::<Value>(input).ok();
    let mut parsed = 0;
    for media_type in MediaType::ALL {
        match Manifest::parse(media_type, input) {
            Ok(manifest) => {
                parsed += 1;
                // Numbers out of every range may stand in what is not read; only then the JSON is no value.
                if let Some(value) = &value {
                    same(&manifest, value, media_type);
                    let respaced = serde_json::to_vec_pretty(value).expect("a value is JSON");
                    assert_eq!(Manifest::parse(media_type, &respaced).as_ref(), Ok(&manifest));
                }
            }
            Err(error) => assert!(!error.to_string().is_empty()),
        }
    }
    assert!(parsed <= 2, "a manifest is an image or an index");
    default_image(input, value.as_ref());
}

fn same(manifest: &Manifest, value: &Value, media_type: MediaType) {
    assert_eq!(value["schemaVersion"], 2);
    assert_eq!(manifest.media_type, media_type);
    if let Some(own) = value["mediaType"].as_str() {
        assert_eq!(MediaType::named(own), Some(media_type));
    }
    assert_eq!(manifest.subject.as_ref().map(Digest::as_str), value["subject"]["digest"].as_str());
    assert_eq!(manifest.links, links(value));
    assert_eq!(media_type.is_index(), value["manifests"].is_array());
    let own = value["artifactType"].as_str().filter(|text| !text.is_empty());
    assert_eq!(manifest.artifact_type.as_deref(), own.or_else(|| value["config"]["mediaType"].as_str()));
    let annotations = manifest.annotations.as_deref().map(|text| serde_json::from_str(text).expect("JSON"));
    let said = value["annotations"].as_object().filter(|annotations| !annotations.is_empty());
    assert_eq!(annotations, said.cloned().map(Value::Object));
}

fn links(value: &Value) -> Vec<ManifestLink> {
    let config = value["config"].is_object().then(|| link(&value["config"], ManifestLinkKind::Config));
    let layers = descriptors(&value["layers"]).map(|layer| link(layer, kind_of_layer(layer)));
    let manifests = descriptors(&value["manifests"]).map(|one| link(one, ManifestLinkKind::Manifest));
    config.into_iter().chain(layers).chain(manifests).collect()
}

fn descriptors(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn link(descriptor: &Value, kind: ManifestLinkKind) -> ManifestLink {
    let digest = descriptor["digest"].as_str().and_then(|text| text.parse().ok());
    let size = descriptor["size"].as_u64().expect("a descriptor has a size");
    ManifestLink { kind, digest: digest.expect("a descriptor has a digest"), size }
}

fn kind_of_layer(layer: &Value) -> ManifestLinkKind {
    let media_type = layer["mediaType"].as_str().unwrap_or_default();
    let elsewhere = layer["urls"].as_array().is_some_and(|urls| !urls.is_empty());
    let foreign = [".nondistributable.", ".foreign."].iter().any(|word| media_type.contains(word));
    if elsewhere || foreign { ManifestLinkKind::ForeignLayer } else { ManifestLinkKind::Layer }
}

/// The default image is the first of the index for linux/amd64.
fn default_image(input: &[u8], value: Option<&Value>) {
    let image = Manifest::default_image(input);
    let (Ok(index), Some(value)) = (Manifest::parse(MediaType::OciIndex, input), value) else { return };
    let default = descriptors(&value["manifests"]).find(|manifest| {
        let platform = &manifest["platform"];
        platform["os"] == "linux" && platform["architecture"] == "amd64"
    });
    assert_eq!(image.as_ref().map(Digest::as_str), default.and_then(|manifest| manifest["digest"].as_str()));
    assert!(image.is_none_or(|image| index.links.iter().any(|link| link.digest == image)));
}
