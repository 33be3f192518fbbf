//! A lean HTTP/1.1 client: one connection, one request at a time, bodies read and thrown away.

use std::io;

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::{
    chunks::Chunks,
    error::Error,
    head::{self, Body, Head},
    shared::Counter,
    transport::{Endpoint, Transport},
};

const BUFFER: usize = 256 * 1024;
const FIRST_BUFFER: usize = 16 * 1024;
/// Bodies up to here go out in one piece with the head.
const SMALL: usize = 16 * 1024;
const SHOWN: usize = 300;

/// A connection that is opened when it is needed, and again after the server has ended it.
pub struct Connection {
    endpoint: Endpoint,
    transport: Option<Transport>,
    counter: Counter,
    input: Vec<u8>,
    output: Vec<u8>,
}

/// A request: its head as it goes over the wire without its last headers, and its body in two pieces.
pub struct Outgoing<'a> {
    /// `GET /path HTTP/1.1`, without a line end.
    pub line: &'a str,
    /// Whole header lines.
    pub headers: &'a [&'a str],
    /// The body; GET and HEAD have none.
    pub body: Option<[&'a [u8]; 2]>,
    /// The only status that is right; without it any of 200 to 299.
    pub status: Option<u16>,
}

impl Connection {
    /// A connection to this endpoint, which counts what it does.
    pub fn new(endpoint: Endpoint, counter: Counter) -> Self {
        Self { endpoint, transport: None, counter, input: vec![0; FIRST_BUFFER], output: Vec::new() }
    }

    /// Open the connection, unless it is open.
    pub async fn open(&mut self) -> Result<(), Error> {
        if self.transport.is_none() {
            self.transport = Some(self.endpoint.open().await?);
        }
        Ok(())
    }

    /// End the connection, whatever runs on it.
    pub fn close(&mut self) {
        self.transport = None;
    }

    /// Send a request and read the answer to its end.
    pub async fn send(&mut self, request: &Outgoing<'_>) -> Result<Head, Error> {
        self.open().await?;
        let answer = self.exchange(request).await;
        if answer.as_ref().map_or(true, |head| head.closes) {
            self.close();
        }
        answer
    }

    async fn exchange(&mut self, request: &Outgoing<'_>) -> Result<Head, Error> {
        self.write(request).await?;
        let (head, start, end) = self.read_head(request.line.starts_with("HEAD ")).await?;
        self.counter.request();
        let is_right = request.status.map_or((200..300).contains(&head.status), |right| head.status == right);
        if !is_right {
            let body = String::from_utf8_lossy(&self.input[start..end.min(start + SHOWN)]).into_owned();
            self.close();
            return Err(Error::Status { request: request.line.to_owned(), status: head.status, body });
        }
        match head.body {
            Body::Sized(length) => self.skip(length, end - start).await?,
            Body::Chunked => self.skip_chunks(start, end).await?,
            Body::Unknown => return Err(Error::Length { request: request.line.to_owned() }),
        }
        Ok(head)
    }

    async fn write(&mut self, request: &Outgoing<'_>) -> Result<(), Error> {
        let Some(transport) = &mut self.transport else { return Err(ended()) };
        self.output.clear();
        self.output.extend_from_slice(request.line.as_bytes());
        self.output.extend_from_slice(b"\r\n");
        for header in request.headers {
            self.output.extend_from_slice(header.as_bytes());
        }
        let Some(body) = request.body else {
            self.output.extend_from_slice(b"\r\n");
            return Ok(transport.write_all(&self.output).await?);
        };
        let length = body[0].len() + body[1].len();
        self.output.extend_from_slice(format!("Content-Length: {length}\r\n\r\n").as_bytes());
        if length <= SMALL {
            self.output.extend_from_slice(body[0]);
            self.output.extend_from_slice(body[1]);
            transport.write_all(&self.output).await?;
        } else {
            transport.write_all(&self.output).await?;
            transport.write_all(body[0]).await?;
            transport.write_all(body[1]).await?;
        }
        transport.flush().await?;
        self.counter.sent(length);
        Ok(())
    }

    /// The head, and where in the input the beginning of the body lies.
    async fn read_head(&mut self, is_head_request: bool) -> Result<(Head, usize, usize), Error> {
        let Some(transport) = &mut self.transport else { return Err(ended()) };
        let mut end = 0;
        loop {
            let read = transport.read(&mut self.input[end..]).await?;
            if read == 0 {
                return Err(ended());
            }
            end += read;
            if let Some((head, start)) = head::parse(&self.input[..end], is_head_request)? {
                return Ok((head, start, end));
            }
        }
    }

    /// Read over a body of this length, of which so much is here.
    async fn skip(&mut self, length: u64, here: usize) -> Result<(), Error> {
        self.counter.received(here);
        let mut left = length.saturating_sub(here as u64);
        if left > FIRST_BUFFER as u64 && self.input.len() < BUFFER {
            self.input.resize(BUFFER, 0);
        }
        let Some(transport) = &mut self.transport else { return Err(ended()) };
        while left > 0 {
            let read = transport.read(&mut self.input).await?;
            if read == 0 {
                return Err(ended());
            }
            self.counter.received(read);
            left = left.saturating_sub(read as u64);
        }
        Ok(())
    }

    async fn skip_chunks(&mut self, start: usize, end: usize) -> Result<(), Error> {
        let mut chunks = Chunks::default();
        self.counter.received(chunks.take(&self.input[start..end]));
        let Some(transport) = &mut self.transport else { return Err(ended()) };
        while !chunks.is_done() {
            let read = transport.read(&mut self.input).await?;
            if read == 0 {
                return Err(ended());
            }
            self.counter.received(chunks.take(&self.input[..read]));
        }
        Ok(())
    }
}

fn ended() -> Error {
    Error::Connection(io::Error::new(io::ErrorKind::UnexpectedEof, "the server ended it"))
}
