use std::io;

use wharf_model::Digest;

/// Why the content store could not do it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such blob, upload or bucket.
    #[error("the content is not in the store")]
    NotFound,
    /// Another request writes to this upload now.
    #[error("another request writes to this upload")]
    Busy,
    /// The upload's bytes are not those of the digest.
    #[error("the content has the digest {actual}, not {expected}")]
    DigestMismatch {
        /// The digest that was asked for.
        expected: Digest,
        /// The digest of what is there.
        actual: Digest,
    },
    /// The store's address is none this program takes.
    #[error("`{0}` is no storage address: file: and a folder's path")]
    Address(String),
    /// The file system failed.
    #[error("the content store failed: {0}")]
    Io(#[from] io::Error),
}

/// Why bytes could not be taken in.
#[derive(Debug, thiserror::Error)]
pub enum AppendError<B> {
    /// The sender's stream broke; what came before is in the upload.
    #[error("the body broke off: {0}")]
    Body(B),
    /// More came than was announced or allowed; the upload is to be given up or cut back.
    #[error("the body is longer than {limit} bytes")]
    TooLong {
        /// Bytes allowed.
        limit: u64,
    },
    /// The store failed; the upload stands where it was last noted.
    #[error(transparent)]
    Store(#[from] Error),
}

impl<B> From<io::Error> for AppendError<B> {
    fn from(error: io::Error) -> Self {
        Self::Store(error.into())
    }
}

/// The answer of a task on a blocking thread, where a panic counts as a failed operation.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| Err(Error::Io(io::Error::other(error))))
}

/// A file that is not there is content that is not there.
pub(crate) fn absent(error: io::Error) -> Error {
    if error.kind() == io::ErrorKind::NotFound { Error::NotFound } else { error.into() }
}
