use std::fmt;

/// A manifest's media type: one of those this registry takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MediaType {
    /// OCI image manifest.
    OciManifest,
    /// OCI image index.
    OciIndex,
    /// Docker image manifest, version 2 schema 2.
    DockerManifest,
    /// Docker manifest list.
    DockerManifestList,
}

/// Types of configs that make no artifact of their own: of images, and of what has no config (OCI image specification,
/// "guidelines for artifact usage").
const OF_IMAGES: [&str; 3] = [
    "application/vnd.oci.image.config.v1+json",
    "application/vnd.docker.container.image.v1+json",
    "application/vnd.oci.empty.v1+json",
];

impl MediaType {
    /// All of them.
    pub const ALL: [Self; 4] =
        [Self::OciManifest, Self::OciIndex, Self::DockerManifest, Self::DockerManifestList];

    /// The registered name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::OciManifest => "application/vnd.oci.image.manifest.v1+json",
            Self::OciIndex => "application/vnd.oci.image.index.v1+json",
            Self::DockerManifest => "application/vnd.docker.distribution.manifest.v2+json",
            Self::DockerManifestList => "application/vnd.docker.distribution.manifest.list.v2+json",
        }
    }

    /// The type called `name`, parameters after `;` left aside.
    pub fn named(name: &str) -> Option<Self> {
        let name = name.split(';').next().unwrap_or_default().trim();
        Self::ALL.into_iter().find(|media_type| media_type.name().eq_ignore_ascii_case(name))
    }

    /// What kind of artifact a manifest of this type is, in one media type: its artifact type where it says more than
    /// that it is an image, and else this type itself. For an image manifest `artifact_type` is the config's type
    /// where the manifest names none ([`Manifest::artifact_type`](crate::Manifest)).
    pub fn kind(self, artifact_type: Option<&str>) -> &str {
        artifact_type.filter(|name| !OF_IMAGES.contains(name)).unwrap_or(self.name())
    }

    /// Whether manifests of this type list other manifests.
    pub const fn is_index(self) -> bool {
        matches!(self, Self::OciIndex | Self::DockerManifestList)
    }
}

impl fmt::Display for MediaType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::MediaType;

    #[test]
    fn a_kind_is_the_artifact_type_unless_that_is_of_an_image() {
        let chart = "application/vnd.cncf.helm.config.v1+json";
        for (media_type, artifact_type, kind) in [
            (MediaType::DockerManifest, Some("application/vnd.docker.container.image.v1+json"), None),
            (MediaType::OciManifest, Some("application/vnd.oci.image.config.v1+json"), None),
            (MediaType::OciManifest, Some("application/vnd.oci.empty.v1+json"), None),
            (MediaType::OciIndex, None, None),
            (MediaType::OciManifest, Some(chart), Some(chart)),
            (MediaType::OciIndex, Some("application/vnd.example.set"), Some("application/vnd.example.set")),
        ] {
            assert_eq!(media_type.kind(artifact_type), kind.unwrap_or(media_type.name()));
        }
    }
}
