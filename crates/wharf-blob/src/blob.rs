use std::{fs::File, io, os::unix::fs::FileExt, path::Path, sync::Arc};

use bytes::Bytes;
use futures_util::{Stream, stream};

use crate::{
    Error,
    error::{absent, blocking},
};

/// Bytes read at a time; what a slow reader keeps in memory.
const PIECE: u64 = 64 << 10;

/// A blob that is open for reading. It stays readable when it is deleted meanwhile.
#[derive(Debug)]
pub struct Blob {
    file: Arc<File>,
    size: u64,
}

impl Blob {
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        let file = File::open(path).map_err(absent)?;
        let size = file.metadata()?.len();
        Ok(Self { file: file.into(), size })
    }

    /// The blob's length in bytes.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// `length` bytes from `offset` on, in pieces. The stream fails when the file is shorter than that.
    pub fn read(self, offset: u64, length: u64) -> impl Stream<Item = Result<Bytes, Error>> + Send + 'static {
        stream::try_unfold((self.file, offset, length), |(file, offset, left)| async move {
            if left == 0 {
                return Ok(None);
            }
            let length = left.min(PIECE);
            let source = file.clone();
            let piece = blocking(move || Ok(read_piece(&source, offset, length)?)).await?;
            Ok(Some((piece, (file, offset + length, left - length))))
        })
    }
}

fn read_piece(file: &File, offset: u64, length: u64) -> io::Result<Bytes> {
    let mut piece = vec![0; usize::try_from(length).map_err(io::Error::other)?];
    file.read_exact_at(&mut piece, offset)?;
    Ok(piece.into())
}
