//! The bytes of an upload session, as an object store keeps them: those of each request apart.

use crate::{Error, Transaction, value::params};

/// A row of `upload_segments`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UploadSegment {
    /// Where it begins in the upload.
    pub start: u64,
    /// Bytes in it.
    pub length: u64,
    /// The object's key inside the instance's bucket.
    pub object: String,
}

/// Adds a segment.
pub fn insert(tx: &Transaction<'_>, session: &str, segment: &UploadSegment) -> Result<(), Error> {
    tx.note(
        "INSERT INTO upload_segments (session_id, start, length, object) VALUES ($1, $2, $3, $4)",
        params![session, segment.start, segment.length, segment.object],
    )
    .map(drop)
}

/// A session's segments in order. Grows with the requests that the session took.
pub fn list(tx: &Transaction<'_>, session: &str) -> Result<Vec<UploadSegment>, Error> {
    tx.all(
        "SELECT start, length, object FROM upload_segments WHERE session_id = $1 ORDER BY start",
        params![session],
        |row| Ok(UploadSegment { start: row.get(0)?, length: row.get(1)?, object: row.get(2)? }),
    )
}
