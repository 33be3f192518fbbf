//! Requests that come late to an upload session whose blob is made just then.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::convert::Infallible;

use bytes::Bytes;
use futures_util::stream;
use tempfile::TempDir;
use wharf_blob::{BlobStore, Options};
use wharf_model::{Algorithm, Digest, Hasher, InstanceId};

const ROUNDS: u64 = 3000;

/// Without the check that the file is still the upload's, about one round in a thousand cuts the blob.
#[tokio::test(flavor = "multi_thread", worker_threads = 6)]
async fn who_opens_an_upload_late_never_touches_the_blob_that_it_became() {
    let folder = TempDir::new().unwrap();
    let options = Options { spool: folder.path().join("spool"), credentials: None, redirect: None };
    let store = BlobStore::open(&format!("file:{}", folder.path().display()), &options).unwrap();
    let instance: InstanceId = "tcr-aaaaaaaa".parse().unwrap();
    store.create_bucket(&instance).await.unwrap();
    for round in 0..ROUNDS {
        let (id, content) = (round.to_string(), round.to_le_bytes());
        let digest = Digest::of(&content);
        let mut upload =
            store.open_upload(&instance, &id, 0, Hasher::new(Algorithm::Sha256), Vec::new()).await.unwrap();
        let body = stream::iter([Ok::<_, Infallible>(Bytes::copy_from_slice(&content))]);
        upload.append(body, 100).await.unwrap();
        let late: Vec<_> =
            (0..3).map(|_| tokio::spawn(open_again(store.clone(), instance.clone(), id.clone()))).collect();
        upload.commit(digest.clone()).await.unwrap();
        for task in late {
            task.await.unwrap();
        }
        assert_eq!(store.open_blob(&instance, &digest, None, 8).await.unwrap().size(), 8, "round {round}");
    }
}

async fn open_again(store: BlobStore, instance: InstanceId, id: String) {
    for _ in 0..8 {
        // Refused or not, it must not harm.
        drop(store.open_upload(&instance, &id, 0, Hasher::new(Algorithm::Sha256), Vec::new()).await);
    }
}
