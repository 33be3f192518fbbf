use serde::Deserialize;

use crate::{Digest, MediaType};

/// What a manifest says that a registry must know; the bytes themselves are kept as they came.
///
/// Image manifests and indexes of OCI and their Docker schema 2 forms have the same shape here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// The manifest's own type.
    pub media_type: MediaType,
    /// `artifactType`, else the config's media type for an image manifest.
    pub artifact_type: Option<String>,
    /// The manifest that this one refers to (`subject`), which need not exist.
    pub subject: Option<Digest>,
    /// `annotations` as JSON, where there are any.
    pub annotations: Option<String>,
    /// Everything that must be in the repository before the manifest is.
    pub links: Vec<ManifestLink>,
}

/// One descriptor of a manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManifestLink {
    /// What the descriptor stands for.
    pub kind: ManifestLinkKind,
    /// The content's digest.
    pub digest: Digest,
    /// The content's size in bytes.
    pub size: u64,
}

/// What a descriptor of a manifest stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ManifestLinkKind {
    /// An image's configuration.
    Config,
    /// A layer.
    Layer,
    /// A layer that is fetched from elsewhere (`urls`) and need not be pushed.
    ForeignLayer,
    /// A manifest of an index.
    Manifest,
}

/// Content that is no manifest of the type it was put as.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct InvalidManifest(String);

impl Manifest {
    /// Reads `content` as a manifest of `media_type` (the request's `Content-Type`).
    ///
    /// # Errors
    /// When the JSON is not that of such a manifest, names another `mediaType`, or is an image and an index at once.
    pub fn parse(media_type: MediaType, content: &[u8]) -> Result<Self, InvalidManifest> {
        let document: Document =
            serde_json::from_slice(content).map_err(|error| InvalidManifest(error.to_string()))?;
        document.check(media_type)?;
        let artifact_type = document
            .artifact_type
            .filter(|artifact_type| !artifact_type.is_empty())
            .or_else(|| document.config.as_ref().and_then(|config| config.media_type.clone()));
        let config = document.config.into_iter().map(|config| config.link(ManifestLinkKind::Config));
        let layers = document.layers.unwrap_or_default().into_iter().map(|layer| {
            let kind =
                if layer.is_foreign() { ManifestLinkKind::ForeignLayer } else { ManifestLinkKind::Layer };
            layer.link(kind)
        });
        let manifests = document.manifests.unwrap_or_default();
        let manifests = manifests.into_iter().map(|manifest| manifest.link(ManifestLinkKind::Manifest));
        let links = config.chain(layers).chain(manifests).collect();
        let annotations = document.annotations.filter(|annotations| !annotations.is_empty());
        Ok(Self {
            media_type,
            artifact_type,
            subject: document.subject.map(|subject| subject.digest),
            annotations: annotations.map(|annotations| serde_json::Value::Object(annotations).to_string()),
            links,
        })
    }

    /// The digest of the image for `linux/amd64` in an index, which clients of before indexes get in its place.
    pub fn default_image(index: &[u8]) -> Option<Digest> {
        let document: Document = serde_json::from_slice(index).ok()?;
        let default = |platform: &Platform| platform.os == "linux" && platform.architecture == "amd64";
        let mut manifests = document.manifests?.into_iter();
        manifests
            .find(|manifest| manifest.platform.as_ref().is_some_and(default))
            .map(|manifest| manifest.digest)
    }
}

impl ManifestLinkKind {
    /// The word that stores keep.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Config => "config",
            Self::Layer => "layer",
            Self::ForeignLayer => "foreign",
            Self::Manifest => "manifest",
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Document {
    schema_version: u64,
    media_type: Option<String>,
    artifact_type: Option<String>,
    config: Option<Descriptor>,
    layers: Option<Vec<Descriptor>>,
    manifests: Option<Vec<Descriptor>>,
    subject: Option<Descriptor>,
    annotations: Option<serde_json::Map<String, serde_json::Value>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor {
    media_type: Option<String>,
    digest: Digest,
    size: u64,
    #[serde(default)]
    urls: Vec<String>,
    platform: Option<Platform>,
}

#[derive(Deserialize)]
struct Platform {
    #[serde(default)]
    os: String,
    #[serde(default)]
    architecture: String,
}

impl Document {
    fn check(&self, media_type: MediaType) -> Result<(), InvalidManifest> {
        if self.schema_version != 2 {
            return Err(InvalidManifest(format!("schemaVersion is {}, not 2", self.schema_version)));
        }
        if let Some(own) = &self.media_type
            && MediaType::named(own) != Some(media_type)
        {
            return Err(InvalidManifest(format!("mediaType is `{own}`, the Content-Type is `{media_type}`")));
        }
        let (wanted, foreign) = if media_type.is_index() {
            (("manifests", self.manifests.is_some()), self.config.is_some() || self.layers.is_some())
        } else {
            (("config", self.config.is_some()), self.manifests.is_some())
        };
        match (wanted, foreign) {
            ((name, false), _) => {
                Err(InvalidManifest(format!("`{name}` is missing in a manifest of `{media_type}`")))
            }
            (_, true) => Err(InvalidManifest("a manifest is an image or an index, not both".to_owned())),
            _ => Ok(()),
        }
    }
}

impl Descriptor {
    fn link(self, kind: ManifestLinkKind) -> ManifestLink {
        ManifestLink { kind, digest: self.digest, size: self.size }
    }

    /// Layers with `urls` or of a non-distributable type are not pushed (OCI image specification, "layer media types").
    fn is_foreign(&self) -> bool {
        let media_type = self.media_type.as_deref().unwrap_or_default();
        !self.urls.is_empty() || media_type.contains(".nondistributable.") || media_type.contains(".foreign.")
    }
}

#[cfg(test)]
mod tests {
    use super::{Manifest, ManifestLinkKind};
    use crate::{Digest, MediaType};

    fn image(extra: &str) -> String {
        let (config, layer) = (Digest::of(b"config"), Digest::of(b"layer"));
        format!(
            r#"{{"schemaVersion":2,{extra}"config":{{"mediaType":"application/x","digest":"{config}","size":6}},
            "layers":[{{"mediaType":"application/y","digest":"{layer}","size":5}}]}}"#
        )
    }

    #[test]
    fn an_image_links_its_config_and_layers() {
        let manifest = Manifest::parse(MediaType::OciManifest, image("").as_bytes()).unwrap();
        let kinds: Vec<_> = manifest.links.iter().map(|link| link.kind).collect();
        assert_eq!(kinds, [ManifestLinkKind::Config, ManifestLinkKind::Layer]);
        assert_eq!(manifest.links.iter().map(|link| link.size).sum::<u64>(), 11);
        assert_eq!(manifest.artifact_type.as_deref(), Some("application/x"));
    }

    #[test]
    fn an_index_has_an_image_for_clients_of_before() {
        let digest = Digest::of(b"amd64");
        let platform = |os: &str, architecture: &str, digest: &Digest| {
            format!(
                r#"{{"digest":"{digest}","size":1,"platform":{{"os":"{os}","architecture":"{architecture}"}}}}"#
            )
        };
        let other = platform("linux", "arm64", &Digest::of(b"arm64"));
        let index =
            format!(r#"{{"schemaVersion":2,"manifests":[{other},{}]}}"#, platform("linux", "amd64", &digest));
        assert_eq!(Manifest::default_image(index.as_bytes()), Some(digest));
        assert_eq!(
            Manifest::default_image(format!(r#"{{"schemaVersion":2,"manifests":[{other}]}}"#).as_bytes()),
            None
        );
        assert_eq!(Manifest::default_image(b"{"), None);
    }

    #[test]
    fn annotations_are_kept_as_json() {
        let manifest =
            Manifest::parse(MediaType::OciManifest, image(r#""annotations":{"a":"b"},"#).as_bytes()).unwrap();
        assert_eq!(manifest.annotations.as_deref(), Some(r#"{"a":"b"}"#));
    }

    #[test]
    fn what_contradicts_itself_is_refused() {
        let docker = format!(r#""mediaType":"{}","#, MediaType::DockerManifest);
        let cases = [
            (MediaType::OciManifest, image(&docker), "Content-Type"),
            (MediaType::OciIndex, image(""), "manifests"),
            (MediaType::OciManifest, image(r#""manifests":[],"#), "not both"),
            (
                MediaType::OciManifest,
                image("").replace("\"schemaVersion\":2", "\"schemaVersion\":1"),
                "schemaVersion",
            ),
            (MediaType::OciManifest, "{}".to_owned(), "schemaVersion"),
            (MediaType::OciManifest, image("").replace("sha256:", "sha256:x"), "digest"),
            (MediaType::OciIndex, r#"{"schemaVersion":2}"#.to_owned(), "manifests"),
        ];
        for (media_type, content, word) in cases {
            let error = Manifest::parse(media_type, content.as_bytes()).unwrap_err().to_string();
            assert!(error.contains(word), "{error} should name {word}");
        }
    }

    #[test]
    fn layers_from_elsewhere_need_not_be_pushed() {
        let text = image("")
            .replace("application/y", "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip");
        let manifest = Manifest::parse(MediaType::OciManifest, text.as_bytes()).unwrap();
        assert_eq!(manifest.links[1].kind, ManifestLinkKind::ForeignLayer);
    }
}
