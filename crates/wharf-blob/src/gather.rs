use std::mem;

use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use tokio::task::JoinHandle;
use wharf_model::{Digest, Hasher};

use crate::{AppendError, Error};

/// Bytes gathered before they go on in one piece. A few such pieces of an upload are in memory at most.
pub(crate) const PIECE: usize = 1 << 20;

/// Where gathered bytes go.
pub(crate) trait Sink {
    /// Takes bytes in after those before, and may return while it still works on them.
    fn take(&mut self, pieces: Vec<Bytes>) -> impl Future<Output = Result<(), Error>> + Send;

    /// Waits until all that was taken in is done.
    fn settle(&mut self) -> impl Future<Output = Result<(), Error>> + Send;
}

/// Brings all of `body`, `limit` bytes at most, to `sink`. Receiving goes on while the sink works.
///
/// # Errors
/// When the body breaks off (what came before it is taken in), when it is too long, when the sink fails.
pub(crate) async fn gather<B, S, K>(mut body: S, limit: u64, sink: &mut K) -> Result<(), AppendError<B>>
where
    S: Stream<Item = Result<Bytes, B>> + Unpin,
    K: Sink,
{
    let (mut pieces, mut gathered, mut total) = (Vec::new(), 0, 0);
    let mut broken = None;
    while let Some(piece) = body.next().await {
        match piece {
            Ok(piece) => {
                gathered += piece.len();
                pieces.push(piece);
            }
            Err(error) => {
                broken = Some(AppendError::Body(error));
                break;
            }
        }
        if total + gathered as u64 > limit {
            return Err(AppendError::TooLong { limit });
        }
        if gathered >= PIECE {
            sink.take(mem::take(&mut pieces)).await?;
            total += mem::take(&mut gathered) as u64;
        }
    }
    if gathered > 0 {
        sink.take(pieces).await?;
    }
    sink.settle().await?;
    broken.map_or(Ok(()), Err)
}

/// How many bytes these are.
pub(crate) fn length(pieces: &[Bytes]) -> usize {
    pieces.iter().map(Bytes::len).sum()
}

/// Leaves the first `length` bytes in `pieces`, and gives what is after them.
pub(crate) fn split_off(pieces: &mut Vec<Bytes>, length: usize) -> Vec<Bytes> {
    let mut left = length;
    let Some(index) = pieces.iter().position(|piece| {
        let is_beyond = piece.len() > left;
        left -= if is_beyond { 0 } else { piece.len() };
        is_beyond
    }) else {
        return Vec::new();
    };
    let mut after = pieces.split_off(index);
    if left > 0 {
        pieces.push(after[0].split_to(left));
    }
    after
}

/// Hashes what it takes and keeps nothing.
#[derive(Debug)]
pub(crate) struct Hashing {
    hasher: Option<Hasher>,
    working: Option<JoinHandle<Hasher>>,
}

impl Hashing {
    pub(crate) fn new(hasher: Hasher) -> Self {
        Self { hasher: Some(hasher), working: None }
    }

    /// The hash over all that was taken, once that is settled.
    pub(crate) fn hasher(&self) -> Option<&Hasher> {
        self.hasher.as_ref()
    }

    /// Whether nothing is worked on.
    pub(crate) fn is_settled(&self) -> bool {
        self.working.is_none()
    }

    /// Takes a little in on this thread.
    pub(crate) async fn take_at_once(&mut self, pieces: &[Bytes]) -> Result<(), Error> {
        self.settle().await?;
        if let Some(hasher) = &mut self.hasher {
            pieces.iter().for_each(|piece| hasher.update(piece));
        }
        Ok(())
    }

    /// The digest of all that was taken, once that is settled.
    pub(crate) fn finish(self) -> Option<Digest> {
        self.hasher.map(Hasher::finish)
    }
}

impl Sink for Hashing {
    async fn take(&mut self, pieces: Vec<Bytes>) -> Result<(), Error> {
        self.settle().await?;
        self.working = self.hasher.take().map(|mut hasher| {
            tokio::task::spawn_blocking(move || {
                pieces.iter().for_each(|piece| hasher.update(piece));
                hasher
            })
        });
        Ok(())
    }

    async fn settle(&mut self) -> Result<(), Error> {
        if let Some(working) = self.working.take() {
            self.hasher = Some(working.await.map_err(std::io::Error::other)?);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::{length, split_off};

    #[test]
    fn pieces_are_split_anywhere() {
        let whole = Bytes::from_static(b"abcdefghij");
        for at in 0..=12 {
            let mut before = vec![whole.slice(..3), Bytes::new(), whole.slice(3..4), whole.slice(4..)];
            let after = split_off(&mut before, at);
            assert_eq!(length(&before), at.min(10));
            assert_eq!([before, after].concat().concat(), whole);
        }
    }
}
