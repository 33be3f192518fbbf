//! What every content store promises. Run against local files.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{convert::Infallible, fs, io};

use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};
use tempfile::TempDir;
use wharf_blob::{AppendError, BlobStore, Error, Upload};
use wharf_model::{Algorithm, Digest, Hasher, InstanceId};

struct Fixture {
    folder: TempDir,
    store: BlobStore,
    instance: InstanceId,
}

impl Fixture {
    async fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let store = BlobStore::open(&format!("file:{}", folder.path().join("content").display())).unwrap();
        let instance: InstanceId = "tcr-aaaaaaaa".parse().unwrap();
        store.create_bucket(&instance).await.unwrap();
        Self { folder, store, instance }
    }

    async fn begin(&self, id: &str) -> Upload {
        self.store.open_upload(&self.instance, id, 0, Hasher::new(Algorithm::Sha256)).await.unwrap()
    }

    async fn put(&self, content: &[u8]) -> Digest {
        let mut upload = self.begin("put").await;
        append(&mut upload, content).await;
        let digest = Digest::of(content);
        assert_eq!(upload.commit(digest.clone()).await.unwrap(), content.len() as u64);
        digest
    }

    async fn get(&self, digest: &Digest) -> Vec<u8> {
        let blob = self.store.open_blob(&self.instance, digest).await.unwrap();
        let size = blob.size();
        read(blob.read(0, size)).await
    }
}

async fn append(upload: &mut Upload, content: &[u8]) {
    let pieces: Vec<_> =
        content.chunks(70_000).map(|piece| Ok::<_, Infallible>(Bytes::copy_from_slice(piece))).collect();
    upload.append(stream::iter(pieces), u64::MAX).await.unwrap();
}

async fn read(pieces: impl futures_util::Stream<Item = Result<Bytes, Error>>) -> Vec<u8> {
    pieces.map_ok(|piece| piece.to_vec()).try_concat().await.unwrap()
}

fn content(length: usize) -> Vec<u8> {
    (0..length).map(|index| (index * 31 % 251) as u8).collect()
}

#[tokio::test]
async fn content_of_every_length_comes_back_as_it_went() {
    let fixture = Fixture::new().await;
    for length in [0, 1, 65_536, 65_537, 3_000_000] {
        let content = content(length);
        let digest = fixture.put(&content).await;
        assert!(fixture.get(&digest).await == content, "{length} bytes");
    }
}

#[tokio::test]
async fn a_part_is_just_that_part() {
    let fixture = Fixture::new().await;
    let content = content(200_000);
    let digest = fixture.put(&content).await;
    for (offset, length) in [(0, 1), (65_535, 2), (100_000, 100_000), (199_999, 1), (5, 0)] {
        let blob = fixture.store.open_blob(&fixture.instance, &digest).await.unwrap();
        let part = read(blob.read(offset, length)).await;
        assert!(part == content[offset as usize..(offset + length) as usize], "{offset}+{length}");
    }
}

#[tokio::test]
async fn other_bytes_never_stand_under_a_digest() {
    let fixture = Fixture::new().await;
    let mut upload = fixture.begin("wrong").await;
    append(&mut upload, b"these bytes").await;
    let expected = Digest::of(b"other bytes");
    let error = upload.commit(expected.clone()).await.unwrap_err();
    assert!(matches!(error, Error::DigestMismatch { actual, .. } if actual == Digest::of(b"these bytes")));
    let missing = fixture.store.open_blob(&fixture.instance, &expected).await.unwrap_err();
    assert!(matches!(missing, Error::NotFound));
}

#[tokio::test]
async fn an_upload_goes_on_in_another_process_where_it_was_noted() {
    let fixture = Fixture::new().await;
    let content = content(150_000);
    let mut upload = fixture.begin("resumed").await;
    append(&mut upload, &content[..100_000]).await;
    upload.sync().await.unwrap();
    let (received, state) = (upload.received(), upload.hash_state());
    append(&mut upload, b"never acknowledged").await;
    drop(upload);

    let other =
        BlobStore::open(&format!("file:{}", fixture.folder.path().join("content").display())).unwrap();
    let hasher = Hasher::resume(&state).unwrap();
    let mut upload = other.open_upload(&fixture.instance, "resumed", received, hasher).await.unwrap();
    append(&mut upload, &content[100_000..]).await;
    upload.commit(Digest::of(&content)).await.unwrap();
    assert!(fixture.get(&Digest::of(&content)).await == content);
}

#[tokio::test]
async fn opening_an_upload_changes_nothing_until_something_is_done_with_it() {
    let fixture = Fixture::new().await;
    let mut upload = fixture.begin("kept").await;
    append(&mut upload, b"acknowledged").await;
    let (received, state) = (upload.received(), upload.hash_state());
    drop(upload);
    drop(fixture.begin("kept").await);

    let hasher = Hasher::resume(&state).unwrap();
    let upload = fixture.store.open_upload(&fixture.instance, "kept", received, hasher).await.unwrap();
    upload.commit(Digest::of(b"acknowledged")).await.unwrap();
}

#[tokio::test]
async fn sha512_content_is_checked_too() {
    let fixture = Fixture::new().await;
    let content = content(2_500_000);
    let digest = Digest::by(Algorithm::Sha512, &content);
    let mut upload = fixture.begin("long").await;
    append(&mut upload, &content).await;
    upload.commit(digest.clone()).await.unwrap();
    assert!(fixture.get(&digest).await == content);

    let mut upload = fixture.begin("wrong").await;
    append(&mut upload, b"x").await;
    assert!(matches!(upload.commit(digest).await, Err(Error::DigestMismatch { .. })));
}

#[tokio::test]
async fn two_requests_never_write_to_one_upload() {
    let fixture = Fixture::new().await;
    let first = fixture.begin("shared").await;
    let hasher = Hasher::new(Algorithm::Sha256);
    let second = fixture.store.open_upload(&fixture.instance, "shared", 0, hasher.clone()).await;
    assert!(matches!(second, Err(Error::Busy)));
    drop(first);
    fixture.store.open_upload(&fixture.instance, "shared", 0, hasher).await.unwrap();
}

#[tokio::test]
async fn a_body_that_breaks_off_keeps_what_came_before() {
    let fixture = Fixture::new().await;
    let mut upload = fixture.begin("broken").await;
    let body =
        stream::iter([Ok(Bytes::from_static(b"abc")), Err(io::Error::other("gone")), Ok(Bytes::new())]);
    let error = upload.append(body, 100).await.unwrap_err();
    assert!(matches!(error, AppendError::Body(_)));
    assert_eq!(upload.received(), 3);
    append(&mut upload, b"def").await;
    upload.commit(Digest::of(b"abcdef")).await.unwrap();
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused() {
    let fixture = Fixture::new().await;
    let mut upload = fixture.begin("long").await;
    let endless = stream::repeat_with(|| Ok::<_, Infallible>(Bytes::from_static(&[7; 4096])));
    let error = upload.append(endless.boxed(), 2_000_000).await.unwrap_err();
    assert!(matches!(error, AppendError::TooLong { limit: 2_000_000 }));
}

#[tokio::test]
async fn an_upload_whose_bytes_are_lost_is_unknown() {
    let fixture = Fixture::new().await;
    let hasher = Hasher::new(Algorithm::Sha256);
    let absent = fixture.store.open_upload(&fixture.instance, "lost", 10, hasher.clone()).await;
    assert!(matches!(absent, Err(Error::NotFound)));
    let mut upload = fixture.begin("short").await;
    append(&mut upload, b"abc").await;
    drop(upload);
    let short = fixture.store.open_upload(&fixture.instance, "short", 10, hasher).await;
    assert!(matches!(short, Err(Error::NotFound)));
}

#[tokio::test]
async fn instances_do_not_share_content_and_go_whole() {
    let fixture = Fixture::new().await;
    let digest = fixture.put(b"mine").await;
    let other: InstanceId = "tcr-bbbbbbbb".parse().unwrap();
    fixture.store.create_bucket(&other).await.unwrap();
    assert!(matches!(fixture.store.open_blob(&other, &digest).await, Err(Error::NotFound)));

    fixture.store.delete_bucket(&fixture.instance).await.unwrap();
    fixture.store.delete_bucket(&fixture.instance).await.unwrap();
    assert!(matches!(fixture.store.open_blob(&fixture.instance, &digest).await, Err(Error::NotFound)));
    let left: Vec<_> = fs::read_dir(fixture.folder.path().join("content")).unwrap().collect();
    assert_eq!(left.len(), 1);
}

#[tokio::test]
async fn discarding_is_final_and_may_be_repeated() {
    let fixture = Fixture::new().await;
    let mut upload = fixture.begin("discarded").await;
    append(&mut upload, b"abc").await;
    fixture.store.discard_upload(&fixture.instance, "discarded").await.unwrap();
    fixture.store.discard_upload(&fixture.instance, "discarded").await.unwrap();
    assert!(matches!(upload.commit(Digest::of(b"abc")).await, Err(Error::NotFound)));
}

#[test]
fn addresses_of_other_stores_are_refused() {
    for address in ["", "file:", "nowhere:/x", "/a/path"] {
        assert!(matches!(BlobStore::open(address), Err(Error::Address(_))), "{address}");
    }
}
