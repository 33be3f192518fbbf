//! Writing to the disk without a copy in the system's memory (`O_DIRECT`). A large blob is hashed from the bytes that came in
//! and then synced: until somebody pulls it, such a copy is a cost, and it drives out what others pull. Measured on two
//! processors: 256 MiB written and synced take a third of the time and a twentieth of the processor's.

use std::{cell::RefCell, fs::File, io, os::unix::fs::FileExt};

use bytes::Bytes;
use rustix::{
    fs::{OFlags, fcntl_setfl},
    io::Errno,
};

/// What offsets, lengths and places in memory are multiples of, as all usual disks want it.
const PAGE: usize = 4 << 10;
/// Bytes written in one call.
const BLOCK: usize = 1 << 20;
/// Fewer bytes are not worth it: they are in memory for whoever pulls them next.
pub(super) const LEAST: usize = 128 << 10;

thread_local! {
    /// Each thread that writes uses its own again: new memory costs more than what is written from it.
    static SPACE: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Of `length` bytes that go to `offset`: how many come before whole pages, and how many are whole pages.
pub(super) fn split(offset: u64, length: usize) -> (usize, usize) {
    let before = (offset.wrapping_neg() % PAGE as u64) as usize;
    (before, length.saturating_sub(before) / PAGE * PAGE)
}

/// Has `file` written to directly or as usual. Says whether the file system can do that.
pub(super) fn set(file: &File, is_direct: bool) -> io::Result<bool> {
    match fcntl_setfl(file, if is_direct { OFlags::DIRECT } else { OFlags::empty() }) {
        Err(Errno::INVAL | Errno::NOTSUP) if is_direct => Ok(false),
        other => Ok(other.map(|()| true)?),
    }
}

/// Writes whole pages at a multiple of a page's size.
pub(super) fn write(file: &File, pieces: &[Bytes], mut offset: u64) -> io::Result<()> {
    SPACE.with_borrow_mut(|space| {
        let block = aligned(space);
        let mut filled = 0;
        for piece in pieces {
            let mut rest = &piece[..];
            while !rest.is_empty() {
                let (now, later) = rest.split_at(rest.len().min(BLOCK - filled));
                block[filled..filled + now.len()].copy_from_slice(now);
                filled += now.len();
                rest = later;
                if filled == BLOCK {
                    write_block(file, block, offset)?;
                    offset += BLOCK as u64;
                    filled = 0;
                }
            }
        }
        write_block(file, &block[..filled], offset)
    })
}

fn aligned(space: &mut Vec<u8>) -> &mut [u8] {
    space.resize(BLOCK + PAGE, 0);
    let start = space.as_ptr().align_offset(PAGE);
    &mut space[start..start + BLOCK]
}

/// A disk may want larger pages: then the block goes the usual way.
fn write_block(file: &File, block: &[u8], offset: u64) -> io::Result<()> {
    match file.write_all_at(block, offset) {
        Err(error) if error.raw_os_error() == Some(Errno::INVAL.raw_os_error()) => {
            set(file, false)?;
            file.write_all_at(block, offset)?;
            set(file, true).map(drop)
        }
        other => other,
    }
}
