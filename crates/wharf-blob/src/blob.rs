use bytes::Bytes;
use futures_util::{Stream, future::Either};

use crate::{Error, Outlet, files::FileBlob, objects::ObjectBlob};

/// A blob that is open for reading. A file stays readable when it is deleted meanwhile.
#[derive(Debug)]
pub struct Blob(pub(crate) Engine);

#[derive(Debug)]
pub(crate) enum Engine {
    File(FileBlob),
    Object(ObjectBlob),
}

impl Blob {
    /// The blob's length in bytes.
    pub fn size(&self) -> u64 {
        match &self.0 {
            Engine::File(blob) => blob.size(),
            Engine::Object(blob) => blob.size(),
        }
    }

    /// `length` bytes from `offset` on, in pieces. The stream fails at its end when the blob is shorter than that.
    ///
    /// With the `outlet` of the connection that the stream is for, and of no other, the pieces of a file may be
    /// placeholders, for which the connection sends the file's bytes. Nothing but the connection may look at them then.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the object is gone; when the store fails before the first piece is there.
    pub async fn read(
        self,
        offset: u64,
        length: u64,
        outlet: Option<Outlet>,
    ) -> Result<impl Stream<Item = Result<Bytes, Error>> + Send + 'static, Error> {
        Ok(match self.0 {
            Engine::File(blob) => Either::Left(blob.read(offset, length, outlet)),
            Engine::Object(blob) => Either::Right(blob.read(offset, length).await?),
        })
    }
}
