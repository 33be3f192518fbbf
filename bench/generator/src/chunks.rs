//! The end of a body in chunks (RFC 9112, section 7.1).

/// Reads over a body in chunks until its end.
#[derive(Default)]
pub struct Chunks {
    state: State,
}

#[derive(Clone, Copy, Default)]
enum State {
    /// In a chunk's size, so far this; in its extension after a `;`.
    #[default]
    Start,
    Size(u64),
    Extension(u64),
    /// So many bytes of the chunk, and of the line end after it, are to come.
    Data(u64),
    /// In the lines after the last chunk; whether the present one has something in it.
    Trailer(bool),
    Done,
}

impl Chunks {
    /// Read over these bytes; how many of them are the body's.
    pub fn take(&mut self, bytes: &[u8]) -> usize {
        let mut at = 0;
        while at < bytes.len() && !self.is_done() {
            if let State::Data(left) = self.state {
                let here = left.min((bytes.len() - at) as u64);
                at += here as usize;
                self.state = if here == left { State::Start } else { State::Data(left - here) };
                continue;
            }
            self.state = next(self.state, bytes[at]);
            at += 1;
        }
        at
    }

    /// Whether the body has ended.
    pub fn is_done(&self) -> bool {
        matches!(self.state, State::Done)
    }
}

fn next(state: State, byte: u8) -> State {
    match (state, byte) {
        (State::Size(0) | State::Extension(0), b'\n') => State::Trailer(false),
        (State::Size(size) | State::Extension(size), b'\n') => State::Data(size + 2),
        (State::Size(size), b';' | b'\r' | b' ') => State::Extension(size),
        (State::Start, digit) => State::Size(value(digit)),
        (State::Size(size), digit) => State::Size(size * 16 + value(digit)),
        (State::Trailer(false), b'\n') => State::Done,
        (State::Trailer(_), b'\n') => State::Trailer(false),
        (State::Trailer(some), byte) => State::Trailer(some || byte != b'\r'),
        (other, _) => other,
    }
}

fn value(digit: u8) -> u64 {
    char::from(digit).to_digit(16).unwrap_or_default().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_ends_where_it_ends_however_it_is_cut() {
        let bytes = b"a;x=y\r\n0123456789\r\n1\r\nz\r\n0\r\nTrailer: 1\r\n\r\nHTTP/1.1";
        let end = bytes.len() - b"HTTP/1.1".len();
        for cut in 1..=bytes.len() {
            let mut chunks = Chunks::default();
            let taken: usize = bytes.chunks(cut).map(|piece| chunks.take(piece)).sum();
            assert!(chunks.is_done());
            assert_eq!(taken, end, "in pieces of {cut}");
        }
    }
}
