use std::{
    fs::File,
    io,
    os::unix::fs::FileExt,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use bytes::{Bytes, BytesMut};
use futures_util::{Stream, future::Either, stream};

use super::resident;
use crate::{
    Error, Outlet,
    error::{absent, blocking},
    outlet::WINDOW,
};

/// Bytes that all readers together keep in memory, about.
const MEMORY: u64 = 8 << 20;
/// Bytes read at a time: many readers read small pieces, few read large ones.
const SMALLEST_PIECE: u64 = 16 << 10;
const LARGEST_PIECE: u64 = 512 << 10;
/// Bytes that are sooner copied than sent as a piece of a file, or waited for on another thread.
const FEW: u64 = 64 << 10;

/// A blob that is open for reading. It stays readable when it is deleted meanwhile.
#[derive(Debug)]
pub(crate) struct FileBlob {
    file: Arc<File>,
    size: u64,
    readers: Readers,
}

/// How many read from the store now.
#[derive(Clone, Debug, Default)]
pub(super) struct Readers(Arc<AtomicU64>);

/// One of them.
#[derive(Debug)]
struct Reader(Readers);

impl FileBlob {
    pub(super) async fn open(path: PathBuf, size: u64, readers: Readers) -> Result<Self, Error> {
        let file = match resident::open(&path) {
            Some(file) => file,
            None => blocking(move || File::open(path).map_err(absent)).await?,
        };
        Ok(Self { file: file.into(), size, readers })
    }

    /// The blob's length in bytes.
    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// `length` bytes from `offset` on, in pieces, or placeholders of pieces where there is an `outlet` to send them. The
    /// stream fails when the file is shorter than that.
    pub(crate) fn read(
        self,
        offset: u64,
        length: u64,
        outlet: Option<Outlet>,
    ) -> impl Stream<Item = Result<Bytes, Error>> + Send + 'static {
        match outlet {
            Some(outlet) if length > FEW => Either::Left(self.send(offset, length, outlet)),
            _ => Either::Right(self.copy(offset, length)),
        }
    }

    fn send(
        self,
        offset: u64,
        length: u64,
        outlet: Outlet,
    ) -> impl Stream<Item = Result<Bytes, Error>> + Send + 'static {
        let (file, end) = (self.file, offset + length);
        stream::try_unfold(offset, move |offset| {
            let (file, outlet) = (file.clone(), outlet.clone());
            async move {
                if offset == end {
                    return Ok(None);
                }
                let length = (end - offset).min(WINDOW as u64);
                // Sending must not wait for the disk: it happens on a thread that others need.
                if !resident::is_resident(&file, offset, length) {
                    let file = file.clone();
                    blocking(move || Ok(resident::bring_in(&file, offset, length)?)).await?;
                }
                Ok(Some((outlet.put(file, offset, length as usize), offset + length)))
            }
        })
    }

    fn copy(self, offset: u64, length: u64) -> impl Stream<Item = Result<Bytes, Error>> + Send + 'static {
        let position =
            Position { reader: self.readers.enter(), buffer: BytesMut::new(), offset, left: length };
        stream::try_unfold((self.file, position), |(file, mut position)| async move {
            if position.left == 0 {
                return Ok(None);
            }
            if let Some(piece) = position.read_resident(&file) {
                return Ok(Some((piece, (file, position))));
            }
            let source = file.clone();
            let (piece, position) = blocking(move || Ok((position.read_piece(&source)?, position))).await?;
            Ok(Some((piece, (file, position))))
        })
    }
}

/// Where a reader is.
struct Position {
    reader: Reader,
    /// Its memory is used again once the piece before is sent.
    buffer: BytesMut,
    offset: u64,
    left: u64,
}

impl Position {
    /// The next piece, if it is small and in memory.
    fn read_resident(&mut self, file: &File) -> Option<Bytes> {
        let length = self.next_piece();
        (length <= FEW as usize && resident::read(file, &mut self.buffer, self.offset)).then(|| self.taken())
    }

    fn read_piece(&mut self, file: &File) -> io::Result<Bytes> {
        self.next_piece();
        file.read_exact_at(&mut self.buffer, self.offset)?;
        Ok(self.taken())
    }

    /// Makes room for the next piece and says how long it is.
    fn next_piece(&mut self) -> usize {
        let length = self.left.min(self.reader.piece()) as usize;
        self.buffer.resize(length, 0);
        length
    }

    fn taken(&mut self) -> Bytes {
        let piece = self.buffer.split().freeze();
        self.offset += piece.len() as u64;
        self.left -= piece.len() as u64;
        piece
    }
}

impl Readers {
    fn enter(&self) -> Reader {
        self.0.fetch_add(1, Ordering::Relaxed);
        Reader(self.clone())
    }
}

impl Reader {
    /// This reader's share of the memory.
    fn piece(&self) -> u64 {
        let readers = self.0.0.load(Ordering::Relaxed).max(1);
        (MEMORY / readers).clamp(SMALLEST_PIECE, LARGEST_PIECE)
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::Relaxed);
    }
}
