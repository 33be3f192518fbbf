//! Pieces of files that a connection sends by itself (`sendfile`), though what stands between knows nothing but bytes.
//!
//! Whoever answers gives *placeholders* in the place of a file's bytes: slices of a region that holds nothing. They go
//! through the HTTP implementation like any other bytes, which counts them and neither reads nor copies them, and come out
//! at the connection. There they are known by their address, and the piece of the file goes out instead.

use std::{
    collections::VecDeque,
    fs::File,
    io,
    sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError},
};

use bytes::{Buf, Bytes};

/// Bytes of the largest piece.
pub(crate) const WINDOW: usize = 1 << 20;
/// Pieces follow one another through as many slots of the region, so that one is not taken for the one before.
const SLOTS: usize = 8;

/// Zeros that are never touched, so that they need no memory.
static REGION: LazyLock<Bytes> = LazyLock::new(|| Bytes::from(vec![0; SLOTS * WINDOW]));

/// What a connection is to send of files. Clones share it: one is with the connection, the others with its answers.
#[derive(Clone, Debug, Default)]
pub struct Outlet(Arc<Mutex<Queue>>);

#[derive(Debug, Default)]
struct Queue {
    windows: VecDeque<Window>,
    slot: usize,
}

/// A piece of a file that waits to be sent.
#[derive(Debug)]
struct Window {
    file: Arc<File>,
    offset: u64,
    /// What is left of what was given out for it.
    placeholder: Bytes,
}

impl Outlet {
    /// A placeholder for `length` bytes of `file` from `offset` on, [`WINDOW`] at most.
    pub(crate) fn put(&self, file: Arc<File>, offset: u64, length: usize) -> Bytes {
        let mut queue = self.lock();
        let start = queue.slot * WINDOW;
        queue.slot = (queue.slot + 1) % SLOTS;
        let placeholder = REGION.slice(start..start + length.min(WINDOW));
        queue.windows.push_back(Window { file, offset, placeholder: placeholder.clone() });
        placeholder
    }

    /// Whether bytes stand for others.
    pub fn is_placeholder(bytes: &[u8]) -> bool {
        let region = REGION.as_ptr_range();
        !bytes.is_empty() && region.contains(&bytes.as_ptr())
    }

    /// Whether nothing waits to be sent.
    ///
    /// # Errors
    /// When something does.
    pub fn check_empty(&self) -> io::Result<()> {
        if self.lock().windows.is_empty() { Ok(()) } else { Err(out_of_turn()) }
    }

    /// Lets `send` take what `placeholder` stands for, which is to be the next in turn: it gets the file, where in it the
    /// piece begins, and how long it is, and answers how much of it went out.
    ///
    /// # Errors
    /// When the placeholder is another than the next: then nothing is sent. Those of `send`.
    pub fn send(
        &self,
        placeholder: &[u8],
        send: impl FnOnce(&File, u64, usize) -> io::Result<usize>,
    ) -> io::Result<usize> {
        let mut queue = self.lock();
        let next = queue.windows.front_mut().filter(|window| window.is(placeholder));
        let window = next.ok_or_else(out_of_turn)?;
        let sent = send(&window.file, window.offset, placeholder.len())?;
        if sent == 0 {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the file is shorter than its blob"));
        }
        window.offset += sent as u64;
        window.placeholder.advance(sent);
        if window.placeholder.is_empty() {
            queue.windows.pop_front();
        }
        Ok(sent)
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn out_of_turn() -> io::Error {
    io::Error::other("a piece of a file is out of its turn")
}

impl Window {
    /// Whether `placeholder` is what is left of this one's, neither more nor less.
    fn is(&self, placeholder: &[u8]) -> bool {
        self.placeholder.as_ptr() == placeholder.as_ptr() && self.placeholder.len() == placeholder.len()
    }
}

#[cfg(test)]
mod tests {
    use std::{fs::File, sync::Arc};

    use super::{Outlet, SLOTS, WINDOW};

    fn file() -> Arc<File> {
        Arc::new(tempfile::tempfile().unwrap())
    }

    #[test]
    fn a_placeholder_is_known_by_where_it_lies() {
        let outlet = Outlet::default();
        for length in [1, 500, WINDOW] {
            for _ in 0..SLOTS + 1 {
                assert!(Outlet::is_placeholder(&outlet.put(file(), 0, length)));
            }
        }
        assert!(!Outlet::is_placeholder(&outlet.put(file(), 0, 10)[..0]));
        assert!(!Outlet::is_placeholder(&[0; 100]));
    }

    #[test]
    fn pieces_go_out_in_turn_and_bit_by_bit() {
        let outlet = Outlet::default();
        let (first, second) = (outlet.put(file(), 1000, 10), outlet.put(file(), 5, 20));
        let mut sent = Vec::new();
        let mut send = |placeholder: &[u8], most: usize| {
            outlet.send(placeholder, |_, offset, length| {
                sent.push((offset, length));
                Ok(length.min(most))
            })
        };
        assert_eq!(send(&first, 4).unwrap(), 4);
        assert_eq!(send(&first[4..], 100).unwrap(), 6);
        assert_eq!(send(&second, 100).unwrap(), 20);
        assert_eq!(sent, [(1000, 10), (1004, 6), (5, 20)]);
    }

    #[test]
    fn what_is_out_of_turn_is_not_sent() {
        let outlet = Outlet::default();
        let (first, second) = (outlet.put(file(), 0, 10), outlet.put(file(), 0, 10));
        let send = |placeholder: &[u8]| outlet.send(placeholder, |_, _, length| Ok(length));
        assert!(send(&second).is_err());
        assert!(send(&first[..9]).is_err());
        assert!(send(&first[1..]).is_err());
        assert_eq!(send(&first).unwrap(), 10);
        assert!(send(&first).is_err());
        assert!(outlet.check_empty().is_err());
        assert_eq!(send(&second).unwrap(), 10);
        assert!(outlet.check_empty().is_ok());
        assert!(Outlet::default().send(&second, |_, _, length| Ok(length)).is_err());
    }

    #[test]
    fn a_file_that_ends_too_early_is_an_error() {
        let outlet = Outlet::default();
        let piece = outlet.put(file(), 0, 10);
        assert!(outlet.send(&piece, |_, _, _| Ok(0)).is_err());
    }
}
