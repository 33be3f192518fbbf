//! Accepts connections, speaks HTTP/1.1 and HTTP/2 on them, plain or over TLS at the same port, and stops gracefully.

use std::{io, time::Duration};

use axum::Router;
use hyper::{body::Incoming, server::conn::http1};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{
        conn::auto,
        graceful::{GracefulShutdown, Watcher},
    },
    service::TowerToHyperService,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    signal::unix::{Signal, SignalKind, signal},
    time::{sleep, timeout},
};
use tokio_io_timeout::TimeoutStream;
use tower::ServiceExt;
use wharf_blob::Outlet;
use wharf_model::Peer;
use wharf_registry::Scheme;

use super::{Tls, TrustedProxies, sending_files::SendingFiles, stalled_answers::Answers};
use crate::settings::Timeouts;

/// The first byte of a TLS handshake (RFC 8446, section 5.1); no HTTP request begins with it.
const HANDSHAKE: u8 = 22;
/// How HTTP/2 begins (RFC 9113, section 3.4); no method of HTTP/1 that is served here does.
const PREFACE: &[u8] = b"PRI";
const PEEK_PAUSE: Duration = Duration::from_millis(20);
/// Requests at once on an HTTP/2 connection.
const MAX_STREAMS: u32 = 128;
/// Bytes of an HTTP/2 answer that wait in memory.
const SEND_BUFFER: usize = 64 << 10;
/// Bytes of a request's head: a query of the cloud API may have 32 KiB (`wharf-cloudapi/src/request.rs`).
const HEAD: u32 = 40 << 10;
/// Bytes of a connection's buffers, which must hold a head. They begin with 8 KiB and grow where a client sends more,
/// or takes an answer more slowly than it is read.
const BUFFER: usize = HEAD as usize;
/// Bytes read at a time by a connection that sends files by itself, so that nothing of them waits in memory. It begins with
/// few and gets there while a client sends much.
const LARGE_BUFFER: usize = 64 << 10;
/// The pause after an accept that failed, as when there are no file descriptors left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Serves until a signal says stop; then takes no more connections and waits for running requests.
pub(crate) async fn serve(
    listener: TcpListener,
    service: Router,
    tls: Tls,
    proxies: TrustedProxies,
    timeouts: &Timeouts,
) {
    let graceful = GracefulShutdown::new();
    let mut stop = std::pin::pin!(stop_signal());
    let server = Server {
        http1: http1(timeouts.header),
        http2: http2(timeouts.header),
        service,
        tls,
        proxies,
        header_timeout: timeouts.header,
        write_timeout: timeouts.write,
    };
    loop {
        tokio::select! {
            () = &mut stop => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => {
                    let (server, watcher) = (server.clone(), graceful.watcher());
                    tokio::spawn(async move {
                        if let Err(error) = server.connection(stream, Peer(peer), watcher).await {
                            tracing::debug!(%peer, error, "a connection ended early");
                        }
                    });
                }
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }
    drop(listener);
    tracing::info!(limit = ?timeouts.shutdown, "stopping: running requests may finish");
    tokio::select! {
        () = graceful.shutdown() => {}
        () = sleep(timeouts.shutdown) => tracing::warn!("some requests did not finish in time"),
        () = stop_signal() => tracing::warn!("told to stop at once"),
    }
}

#[derive(Clone)]
struct Server {
    http1: http1::Builder,
    http2: auto::Builder<TokioExecutor>,
    service: Router,
    tls: Tls,
    proxies: TrustedProxies,
    header_timeout: Duration,
    write_timeout: Duration,
}

/// What the other end speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Protocol {
    Tls,
    Http1,
    Http2,
}

impl Server {
    async fn connection(self, stream: TcpStream, peer: Peer, watcher: Watcher) -> Result<(), String> {
        stream.set_nodelay(true).map_err(text)?;
        let protocol = timeout(self.header_timeout, protocol(&stream)).await.map_err(text)?.map_err(text)?;
        match &self.tls.acceptor {
            Some(acceptor) if protocol == Protocol::Tls => {
                let stream = timeout(self.header_timeout, acceptor.accept(stream)).await;
                let stream = stream.map_err(text)?.map_err(text)?;
                let http2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
                let protocol = if http2 { Protocol::Http2 } else { Protocol::Http1 };
                self.http(stream, protocol, peer, Scheme::Https, None, watcher).await
            }
            _ if self.tls.plain && protocol == Protocol::Http1 => {
                let stream = SendingFiles::new(stream);
                let outlet = Some(stream.outlet());
                self.http(stream, protocol, peer, Scheme::Http, outlet, watcher).await
            }
            _ if self.tls.plain => self.http(stream, protocol, peer, Scheme::Http, None, watcher).await,
            _ => refuse_plain(stream).await.map_err(text),
        }
    }

    async fn http<S>(
        self,
        stream: S,
        protocol: Protocol,
        peer: Peer,
        scheme: Scheme,
        outlet: Option<Outlet>,
        watcher: Watcher,
    ) -> Result<(), String>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let (proxies, sends_files) = (self.proxies, outlet.is_some());
        let service = self.service.map_request(move |mut request: http::Request<Incoming>| {
            let (peer, scheme) = proxies.client(peer, scheme, request.headers());
            request.extensions_mut().insert(scheme);
            request.extensions_mut().insert(peer);
            if let Some(outlet) = outlet.clone() {
                request.extensions_mut().insert(outlet);
            }
            request.map(axum::body::Body::new)
        });
        // A client that takes nothing of its answer is given up.
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(self.write_timeout));
        if protocol != Protocol::Http2 {
            let stream = TokioIo::new(Box::pin(stream));
            let mut http1 = self.http1;
            if sends_files {
                http1.max_buf_size(LARGE_BUFFER);
            }
            let connection = http1.serve_connection(stream, TowerToHyperService::new(service));
            return watcher.watch(connection).await.map_err(text);
        }
        // Pings are answered well within this time; a client that does not even begin is given up after it.
        stream.set_read_timeout(Some(self.header_timeout * 2));
        let answers = Answers::new(self.write_timeout);
        let watching = answers.clone();
        let service = service.map_response(move |response| watching.watch(response));
        let stream = TokioIo::new(Box::pin(stream));
        let connection = self.http2.serve_connection(stream, TowerToHyperService::new(service));
        tokio::select! {
            ended = watcher.watch(connection.into_owned()) => ended.map_err(text),
            () = answers.stalled() => Err("the client takes nothing of an answer".to_owned()),
        }
    }
}

fn http1(header_timeout: Duration) -> http1::Builder {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(header_timeout);
    http.max_buf_size(BUFFER).max_header_size(HEAD as usize);
    http
}

fn http2(header_timeout: Duration) -> auto::Builder<TokioExecutor> {
    let mut http = auto::Builder::new(TokioExecutor::new()).http2_only();
    http.http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(Some(header_timeout))
        .keep_alive_timeout(header_timeout)
        .max_concurrent_streams(MAX_STREAMS)
        .max_header_list_size(HEAD)
        .max_send_buf_size(SEND_BUFFER);
    http
}

/// What a connection's first bytes say: a TLS handshake, HTTP/2's preface, or else HTTP/1.
async fn protocol(stream: &TcpStream) -> io::Result<Protocol> {
    let mut first = [0; PREFACE.len()];
    loop {
        let length = stream.peek(&mut first).await?;
        match &first[..length] {
            [HANDSHAKE, ..] => return Ok(Protocol::Tls),
            begun if !begun.is_empty() && PREFACE.starts_with(begun) => {
                if length == PREFACE.len() {
                    return Ok(Protocol::Http2);
                }
                // Looking at bytes does not take them, so there is nothing to wait for but time.
                sleep(PEEK_PAUSE).await;
            }
            _ => return Ok(Protocol::Http1),
        }
    }
}

async fn refuse_plain(mut stream: TcpStream) -> io::Result<()> {
    const ANSWER: &str = "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nConnection: close\r\nContent-Length: 30\r\n\r\nThis port speaks HTTPS only.\r\n";
    stream.write_all(ANSWER.as_bytes()).await?;
    stream.shutdown().await
}

/// Ends when the process is told to stop: SIGTERM, or Ctrl-C. Listens from the call on, not from the first poll.
fn stop_signal() -> impl Future<Output = ()> {
    let [terminate, interrupt] = [SignalKind::terminate(), SignalKind::interrupt()].map(signal);
    async move {
        tokio::select! {
            () = received(terminate) => {}
            () = received(interrupt) => {}
        }
    }
}

async fn received(signal: io::Result<Signal>) {
    match signal {
        Ok(mut signal) => drop(signal.recv().await),
        Err(_) => std::future::pending().await,
    }
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}
