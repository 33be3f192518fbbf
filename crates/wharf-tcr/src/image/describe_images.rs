use wharf_cloudapi::{Action, Call, input, output};
use wharf_core::{Error, ImageFilter, TaggedImage};

use crate::{instance::instance_id, paging, repository::repository_name};

/// Image versions on a page at most.
const LARGEST_PAGE: u64 = 100;

input! {
    /// Lists image versions, the last pushed first: all, or those whose tag holds or is a text, or those of a
    /// digest.
    pub struct DescribeImages {
        /// Of which instance.
        registry_id: String = "RegistryId",
        /// In which namespace.
        namespace_name: String = "NamespaceName",
        /// Of which repository.
        repository_name: String = "RepositoryName",
        /// Only tags that hold this.
        image_version: Option<String> = "ImageVersion",
        /// Image versions on a page.
        limit: Option<i64> = "Limit" in 1..,
        /// The page's number, from 1.
        offset: Option<i64> = "Offset" in 0..,
        /// Only tags of this digest.
        digest: Option<String> = "Digest",
        /// Whether `ImageVersion` is the whole tag.
        exact_match: Option<bool> = "ExactMatch",
    }
}

output! {
    /// What [`DescribeImages`] answers.
    pub struct DescribeImagesOutput {
        image_info_list: Vec<TcrImageInfo> = "ImageInfoList",
        total_count: u64 = "TotalCount",
    }

    /// An image version.
    pub struct TcrImageInfo {
        digest: String = "Digest",
        size: u64 = "Size",
        image_version: String = "ImageVersion",
        update_time: String = "UpdateTime",
        kind: String = "Kind",
        kms_signature: String = "KmsSignature",
    }
}

impl Action for DescribeImages {
    const NAME: &'static str = "DescribeImages";
    type Output = DescribeImagesOutput;

    async fn run(self, call: Call) -> Result<Self::Output, Error> {
        let page = paging::pages(self.offset, self.limit, LARGEST_PAGE);
        let repository = repository_name(&self.namespace_name, &self.repository_name)?;
        let filter = ImageFilter {
            tag: self.image_version.filter(|tag| !tag.is_empty()),
            exact: self.exact_match.unwrap_or(false),
            digest: self.digest.filter(|digest| !digest.is_empty()),
        };
        let instance = instance_id(&self.registry_id)?;
        let found = call.core.list_images(call.operator, instance, repository, filter, page).await?;
        let image_info_list = found.page.into_iter().map(info).collect();
        Ok(DescribeImagesOutput { image_info_list, total_count: found.total })
    }
}

fn info(image: TaggedImage) -> TcrImageInfo {
    TcrImageInfo {
        digest: image.digest.to_string(),
        size: image.total_size,
        image_version: image.tag.to_string(),
        update_time: image.updated_at.to_utc_fraction(),
        kind: format!("Artifact::{}", image.media_type.kind(image.artifact_type.as_deref())),
        kms_signature: String::new(),
    }
}
