use std::io;

use bytes::Bytes;
use futures_util::{Stream, StreamExt, future::Either, stream};
use opendal::{Buffer, Operator};

use crate::Error;

/// A blob in an object store, to be read.
#[derive(Debug)]
pub(crate) struct ObjectBlob {
    pub(super) operator: Operator,
    pub(super) path: String,
    pub(super) size: u64,
}

impl ObjectBlob {
    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// `length` bytes from `offset` on. The first piece is there when this returns.
    pub(crate) async fn read(
        self,
        offset: u64,
        length: u64,
    ) -> Result<impl Stream<Item = Result<Bytes, Error>> + Send + 'static, Error> {
        if length == 0 {
            return Ok(Either::Left(stream::empty()));
        }
        let end = offset.checked_add(length).ok_or_else(|| io::Error::other("no blob reaches that far"))?;
        let mut pieces = self.operator.reader(&self.path).await?.into_stream(offset..end).await?;
        let first = next(&mut pieces).await?.ok_or_else(short)?;
        Ok(Either::Right(stream::try_unfold(
            (Some(first), pieces, length),
            async |(first, mut pieces, left)| {
                if left == 0 {
                    return Ok(None);
                }
                let piece = match first {
                    Some(piece) => piece,
                    None => next(&mut pieces).await?.ok_or_else(short)?,
                };
                let left = left.checked_sub(piece.len() as u64).ok_or_else(long)?;
                Ok(Some((piece, (None, pieces, left))))
            },
        )))
    }
}

async fn next(
    pieces: &mut (impl Stream<Item = opendal::Result<Buffer>> + Unpin),
) -> Result<Option<Bytes>, Error> {
    loop {
        match pieces.next().await.transpose()? {
            Some(piece) if piece.is_empty() => {}
            other => return Ok(other.map(|piece| piece.to_bytes())),
        }
    }
}

fn short() -> Error {
    Error::Io(io::Error::new(io::ErrorKind::UnexpectedEof, "the object is shorter than the blob"))
}

fn long() -> Error {
    Error::Io(io::Error::other("the object store sent more than was asked for"))
}
