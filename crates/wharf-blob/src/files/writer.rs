use std::{
    fs::File,
    io::{self, IoSlice, Read, Seek, SeekFrom},
    sync::Arc,
};

use bytes::Bytes;
use rustix::io::{pwritev, retry_on_intr};
use wharf_model::{Algorithm, Digest, Hasher};

use super::direct;
use crate::gather::{PIECE, length, split_off};

/// Bytes written in one call, up to the next multiple in the file. Measured: with 8 KiB, 256 MiB take a processor twice the
/// time, and with more they take no less. For more the system wants larger stretches of memory, which are harder to get.
const BLOCK: usize = 64 << 10;
/// Slices that the system takes in one call.
const SLICES: usize = 1024;

/// The file of an upload. Large stretches go to the disk directly ([`direct`]), the rest by the system's memory.
#[derive(Debug)]
pub(super) struct Writer {
    file: Arc<File>,
    received: u64,
    /// Whether the file ends where it was acknowledged to. Until something is done with it, it is left as it was found.
    is_cut_back: bool,
    /// Whether the file is set to be written to directly.
    is_direct: bool,
    /// Whether the file system lets it be.
    can_be_direct: bool,
}

impl Writer {
    /// Goes on after `received` bytes of `file`, which has `length`.
    pub(super) fn new(file: File, length: u64, received: u64) -> Self {
        let is_cut_back = length == received;
        Self { file: file.into(), received, is_cut_back, is_direct: false, can_be_direct: true }
    }

    pub(super) fn file(&self) -> Arc<File> {
        self.file.clone()
    }

    /// Bytes that are written.
    pub(super) fn received(&self) -> u64 {
        self.received
    }

    /// Whether nothing lies behind the acknowledged bytes.
    pub(super) fn is_cut_back(&self) -> bool {
        self.is_cut_back
    }

    /// Takes away what a broken request left behind the acknowledged bytes.
    fn cut_back(&mut self) -> io::Result<()> {
        if !self.is_cut_back {
            self.file.set_len(self.received)?;
            self.is_cut_back = true;
        }
        Ok(())
    }

    pub(super) fn take_in(&mut self, mut pieces: Vec<Bytes>) -> io::Result<()> {
        self.cut_back()?;
        let (before, pages) = direct::split(self.received, length(&pieces));
        if pages >= direct::LEAST {
            let mut whole = split_off(&mut pieces, before);
            let after = split_off(&mut whole, pages);
            self.write(&pieces)?;
            if self.set_direct(true)? {
                direct::write(&self.file, &whole, self.received)?;
                self.received += pages as u64;
            } else {
                self.write(&whole)?;
            }
            pieces = after;
        }
        self.write(&pieces)
    }

    /// Takes the last pieces in and makes all durable.
    pub(super) fn sync(&mut self, pieces: Vec<Bytes>) -> io::Result<()> {
        self.take_in(pieces)?;
        self.file.sync_data()
    }

    /// Whether the file is now written to as wished: not every file system lets it be done directly.
    fn set_direct(&mut self, wished: bool) -> io::Result<bool> {
        if self.is_direct != wished && self.can_be_direct {
            self.can_be_direct = direct::set(&self.file, wished)?;
            self.is_direct = wished && self.can_be_direct;
        }
        Ok(self.is_direct == wished)
    }

    fn write(&mut self, pieces: &[Bytes]) -> io::Result<()> {
        if length(pieces) == 0 {
            return Ok(());
        }
        self.set_direct(false)?;
        let mut block = Vec::new();
        for piece in pieces {
            let mut rest = &piece[..];
            while !rest.is_empty() {
                let room = BLOCK - (self.received % BLOCK as u64) as usize;
                let (slice, after) = rest.split_at(rest.len().min(room));
                self.received += slice.len() as u64;
                block.push(IoSlice::new(slice));
                if slice.len() == room || block.len() == SLICES {
                    self.write_block(&mut block)?;
                }
                rest = after;
            }
        }
        self.write_block(&mut block)
    }

    /// Writes the last of the bytes taken in.
    fn write_block(&self, block: &mut Vec<IoSlice<'_>>) -> io::Result<()> {
        let mut slices = &mut block[..];
        let mut offset = self.received - slices.iter().map(|slice| slice.len() as u64).sum::<u64>();
        while !slices.is_empty() {
            match retry_on_intr(|| pwritev(&*self.file, slices, offset))? {
                0 => return Err(io::ErrorKind::WriteZero.into()),
                written => {
                    offset += written as u64;
                    IoSlice::advance_slices(&mut slices, written);
                }
            }
        }
        block.clear();
        Ok(())
    }

    /// The digest of the bytes written, by reading them again.
    pub(super) fn digest(&mut self, algorithm: Algorithm) -> io::Result<Digest> {
        self.set_direct(false)?;
        let mut hasher = Hasher::new(algorithm);
        let mut buffer = vec![0; PIECE];
        let mut file = &*self.file;
        file.seek(SeekFrom::Start(0))?;
        loop {
            match file.read(&mut buffer)? {
                0 => return Ok(hasher.finish()),
                length => hasher.update(&buffer[..length]),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, io::Write};

    use bytes::Bytes;
    use wharf_model::{Algorithm, Digest, Hasher};

    use super::{BLOCK, SLICES, Writer, direct::LEAST};
    use crate::gather::PIECE;

    #[test]
    fn pieces_of_every_size_come_one_after_the_other() {
        let content: Bytes =
            (0..8_000_000_u32).map(|index| (index.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        for can_be_direct in [true, false] {
            check(&content, can_be_direct);
        }
    }

    fn check(content: &Bytes, can_be_direct: bool) {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        // What a broken request left is longer than what was acknowledged.
        let kept = 1003;
        file.write_all(&content[..kept]).unwrap();
        file.write_all(&[0; 500_000]).unwrap();
        let mut writer = Writer::new(file.reopen().unwrap(), kept as u64 + 500_000, kept as u64);
        writer.can_be_direct = can_be_direct;
        let mut rest = content.slice(kept..);
        for sizes in [
            vec![1; 2 * SLICES + 1],
            vec![0, 5, 0],
            vec![BLOCK, 2 * BLOCK, BLOCK - 1],
            vec![7, LEAST - 1, PIECE, 3, PIECE, PIECE + 9],
            vec![PIECE / 2; 3],
            vec![LEAST],
        ] {
            let pieces: Vec<_> = sizes.into_iter().map(|size| rest.split_to(size)).collect();
            writer.take_in(pieces).unwrap();
            assert_eq!(writer.received() as usize, content.len() - rest.len());
        }
        writer.take_in(vec![rest]).unwrap();
        assert!(fs::read(file.path()).unwrap() == *content);
        for algorithm in [Algorithm::Sha256, Algorithm::Sha512] {
            let mut hasher = Hasher::new(algorithm);
            hasher.update(content);
            let digest: Digest = hasher.finish();
            assert_eq!(writer.digest(algorithm).unwrap(), digest);
        }
    }
}
