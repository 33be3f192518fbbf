//! What a process remembers of what was pulled.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod fixture;

use std::{
    fs,
    path::{Path, PathBuf},
};

use fixture::{Fixture, pull_blob};
use wharf_core::Error;

#[tokio::test]
async fn a_small_blob_comes_from_memory_and_a_large_one_from_the_store() {
    let fixture = Fixture::new().await;
    let acme = fixture.instance("acme").await;
    let target = acme.target("team/app");
    let (small, large) = ([1; 16 << 10], [2; (16 << 10) + 1]);
    let mut digests = Vec::new();
    for content in [&small[..], &large[..]] {
        let digest = fixture.push_blob(&acme.caller, &target, content).await.unwrap();
        assert_eq!(fixture.pull_blob(&acme.caller, &target, &digest).await.unwrap(), content);
        digests.push(digest);
    }
    fixture.wipe(&acme).await;
    assert_eq!(fixture.pull_blob(&acme.caller, &target, &digests[0]).await.unwrap(), small);
    assert!(fixture.pull_blob(&acme.caller, &target, &digests[1]).await.is_err());
    let another = fixture.another().await;
    assert!(pull_blob(&another, &acme.caller, &target, &digests[0]).await.is_err());
}

#[tokio::test]
async fn what_is_in_memory_is_had_only_by_who_may_pull_it() {
    let fixture = Fixture::new().await;
    let (acme, other) = (fixture.instance("acme").await, fixture.instance("other").await);
    let target = acme.target("team/app");
    let digest = fixture.push_blob(&acme.caller, &target, b"small").await.unwrap();
    fixture.pull_blob(&acme.caller, &target, &digest).await.unwrap();
    let pull = async |caller, target| fixture.pull_blob(caller, &target, &digest).await.unwrap_err();
    assert!(matches!(pull(&other.caller, target.clone()).await, Error::Denied { .. }));
    assert!(matches!(pull(&other.caller, other.target("team/app")).await, Error::BlobNotFound { .. }));
    assert!(matches!(pull(&acme.caller, acme.target("team/web")).await, Error::BlobNotFound { .. }));
    fixture.core.delete_blob(acme.caller.clone(), target.clone(), digest.clone()).await.unwrap();
    assert!(matches!(pull(&acme.caller, target).await, Error::BlobNotFound { .. }));
}

/// Where content lies in files, a test can damage it.
#[tokio::test]
async fn damaged_content_is_not_remembered() {
    let fixture = Fixture::new().await;
    let acme = fixture.instance("acme").await;
    let target = acme.target("team/app");
    let digest = fixture.push_blob(&acme.caller, &target, b"whole").await.unwrap();
    let name = digest.as_str().split_once(':').unwrap().1;
    let Some(file) = find(&fixture.folder.path().join("content"), name) else { return };
    fs::write(&file, b"whale").unwrap();
    assert_eq!(fixture.pull_blob(&acme.caller, &target, &digest).await.unwrap(), b"whale");
    fs::write(&file, b"whole").unwrap();
    assert_eq!(fixture.pull_blob(&acme.caller, &target, &digest).await.unwrap(), b"whole");
}

fn find(folder: &Path, name: &str) -> Option<PathBuf> {
    let mut entries = fs::read_dir(folder).ok()?.map(|entry| entry.unwrap().path());
    entries.find_map(|path| match path.is_dir() {
        true => find(&path, name),
        false => (path.file_name()? == name).then_some(path),
    })
}
