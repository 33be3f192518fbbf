use wharf_cloudapi::{Action, Call, input, output};
use wharf_core::{Error, ImageDescription};

use crate::{instance::instance_id, namespace::KeyValueString, repository::repository_name};

input! {
    /// Shows manifest, config, labels and size of what a tag or digest names; see [Images](README.md#images).
    pub struct DescribeImageManifests {
        /// Of which instance.
        registry_id: String = "RegistryId",
        /// In which namespace.
        namespace_name: String = "NamespaceName",
        /// Of which repository.
        repository_name: String = "RepositoryName",
        /// The tag, or a digest, such as that of an image of an index.
        image_version: String = "ImageVersion",
    }
}

output! {
    /// What [`DescribeImageManifests`] answers.
    pub struct DescribeImageManifestsOutput {
        manifest: String = "Manifest",
        config: String = "Config",
        labels: Vec<KeyValueString> = "Labels",
        size: u64 = "Size",
    }
}

impl Action for DescribeImageManifests {
    const NAME: &'static str = "DescribeImageManifests";
    type Output = DescribeImageManifestsOutput;

    async fn run(self, call: Call) -> Result<Self::Output, Error> {
        let repository = repository_name(&self.namespace_name, &self.repository_name)?;
        let (instance, reference) = (instance_id(&self.registry_id)?, self.image_version.parse()?);
        Ok(output(call.core.describe_image(call.operator, instance, repository, reference).await?))
    }
}

/// The config's text stands as a JSON text in quotes, as the reference's example has it; the manifest's stands bare.
fn output(image: ImageDescription) -> DescribeImageManifestsOutput {
    let labels = image.labels.into_iter();
    DescribeImageManifestsOutput {
        manifest: String::from_utf8_lossy(&image.manifest).into_owned(),
        config: image.config.map(|text| serde_json::Value::String(text).to_string()).unwrap_or_default(),
        labels: labels.map(|(key, value)| KeyValueString { key, value }).collect(),
        size: image.size,
    }
}
