//! Image versions of a repository.

mod delete_image;
mod delete_repository_tags;
mod describe_image_manifests;
mod describe_images;
mod duplicate_image;

pub use delete_image::DeleteImage;
pub use delete_repository_tags::DeleteRepositoryTags;
pub use describe_image_manifests::{DescribeImageManifests, DescribeImageManifestsOutput};
pub use describe_images::{DescribeImages, DescribeImagesOutput, TcrImageInfo};
pub use duplicate_image::DuplicateImage;
