//! Several processes on the same stores are one registry.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod fixture;

use std::{convert::Infallible, time::Duration};

use bytes::Bytes;
use fixture::{Fixture, Running, body, pull_blob};
use futures_util::{StreamExt, stream};
use tempfile::TempDir;
use tokio::sync::oneshot;
use wharf_core::{Core, Error, EventKind, Finished, JobKind, Lane, Target, UploadStatus};
use wharf_model::{Actions, Algorithm, Digest};

/// An upload session of `acme`.
struct Session<'a> {
    acme: &'a Running,
    target: Target,
    id: String,
}

impl<'a> Session<'a> {
    async fn begin(core: &Core, acme: &'a Running) -> Self {
        let target = acme.target("team/app");
        let begun = core.begin_upload(acme.caller.clone(), target.clone(), Algorithm::Sha256).await;
        Self { acme, target, id: begun.unwrap().id }
    }

    async fn append(&self, core: &Core, start: u64, content: &[u8]) -> Result<UploadStatus, Error> {
        let (caller, target) = (self.acme.caller.clone(), self.target.clone());
        core.append_upload(caller, target, self.id.clone(), Some(start), body(content)).await
    }

    async fn finish(&self, core: &Core, content: &[u8], whole: &[u8]) -> Result<Finished, Error> {
        let (caller, target, digest) = (self.acme.caller.clone(), self.target.clone(), Digest::of(whole));
        core.finish_upload(caller, target, self.id.clone(), None, body(content), digest).await
    }

    async fn received(&self, core: &Core) -> Result<u64, Error> {
        let (caller, target) = (self.acme.caller.clone(), self.target.clone());
        core.upload_status(caller, target, self.id.clone()).await.map(|status| status.received)
    }
}

#[tokio::test]
async fn an_upload_goes_on_wherever_its_next_chunk_comes() {
    let fixture = Fixture::new().await;
    let (other, acme) = (fixture.another().await, fixture.instance("acme").await);
    let session = Session::begin(&fixture.core, &acme).await;
    assert_eq!(session.append(&other, 0, b"abc").await.unwrap().received, 3);
    assert_eq!(session.append(&fixture.core, 3, b"def").await.unwrap().received, 6);
    assert_eq!(session.received(&other).await.unwrap(), 6);
    session.finish(&other, b"ghi", b"abcdefghi").await.unwrap();
    let pulled = fixture.pull_blob(&acme.caller, &session.target, &Digest::of(b"abcdefghi")).await;
    assert_eq!(pulled.unwrap(), b"abcdefghi");
    assert!(matches!(session.received(&fixture.core).await, Err(Error::UploadNotFound(_))));
}

/// A request that found the session before another moved it on changes nothing that was acknowledged.
#[tokio::test]
async fn a_late_request_takes_nothing_away() {
    let fixture = Fixture::new().await;
    let (other, acme) = (fixture.another().await, fixture.instance("acme").await);
    let session = Session::begin(&fixture.core, &acme).await;
    session.append(&fixture.core, 0, b"abc").await.unwrap();
    let (go, gone) = oneshot::channel();
    let slow = stream::once(async {
        gone.await.unwrap();
        Ok::<_, Infallible>(Bytes::from_static(b"XYZ"))
    });
    let (caller, target, id) = (acme.caller.clone(), session.target.clone(), session.id.clone());
    let late = tokio::spawn(async move { other.append_upload(caller, target, id, None, slow.boxed()).await });
    tokio::time::sleep(Duration::from_millis(100)).await;
    // In files the late one holds the session; in an object store both write, and the first to finish wins.
    let early = session.append(&fixture.core, 3, b"def").await;
    go.send(()).unwrap();
    let late = late.await.unwrap();
    let expected: &[u8] = match (&early, &late) {
        (Ok(_), Err(Error::UploadBusy(_))) => b"abcdef",
        (Err(Error::UploadBusy(_)), Ok(_)) => b"abcXYZ",
        other => panic!("{other:?}"),
    };
    assert_eq!(session.received(&fixture.core).await.unwrap(), 6);
    session.finish(&fixture.core, b"", expected).await.unwrap();
    let pulled = fixture.pull_blob(&acme.caller, &session.target, &Digest::of(expected)).await;
    assert_eq!(pulled.unwrap(), expected);
}

/// Of requests that end a session at once, one decides; whoever was told that the blob is there finds it.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_session_ends_once() {
    let fixture = Fixture::new().await;
    let (other, acme) = (fixture.another().await, fixture.instance("acme").await);
    for round in 0..15u8 {
        let content = vec![round; 1000];
        let session = Session::begin(&fixture.core, &acme).await;
        session.append(&fixture.core, 0, &content).await.unwrap();
        let (rest, whole) =
            if round % 3 == 0 { (vec![], content.clone()) } else { (vec![7], [&content[..], &[7]].concat()) };
        let cancel = other.cancel_upload(acme.caller.clone(), session.target.clone(), session.id.clone());
        let (one, two, cancelled) = tokio::join!(
            session.finish(&fixture.core, &rest, &whole),
            session.finish(&other, &rest, &whole),
            async { if round % 2 == 0 { cancel.await.is_ok() } else { false } },
        );
        discard_all(&other).await;
        let ended = [one.is_ok(), two.is_ok(), cancelled];
        assert_eq!(ended.iter().filter(|ended| **ended).count(), 1, "{one:?} {two:?} {cancelled}");
        let pulled = fixture.pull_blob(&acme.caller, &session.target, &Digest::of(&whole)).await;
        match pulled {
            Ok(pulled) => assert!(pulled == whole && !cancelled),
            Err(Error::BlobNotFound { .. }) => assert!(cancelled),
            Err(error) => panic!("{error}"),
        }
    }
}

/// What the worker does with sessions that were given up.
async fn discard_all(core: &Core) {
    let jobs_of = |event| match event {
        EventKind::UploadGivenUp => vec![JobKind::DiscardUpload],
        _ => Vec::new(),
    };
    core.dispatch_events(100, jobs_of).await.unwrap();
    while let Some(job) = core.lease_job(Lane::Short).await.unwrap() {
        core.discard_upload(&job.subject).await.unwrap();
        core.finish_job(job).await.unwrap();
    }
}

#[tokio::test]
async fn the_same_content_pushed_twice_is_kept_once_and_stays() {
    let fixture = Fixture::new().await;
    let (other, acme) = (fixture.another().await, fixture.instance("acme").await);
    let (one, two) = (Session::begin(&fixture.core, &acme).await, Session::begin(&other, &acme).await);
    one.append(&fixture.core, 0, b"twice").await.unwrap();
    two.append(&other, 0, b"twi").await.unwrap();
    one.finish(&fixture.core, b"", b"twice").await.unwrap();
    two.finish(&other, b"ce", b"twice").await.unwrap();
    let pulled = fixture.pull_blob(&acme.caller, &one.target, &Digest::of(b"twice")).await;
    assert_eq!(pulled.unwrap(), b"twice");
}

#[tokio::test]
async fn wrong_passwords_count_wherever_they_are_tried() {
    let fixture = Fixture::new().await;
    let other = fixture.another().await;
    let cores = [&fixture.core, &other];
    let here = Some([192, 0, 2, 1].into());
    for attempt in 0..5 {
        let outcome = cores[attempt % 2].log_in(Some("one"), "wrong", here).await;
        assert!(matches!(outcome, Err(Error::WrongCredentials)), "{outcome:?}");
    }
    for core in cores {
        let outcome = core.log_in(Some("one"), "wrong", here).await;
        assert!(matches!(outcome, Err(Error::TooManyAttempts { .. })), "{outcome:?}");
        let outcome = core.log_in(Some("two"), "wrong", here).await;
        assert!(matches!(outcome, Err(Error::WrongCredentials)), "{outcome:?}");
    }
}

#[tokio::test]
async fn the_right_password_forgets_the_wrong_ones() {
    let fixture = Fixture::new().await;
    let (other, acme) = (fixture.another().await, fixture.instance("acme").await);
    let kind = wharf_core::TokenKind::Temporary;
    let token =
        fixture.core.create_instance_token(acme.operator.clone(), acme.id.clone(), kind).await.unwrap();
    let user = token.username.to_string();
    for _ in 0..3 {
        for _ in 0..4 {
            assert!(fixture.core.log_in(Some(&user), "wrong", None).await.is_err());
        }
        other.log_in(Some(&user), &token.token, None).await.unwrap();
    }
}

#[tokio::test]
async fn a_key_that_another_process_made_is_learnt_from_the_first_token() {
    let fixture = Fixture::new().await;
    let (other, acme) = (fixture.another().await, fixture.instance("acme").await);
    other.rotate_signing_key().await.unwrap();
    let scopes = vec![wharf_core::Scope { target: acme.target("team/app"), actions: Actions::PULL }];
    let (bearer, ..) = other.issue_bearer("test", acme.caller.identity.clone(), scopes, None).await.unwrap();
    assert_eq!(fixture.core.verify_bearer(&bearer).await.unwrap().identity, acme.caller.identity);
}

#[tokio::test]
async fn a_lease_is_one_processs_until_it_ends() {
    let fixture = Fixture::new().await;
    let other = fixture.another().await;
    assert!(fixture.core.holds_lease("x").await.unwrap());
    assert!(fixture.core.holds_lease("x").await.unwrap());
    assert!(!other.holds_lease("x").await.unwrap());
    fixture.core.release_leases().await.unwrap();
    assert!(other.holds_lease("x").await.unwrap());
}

#[tokio::test]
async fn content_moves_while_it_is_read_and_pushed() {
    let fixture = Fixture::new().await;
    let acme = fixture.instance("acme").await;
    let mut blobs = Vec::new();
    for number in 0..60u8 {
        let content = vec![number; 2000];
        fixture.push_blob(&acme.caller, &acme.target("team/app"), &content).await.unwrap();
        blobs.push(content);
    }
    assert!(matches!(fixture.core.move_storage(|_| ()).await, Err(Error::NothingToMove)));
    let folder = TempDir::new().unwrap();
    let moving = fixture.moving_to(folder.path()).await;
    moving.deploy_instance(acme.id.clone()).await.unwrap();
    let pull = async |content: &[u8]| {
        pull_blob(&moving, &acme.caller, &acme.target("team/app"), &Digest::of(content)).await.unwrap()
    };
    assert_eq!(pull(&blobs[0]).await, blobs[0]);
    let (mut seen, mut most) = (0, 0);
    let moved = moving.move_storage(|progress| {
        seen += 1;
        most = most.max(progress.seen);
    });
    let moved = moved.await.unwrap();
    assert_eq!((moved.missing_count, moved.moved, moved.moved_bytes, moved.blobs), (0, 60, 120_000, 60));
    assert_eq!(most, 60);
    assert!(seen >= 60);
    // Nothing is left to read where it was.
    fixture.wipe(&acme).await;
    for content in &blobs {
        assert_eq!(pull(content).await, *content);
    }
}
