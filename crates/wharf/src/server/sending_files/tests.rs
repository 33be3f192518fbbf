use std::{convert::Infallible, io::Write, net::SocketAddr, sync::Arc, time::Duration};

use axum::body::{Body, Bytes};
use hyper::{
    Request, Response, body::Incoming, header::CONTENT_LENGTH, server::conn::http1, service::service_fn,
};
use hyper_util::rt::TokioIo;
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use tokio_io_timeout::TimeoutStream;
use wharf_blob::{BlobStore, Options, Outlet};
use wharf_model::{Algorithm, Digest, Hasher, InstanceId};

use super::{SendingFiles, copy};

/// A store and the content of its only blob.
#[derive(Clone)]
struct Fixture {
    folder: Arc<TempDir>,
    store: BlobStore,
    instance: InstanceId,
    digest: Digest,
    content: Bytes,
}

impl Fixture {
    async fn of(length: usize) -> Self {
        let folder = TempDir::new().unwrap();
        let options = Options { spool: folder.path().join("spool"), credentials: None, redirect: None };
        let store = BlobStore::open(&format!("file:{}", folder.path().display()), &options).unwrap();
        let instance: InstanceId = "tcr-aaaaaaaa".parse().unwrap();
        store.create_bucket(&instance).await.unwrap();
        let content: Bytes =
            (0..length as u64).map(|index| (index.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        let digest = Digest::of(&content);
        let hasher = Hasher::new(Algorithm::Sha256);
        let mut upload = store.open_upload(&instance, "upload", 0, hasher, Vec::new()).await.unwrap();
        let body = tokio_stream::iter([Ok::<_, Infallible>(content.clone())]);
        upload.append(body, u64::MAX).await.unwrap();
        upload.commit(digest.clone()).await.unwrap();
        Self { folder: folder.into(), store, instance, digest, content }
    }

    /// The blob's bytes from `start` on, as a body for the connection of `outlet`.
    async fn body(&self, start: usize, outlet: Outlet) -> Body {
        let size = self.content.len();
        let blob = self.store.open_blob(&self.instance, &self.digest, None, size as u64).await.unwrap();
        Body::from_stream(blob.read(start as u64, (size - start) as u64, Some(outlet)).await.unwrap())
    }

    /// Serves the blob; a path is where in it the answer begins, `/chunked` says nothing of its length.
    async fn serve(&self) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let fixture = self.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (stream, fixture) = (SendingFiles::new(stream), fixture.clone());
                let outlet = stream.outlet();
                let service = service_fn(move |request: Request<Incoming>| {
                    let (fixture, outlet) = (fixture.clone(), outlet.clone());
                    async move { Ok::<_, Infallible>(fixture.answer(request.uri().path(), outlet).await) }
                });
                let mut stream = TimeoutStream::new(stream);
                stream.set_write_timeout(Some(Duration::from_secs(1)));
                let mut http = http1::Builder::new();
                http.max_buf_size(64 << 10);
                tokio::spawn(async move {
                    let _ = http.serve_connection(TokioIo::new(Box::pin(stream)), service).await;
                });
            }
        });
        address
    }

    async fn answer(&self, path: &str, outlet: Outlet) -> Response<Body> {
        match path[1..].parse::<usize>() {
            Ok(start) => {
                let mut response = Response::new(self.body(start, outlet).await);
                response.headers_mut().insert(CONTENT_LENGTH, (self.content.len() - start).into());
                response
            }
            Err(_) => Response::new(self.body(0, outlet).await),
        }
    }
}

async fn get(address: SocketAddr, paths: &[&str]) -> TcpStream {
    let mut client = TcpStream::connect(address).await.unwrap();
    for path in paths {
        client.write_all(format!("GET {path} HTTP/1.1\r\nHost: a\r\n\r\n").as_bytes()).await.unwrap();
    }
    client
}

/// Reads a head, and then as many bytes.
async fn answer(client: &mut TcpStream, length: usize) -> Vec<u8> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(client.read_u8().await.unwrap());
    }
    assert!(head.starts_with(b"HTTP/1.1 200 OK\r\n"), "{}", String::from_utf8_lossy(&head));
    let mut body = vec![0; length];
    client.read_exact(&mut body).await.unwrap();
    body
}

#[tokio::test]
async fn answers_follow_one_another_on_one_connection() {
    let fixture = Fixture::of(5_000_017).await;
    let address = fixture.serve().await;
    let size = fixture.content.len();
    // The last three are sent as pieces of one, of few and of no bytes of a file.
    let starts = [0, 1, 2_000_000, 0, size - 100_000, size - 10, size];
    let paths: Vec<_> = starts.iter().map(|start| format!("/{start}")).collect();
    let paths: Vec<_> = paths.iter().map(String::as_str).collect();
    let mut client = get(address, &paths).await;
    for start in starts {
        assert!(answer(&mut client, size - start).await == fixture.content[start..], "from {start}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_connections_at_once() {
    let fixture = Fixture::of(3_000_000).await;
    let address = fixture.serve().await;
    let clients: Vec<_> = (0..50_usize)
        .map(|number| {
            let fixture = fixture.clone();
            tokio::spawn(async move {
                let start = number * 1000;
                let path = format!("/{start}");
                let mut client = get(address, &[&path, &path]).await;
                for _ in 0..2 {
                    let body = answer(&mut client, fixture.content.len() - start).await;
                    assert!(body == fixture.content[start..], "from {start}");
                }
            })
        })
        .collect();
    for client in clients {
        client.await.unwrap();
    }
}

#[tokio::test]
async fn an_answer_of_no_known_length() {
    let fixture = Fixture::of(2_500_000).await;
    let mut client = get(fixture.serve().await, &["/chunked"]).await;
    assert_eq!(answer(&mut client, 8).await, b"100000\r\n");
    let mut first = vec![0; 1 << 20];
    client.read_exact(&mut first).await.unwrap();
    assert!(first == fixture.content[..1 << 20]);
}

#[tokio::test]
async fn a_client_that_stops_is_given_up_and_one_that_pauses_is_not() {
    let fixture = Fixture::of(40_000_000).await;
    let address = fixture.serve().await;
    let (mut pausing, mut stopping) = (get(address, &["/0"]).await, get(address, &["/0"]).await);
    let begun = answer(&mut pausing, 1000).await;
    answer(&mut stopping, 1000).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    let mut rest = vec![0; fixture.content.len() - begun.len()];
    pausing.read_exact(&mut rest).await.unwrap();
    assert!([begun, rest].concat() == fixture.content);
    tokio::time::sleep(Duration::from_millis(2000)).await;
    let mut left = Vec::new();
    let _ = stopping.read_to_end(&mut left).await;
    assert!(left.len() < fixture.content.len() - 1000);
    assert!(fixture.content[1000..].starts_with(&left));
}

#[tokio::test]
async fn a_blob_cut_short_ends_the_connection() {
    let fixture = Fixture::of(3_000_000).await;
    let hex = fixture.digest.hex();
    let blobs = fixture.folder.path().join("tcr-aaaaaaaa/blobs/sha256");
    let outlet_of = SendingFiles::new(TcpStream::connect(fixture.serve().await).await.unwrap()).outlet();
    let body = fixture.body(0, outlet_of).await;
    let file = std::fs::File::options().write(true).open(blobs.join(&hex[..2]).join(hex)).unwrap();
    file.set_len(1_500_000).unwrap();
    let pieces: Vec<_> = tokio_stream::StreamExt::collect(body.into_data_stream()).await;
    assert_eq!(pieces.iter().map(Result::is_ok).collect::<Vec<_>>(), [true, false]);
}

/// Whoever stands between must pass placeholders on as they are. Else nothing goes out.
#[tokio::test]
async fn copied_placeholders_are_refused() {
    let fixture = Fixture::of(200_000).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
    let mut connection = SendingFiles::new(listener.accept().await.unwrap().0);
    assert!(connection.is_write_vectored());
    let body = fixture.body(0, connection.outlet()).await;
    let piece = tokio_stream::StreamExt::next(&mut body.into_data_stream()).await.unwrap().unwrap();
    let copied = piece.to_vec();
    assert!(connection.write_all(&copied).await.is_err());
    assert!(connection.write_all(&[b"head", &piece[..]].concat()).await.is_err());
    assert!(connection.write_all(&piece[1..]).await.is_err());
    // As it was given it goes out, and then other bytes do.
    let written = tokio::spawn(async move {
        connection.write_all(&piece).await.unwrap();
        connection.write_all(b"others").await.unwrap();
    });
    let mut all = Vec::new();
    client.read_to_end(&mut all).await.unwrap();
    written.await.unwrap();
    assert!(all == [&fixture.content[..], b"others"].concat());
}

#[tokio::test]
async fn a_file_that_cannot_be_sent_is_copied() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
    let (stream, _) = listener.accept().await.unwrap();
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(b"0123456789").unwrap();
    assert_eq!(copy(&stream, &file, 2, 5).unwrap(), 5);
    let mut copied = [0; 5];
    client.read_exact(&mut copied).await.unwrap();
    assert_eq!(&copied, b"23456");
    assert!(copy(&stream, &file, 8, 5).is_err());
}
