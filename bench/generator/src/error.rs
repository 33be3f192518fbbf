//! Why a unit failed.

use std::io;

/// Why a unit failed, or a run could not begin.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The connection was not made, or broke.
    #[error("connection: {0}")]
    Connection(#[from] io::Error),
    /// The answer is no HTTP.
    #[error("answer: {0}")]
    Answer(#[from] httparse::Error),
    /// The answer's body has no end that can be known.
    #[error("{request}: the answer's length is not known")]
    Length {
        /// Its first line.
        request: String,
    },
    /// The answer is not the right one.
    #[error("{request}: {status} {body}")]
    Status {
        /// Its first line.
        request: String,
        /// What was answered.
        status: u16,
        /// The beginning of the answer's body.
        body: String,
    },
    /// An upload was opened and the answer does not say where.
    #[error("{request}: no Location")]
    Location {
        /// Its first line.
        request: String,
    },
    /// The certificate to trust cannot be used.
    #[error("certificate: {0}")]
    Certificate(String),
}
