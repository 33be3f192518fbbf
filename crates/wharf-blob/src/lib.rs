//! The content store: bytes by digest, an instance's bytes apart from every other's, and the uploads on their way.
//!
//! It knows no rule and no name; the metadata store says what exists. Bytes are seen under their digest only when all
//! of them are on the disk.

mod blob;
mod error;
mod files;
mod upload;

pub use blob::Blob;
pub use error::{AppendError, Error};
pub use files::BlobStore;
pub use upload::Upload;
