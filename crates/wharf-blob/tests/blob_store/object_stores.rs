use std::time::{Duration, Instant};

use tempfile::TempDir;
use wharf_blob::{BlobStore, Credentials, Error, Options};
use wharf_model::{Digest, Hasher};

use crate::fixture::{Fixture, append, content, options};

#[test]
fn addresses_of_other_stores_are_refused() {
    let folder = TempDir::new().unwrap();
    for address in ["", "file:", "nowhere:/x", "/a/path", "s3://", "s3://b?x=y", "cos://b"] {
        assert!(matches!(BlobStore::open(address, &options(&folder)), Err(Error::Address(_))), "{address}");
        assert!(matches!(BlobStore::check_address(address), Err(Error::Address(_))), "{address}");
    }
    for address in ["file:/x", "s3://b", "cos://b/p?endpoint=https://cos.ap-guangzhou.myqcloud.com"] {
        BlobStore::check_address(address).unwrap();
    }
}

#[test]
fn every_provider_is_opened_without_a_request() {
    let folder = TempDir::new().unwrap();
    for address in [
        "s3://b/p?endpoint=http://127.0.0.1:1&region=us-east-1",
        "s3://b",
        "cos://b-125/p?endpoint=https://cos.ap-guangzhou.myqcloud.com",
        "oss://b/p?endpoint=https://oss-cn-hangzhou.aliyuncs.com",
    ] {
        BlobStore::open(address, &options(&folder)).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_answers_passes_every_check() {
    for fixture in Fixture::all().await {
        fixture.store.check().await.unwrap();
        let findings = fixture.store.examine().await;
        assert!(findings.len() >= if fixture.has_objects { 8 } else { 5 }, "{findings:?}");
        for finding in &findings {
            assert_eq!(finding.outcome, Ok(()), "{findings:?} at {}", fixture.address);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signed_address_serves_the_blob() {
    for fixture in Fixture::all().await {
        let content = content(3_000_000);
        let (digest, stored) = fixture.put(&content).await;
        let object = stored.object.as_deref();
        let address = fixture.store.redirect(&fixture.instance, &digest, object).await.unwrap();
        assert_eq!(address.is_some(), fixture.has_objects);
        if let Some(address) = address {
            let answer = reqwest::get(&address).await.unwrap().error_for_status().unwrap();
            assert!(answer.bytes().await.unwrap() == content);
            let part = reqwest::Client::new().get(&address).header("range", "bytes=10-19").send().await;
            assert!(part.unwrap().bytes().await.unwrap() == content[10..20]);
            let without = Options { redirect: None, ..options(&fixture.folder) };
            let store = BlobStore::open(&fixture.address, &without).unwrap();
            assert_eq!(store.redirect(&fixture.instance, &digest, object).await.unwrap(), None);
        }
        fixture.clear().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_and_buckets_that_are_wrong_are_told_without_secrets() {
    for fixture in Fixture::object_stores().await {
        let secret = "s3cr3t-that-nobody-may-see".to_owned();
        let credentials = Credentials { id: "nobody".to_owned(), secret: secret.clone() };
        assert!(!format!("{credentials:?}").contains(&secret));
        let wrong_keys = Options { credentials: Some(credentials), ..options(&fixture.folder) };
        let (start, query) = fixture.address.split_once('?').unwrap();
        let scheme = start.split_once("://").unwrap().0;
        let no_bucket = format!("{scheme}://no-such-bucket-here?{query}");
        for store in [
            BlobStore::open(&fixture.address, &wrong_keys).unwrap(),
            BlobStore::open(&no_bucket, &options(&fixture.folder)).unwrap(),
        ] {
            store.check().await.unwrap_err();
            let findings = store.examine().await;
            assert!(!findings.is_empty());
            for finding in findings {
                let reason = finding.outcome.unwrap_err();
                assert!(!reason.is_empty() && !reason.contains(&secret), "{reason}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_cannot_be_reached_is_not_available() {
    let addresses = [
        "s3://b?endpoint=http://127.0.0.1:1&region=us-east-1",
        "cos://b?endpoint=http://localhost:1",
        "oss://b?endpoint=http://localhost:1",
    ];
    futures_util::future::join_all(addresses.map(check_unavailable)).await;
}

async fn check_unavailable(address: &str) {
    let folder = TempDir::new().unwrap();
    let credentials = Some(Credentials { id: "id".to_owned(), secret: "secret".to_owned() });
    let store = BlobStore::open(address, &Options { credentials, ..options(&folder) }).unwrap();
    let begun = Instant::now();
    assert!(matches!(store.check().await, Err(Error::Unavailable(_))), "{address}");
    assert!(begun.elapsed() < Duration::from_secs(4), "{address}");

    let instance = "tcr-aaaaaaaa".parse().unwrap();
    let digest = Digest::of(b"abc");
    let blob = store.open_blob(&instance, &digest, None, 3).await.unwrap();
    assert!(matches!(blob.read(0, 3, None).await.err(), Some(Error::Unavailable(_))), "{address}");
    let hasher = Hasher::new(digest.algorithm());
    let mut upload = store.open_upload(&instance, "id", 0, hasher, Vec::new()).await.unwrap();
    append(&mut upload, b"abc").await;
    assert!(matches!(upload.commit(digest).await, Err(Error::Unavailable(_))), "{address}");
    assert!(begun.elapsed() < Duration::from_secs(60), "{address}");
}
