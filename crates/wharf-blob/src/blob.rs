use std::io;

use bytes::Bytes;
use futures_util::{Stream, TryStreamExt, future::Either, stream};

use crate::{Error, Outlet, files::FileBlob, objects::ObjectBlob};

/// A blob that is open for reading. A file stays readable when it is deleted meanwhile.
#[derive(Debug)]
pub struct Blob(pub(crate) Engine);

type Ready = stream::Iter<std::array::IntoIter<Result<Bytes, Error>, 1>>;

#[derive(Debug)]
pub(crate) enum Engine {
    File(FileBlob),
    Object(ObjectBlob),
    Memory(Bytes),
}

impl From<Bytes> for Blob {
    /// A blob whose bytes are at hand.
    fn from(content: Bytes) -> Self {
        Self(Engine::Memory(content))
    }
}

impl Blob {
    /// The blob's length in bytes.
    pub fn size(&self) -> u64 {
        match &self.0 {
            Engine::File(blob) => blob.size(),
            Engine::Object(blob) => blob.size(),
            Engine::Memory(content) => content.len() as u64,
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
            Engine::Object(blob) => Either::Right(Either::Left(blob.read(offset, length).await?)),
            Engine::Memory(content) => Either::Right(Either::Right(part(&content, offset, length))),
        })
    }

    /// All bytes of a blob that is small.
    ///
    /// # Errors
    /// As [`Self::read`]; when the blob is shorter than it should be.
    pub async fn whole(self) -> Result<Bytes, Error> {
        let size = self.size();
        let pieces: Vec<_> = self.read(0, size, None).await?.try_collect().await?;
        Ok(match <[Bytes; 1]>::try_from(pieces) {
            Ok([whole]) => whole,
            Err(pieces) => pieces.concat().into(),
        })
    }
}

/// The stream of a part of `content`.
fn part(content: &Bytes, offset: u64, length: u64) -> Ready {
    let end = offset.saturating_add(length);
    stream::iter([if end <= content.len() as u64 {
        Ok(content.slice(offset as usize..end as usize))
    } else {
        Err(io::Error::from(io::ErrorKind::UnexpectedEof).into())
    }])
}
