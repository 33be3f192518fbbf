use std::collections::BTreeMap;

use bytes::Bytes;
use wharf_db::{
    blobs::{self, StoredBlob},
    manifests,
};
use wharf_model::{Digest, ImageConfig, InstanceId, Reference, RepositoryName, policy::ResourcePath};

use crate::{
    Core, Error, Operator, StoredManifest, instances::readable_instance, memory::Held,
    repositories::find_repository,
};

/// Bytes of a config that is shown at most. Configs of images have some KiB.
const CONFIG: u64 = 4 << 20;

/// What a manifest and its config say.
#[derive(Clone, Debug)]
pub struct ImageDescription {
    /// The manifest's bytes.
    pub manifest: Bytes,
    /// The config, where there is one that is JSON.
    pub config: Option<String>,
    /// The config's labels.
    pub labels: BTreeMap<String, String>,
    /// Bytes of all that the manifest describes, without itself: of an image its config and layers, of an index its
    /// images whole.
    pub size: u64,
}

impl Core {
    /// What the manifest of a tag or digest, and its config, say (`DescribeImageManifests`).
    ///
    /// # Errors
    /// When there is no such running instance, namespace, repository or manifest, the operator may not, or the config
    /// is too large to be shown.
    pub async fn describe_image(
        &self,
        operator: Operator,
        instance: InstanceId,
        name: RepositoryName,
        reference: Reference,
    ) -> Result<ImageDescription, Error> {
        let place = instance.clone();
        let (manifest, size, config) = self
            .read(move |tx| {
                readable_instance(tx, &operator, &instance, ResourcePath::Repository(&instance, &name))?;
                let repository = find_repository(tx, &instance, &name)?;
                let missing = || StoredManifest::missing(name.clone(), reference.clone());
                let manifest = StoredManifest::find(tx, &instance, &name, &reference)?.ok_or_else(missing)?;
                let id = manifests::find_id(tx, repository.id, &manifest.digest)?.ok_or_else(missing)?;
                let weight = manifests::find_weight(tx, repository.id, &manifest.digest)?;
                let (total_size, _) = weight.ok_or_else(missing)?;
                let size = total_size.saturating_sub(manifest.content.len() as u64);
                Ok((manifest, size, blobs::find_config(tx, id)?))
            })
            .await?;
        let config = match config {
            Some((digest, blob)) => self.read_config(&place, digest, &blob).await?,
            None => None,
        };
        let found = config.as_deref().and_then(ImageConfig::parse);
        let config = config.filter(|_| found.is_some());
        let labels = found.unwrap_or_default().labels;
        Ok(ImageDescription { manifest: manifest.content, config, labels, size })
    }

    /// The text of a config; none when it is no text.
    async fn read_config(
        &self,
        instance: &InstanceId,
        digest: Digest,
        blob: &StoredBlob,
    ) -> Result<Option<String>, Error> {
        if blob.size > CONFIG {
            return Err(Error::ConfigTooLarge { digest, size: blob.size, limit: CONFIG });
        }
        let content = self.content.open(instance, &digest, blob).await?.whole().await?;
        Ok(String::from_utf8(content.into()).ok())
    }
}
