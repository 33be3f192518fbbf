//! The content store: bytes by digest, an instance's bytes apart from every other's, and the uploads on their way.
//!
//! It knows no rule and no name; the metadata store says what exists. Bytes are seen under their digest only when all
//! of them are in the store. There are two engines: local files, and object storage (S3, Tencent COS, Aliyun OSS).

mod address;
mod blob;
mod error;
mod examine;
mod files;
mod gather;
mod objects;
mod options;
mod outlet;
mod store;
mod upload;

pub use blob::Blob;
pub use error::{AppendError, Error};
pub use examine::Finding;
pub use options::{Credentials, Options, Redirect};
pub use outlet::Outlet;
pub use store::BlobStore;
pub use upload::{Segment, Stored, Upload};
