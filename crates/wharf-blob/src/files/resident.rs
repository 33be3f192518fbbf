//! What the system has in memory of files can be had at once, on whichever thread; for the rest, one that may wait has to
//! be asked.

use std::{
    fs::File,
    io::{self, IoSliceMut},
    os::unix::fs::FileExt,
    path::Path,
};

use rustix::{
    fs::{CWD, Mode, OFlags, ResolveFlags, openat2},
    io::{ReadWriteFlags, preadv2},
};

/// Bytes between two places at which a piece is tried. The system reads files ahead, and forgets them, in such pieces or
/// larger ones.
const STRIDE: u64 = 256 << 10;
/// Bytes brought in at a time.
const SCRATCH: usize = 64 << 10;

/// Opens a file for reading if that needs no disk. [`None`] says nothing of whether it is there.
pub(super) fn open(path: &Path) -> Option<File> {
    let flags = OFlags::RDONLY | OFlags::CLOEXEC;
    openat2(CWD, path, flags, Mode::empty(), ResolveFlags::CACHED).ok().map(File::from)
}

/// Fills `buffer` from `offset` on, or says that this cannot be done at once.
pub(super) fn read(file: &File, buffer: &mut [u8], offset: u64) -> bool {
    let length = buffer.len();
    preadv2(file, &mut [IoSliceMut::new(buffer)], offset, ReadWriteFlags::NOWAIT) == Ok(length)
}

/// Whether `length` bytes from `offset` on are in memory, as far as trying some of them tells.
pub(super) fn is_resident(file: &File, offset: u64, length: u64) -> bool {
    let last = length.saturating_sub(1);
    (0..last).step_by(STRIDE as usize).chain([last]).all(|at| read(file, &mut [0], offset + at))
}

/// Brings `length` bytes from `offset` on into memory. Waits for the disk.
pub(super) fn bring_in(file: &File, mut offset: u64, mut length: u64) -> io::Result<()> {
    let mut scratch = [0; SCRATCH];
    while length > 0 {
        let step = length.min(SCRATCH as u64);
        file.read_exact_at(&mut scratch[..step as usize], offset)?;
        offset += step;
        length -= step;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::{fs::File, io::Write};

    use super::{bring_in, is_resident, open, read};

    #[test]
    fn what_was_just_written_is_resident_as_far_as_it_goes() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(&[7; 1_000_000]).unwrap();
        let file = open(file.path()).or_else(|| File::open(file.path()).ok()).unwrap();
        bring_in(&file, 0, 1_000_000).unwrap();
        let mut buffer = [0; 10];
        // Some file systems always want to be waited for.
        if read(&file, &mut buffer, 999_990) {
            assert_eq!(buffer, [7; 10]);
            assert!(is_resident(&file, 0, 1_000_000));
        }
        assert!(!read(&file, &mut buffer, 999_991));
        assert!(!is_resident(&file, 0, 1_000_001));
        assert!(bring_in(&file, 0, 1_000_001).is_err());
    }

    #[test]
    fn what_is_not_there_is_not_opened() {
        assert!(open(&std::env::temp_dir().join("there is no such file")).is_none());
    }
}
