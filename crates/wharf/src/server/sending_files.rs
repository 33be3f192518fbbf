//! A connection that sends pieces of files by itself: from the system's memory to the socket, through none of ours.

use std::{
    fs::File,
    io::{self, IoSlice},
    os::unix::fs::FileExt,
    pin::Pin,
    task::{Context, Poll, ready},
};

use rustix::{
    fs::sendfile,
    io::{Errno, retry_on_intr},
    net::{SendFlags, send},
};
use tokio::{
    io::{AsyncRead, AsyncWrite, Interest, ReadBuf},
    net::TcpStream,
};
use wharf_blob::Outlet;

/// Bytes copied at a time from files that the system does not send.
const COPIED: usize = 64 << 10;

/// A socket. What is written to it of an [`Outlet`]'s placeholders goes out as the bytes of files.
#[derive(Debug)]
pub(super) struct SendingFiles {
    stream: TcpStream,
    outlet: Outlet,
}

impl SendingFiles {
    pub(super) fn new(stream: TcpStream) -> Self {
        Self { stream, outlet: Outlet::default() }
    }

    /// Where answers on this connection put pieces of files.
    pub(super) fn outlet(&self) -> Outlet {
        self.outlet.clone()
    }

    /// Does `write` when the socket can take something, again until it does. It says how much it wrote, and of how much: a
    /// socket that took a part is full, and is not tried again before it says that it has room.
    fn poll_io(
        &self,
        context: &mut Context<'_>,
        mut write: impl FnMut() -> io::Result<(usize, usize)>,
    ) -> Poll<io::Result<usize>> {
        loop {
            ready!(self.stream.poll_write_ready(context))?;
            let mut written = 0;
            let outcome = self.stream.try_io(Interest::WRITABLE, || {
                let length;
                (written, length) = write()?;
                if written < length { Err(io::ErrorKind::WouldBlock.into()) } else { Ok(()) }
            });
            match outcome {
                Err(error) if error.kind() != io::ErrorKind::WouldBlock => return Poll::Ready(Err(error)),
                Err(_) if written == 0 => {}
                _ => return Poll::Ready(Ok(written)),
            }
        }
    }

    fn send_piece(&self, placeholder: &[u8]) -> io::Result<(usize, usize)> {
        let mut tried = placeholder.len();
        let sent = self.outlet.send(placeholder, |file, mut offset, length| {
            match retry_on_intr(|| sendfile(&self.stream, file, Some(&mut offset), length)) {
                Err(Errno::INVAL | Errno::NOSYS) => {
                    tried = length.min(COPIED);
                    copy(&self.stream, file, offset, tried)
                }
                sent => Ok(sent?),
            }
        });
        Ok((sent?, tried))
    }
}

/// What `sendfile` does, for files of file systems that cannot do it.
fn copy(stream: &TcpStream, file: &File, offset: u64, length: usize) -> io::Result<usize> {
    let mut piece = vec![0; length];
    file.read_exact_at(&mut piece, offset)?;
    Ok(retry_on_intr(|| send(stream, &piece, SendFlags::NOSIGNAL))?)
}

impl AsyncRead for SendingFiles {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for SendingFiles {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.poll_write_vectored(context, &[IoSlice::new(bytes)])
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let Some(position) = slices.iter().position(|slice| Outlet::is_placeholder(slice)) else {
            // A piece whose placeholder did not come was copied by somebody, and now zeros stand for a file's bytes.
            self.outlet.check_empty()?;
            return Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        };
        match slices[..position].iter().find(|slice| !slice.is_empty()) {
            // It waits in the socket for the piece that follows, so that both share packets.
            Some(before) => self.poll_io(context, || {
                let flags = SendFlags::NOSIGNAL | SendFlags::MORE;
                Ok((retry_on_intr(|| send(&self.stream, before, flags))?, before.len()))
            }),
            None => self.poll_io(context, || self.send_piece(&slices[position])),
        }
    }

    /// Placeholders would be copied by whoever were told otherwise.
    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests;
