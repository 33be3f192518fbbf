use std::io;

use opendal::ErrorKind;
use wharf_model::Digest;

/// Characters that are shown of what an object store says.
const LONGEST: usize = 500;

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
    /// The store's address, or what belongs to it, is none this program takes. The text names the part that is wrong.
    #[error("no storage address: {0}")]
    Address(String),
    /// The object store cannot be reached, does not answer in time or asks for patience. Later it may do.
    #[error("the object store is not available: {0}")]
    Unavailable(String),
    /// The file system failed, or the object store refused.
    #[error("the content store failed: {0}")]
    Io(#[from] io::Error),
}

impl From<opendal::Error> for Error {
    fn from(error: opendal::Error) -> Self {
        let kind = match error.kind() {
            ErrorKind::NotFound => return Self::NotFound,
            // What is not told more closely is a connection that fails, an answer that does not come, a store in trouble.
            // Whether that may pass cannot be asked: the layer that tries again marks all errors alike.
            ErrorKind::Unexpected | ErrorKind::RateLimited | ErrorKind::Conflict => {
                return Self::Unavailable(describe(&error));
            }
            ErrorKind::PermissionDenied => io::ErrorKind::PermissionDenied,
            ErrorKind::RangeNotSatisfied => io::ErrorKind::UnexpectedEof,
            _ => io::ErrorKind::Other,
        };
        Self::Io(io::Error::new(kind, describe(&error)))
    }
}

/// The error without its context, which holds whole requests.
pub(crate) fn describe(error: &opendal::Error) -> String {
    let mut text = format!("{}: {}", error.kind(), error.message());
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    if let Some((end, _)) = text.char_indices().nth(LONGEST) {
        text.truncate(end);
    }
    text
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

impl AppendError<Error> {
    /// The store's error, of whichever store it was.
    pub(crate) fn flatten(self) -> Error {
        match self {
            Self::Body(error) | Self::Store(error) => error,
            Self::TooLong { .. } => Error::Io(io::Error::other("more came than was announced")),
        }
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
