//! Values that every layer speaks of: digests, names, references, ids, times. No I/O.
//!
//! A wire string becomes one of these types once, at the edge; from there on a value of the type is valid.

mod account;
mod actions;
mod completeness;
mod digest;
mod edition;
mod image_config;
mod instance;
mod invalid_name;
mod manifest;
mod media_type;
mod name;
mod peer;
pub mod policy;
mod quota;
mod reference;
mod region;
mod role;
mod service_account;
mod severity;
mod storage_name;
mod timestamp;
mod trust;

pub use account::{SecretId, Uin};
pub use actions::Actions;
pub use completeness::Completeness;
pub use digest::{Algorithm, Digest, Hasher, InvalidDigest};
pub use edition::Edition;
pub use image_config::ImageConfig;
pub use instance::{ChargeType, InstanceId, InstanceName, InstanceStatus, RenewFlag};
pub use invalid_name::{InvalidName, NameKind};
pub use manifest::{InvalidManifest, Manifest, ManifestLink, ManifestLinkKind};
pub use media_type::MediaType;
pub use name::{NamespaceName, RepositoryName, RepositoryPath, Tag};
pub use peer::Peer;
pub use quota::{EditionQuotas, Quota, Quotas};
pub use reference::Reference;
pub use region::{REGIONS, Region, Regions};
pub use role::{RoleArn, RoleId, RoleKey, RoleName, SessionName};
pub use service_account::{ServiceAccountName, ServiceActions};
pub use severity::Severity;
pub use storage_name::StorageName;
pub use timestamp::Timestamp;
pub use trust::{InvalidTrust, Trust};
