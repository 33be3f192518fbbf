//! Upload sessions and mounts.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod fixture;

use std::time::Duration;

use bytes::Bytes;
use fixture::{Fixture, body};
use futures_util::stream;
use wharf_core::{Begun, Caller, Error, Limits, Scope};
use wharf_model::{Actions, Algorithm, Digest};

#[tokio::test]
async fn a_session_that_lies_still_is_given_up_and_a_younger_one_is_not() {
    for (idle, expired) in [(Duration::ZERO, 1), (Duration::from_secs(3600), 0)] {
        let fixture = Fixture::with_limits(Limits { upload_idle: idle, ..Limits::default() }).await;
        let acme = fixture.instance("acme").await;
        let (caller, target) = (acme.caller.clone(), acme.target("team/app"));
        let core = &fixture.core;
        let session = core.begin_upload(caller.clone(), target.clone(), Algorithm::Sha256).await.unwrap();
        let append =
            || core.append_upload(caller.clone(), target.clone(), session.id.clone(), None, body(b"abc"));
        append().await.unwrap();
        assert_eq!(core.expire_uploads().await.unwrap(), expired);
        let status = core.upload_status(caller.clone(), target.clone(), session.id.clone()).await;
        assert_eq!(status.is_ok(), expired == 0);
        assert_eq!(matches!(append().await, Err(Error::UploadNotFound(_))), expired == 1);
        assert_eq!(core.expire_uploads().await.unwrap(), 0);
    }
}

#[tokio::test]
async fn an_instance_has_so_many_sessions_and_no_more() {
    let fixture = Fixture::with_limits(Limits { upload_sessions: 2, ..Limits::default() }).await;
    let (acme, other) = (fixture.instance("acme").await, fixture.instance("other").await);
    let begin = |running: &fixture::Running| {
        fixture.core.begin_upload(running.caller.clone(), running.target("team/app"), Algorithm::Sha256)
    };
    let first = begin(&acme).await.unwrap();
    begin(&acme).await.unwrap();
    assert!(matches!(begin(&acme).await, Err(Error::TooManyUploads { limit: 2, .. })));
    begin(&other).await.unwrap();
    fixture.core.cancel_upload(acme.caller.clone(), acme.target("team/app"), first.id).await.unwrap();
    begin(&acme).await.unwrap();
}

#[tokio::test]
async fn a_session_stands_where_its_last_whole_piece_ended() {
    let fixture = Fixture::new().await;
    let acme = fixture.instance("acme").await;
    let (caller, target) = (acme.caller.clone(), acme.target("team/app"));
    let core = &fixture.core;
    let id = core.begin_upload(caller.clone(), target.clone(), Algorithm::Sha256).await.unwrap().id;
    let broken = stream::iter([Ok(Bytes::from_static(b"abc")), Err("gone")]);
    let append = core.append_upload(caller.clone(), target.clone(), id.clone(), Some(0), broken).await;
    assert!(matches!(append, Err(Error::BodyBroken(_))));
    let status = core.upload_status(caller.clone(), target.clone(), id.clone()).await.unwrap();
    assert_eq!(status.received, 3);
    let append = core.append_upload(caller.clone(), target.clone(), id.clone(), Some(2), body(b"x")).await;
    assert!(matches!(append, Err(Error::UploadOutOfOrder { received: 3, start: 2 })));
    let digest = Digest::of(b"abcdef");
    let finish =
        core.finish_upload(caller.clone(), target.clone(), id, Some(3), body(b"def"), digest.clone());
    assert_eq!(finish.await.unwrap().size, 6);
    assert_eq!(fixture.pull_blob(&caller, &target, &digest).await.unwrap(), b"abcdef");
}

#[tokio::test]
async fn a_wrong_digest_ends_the_session_and_leaves_nothing() {
    let fixture = Fixture::new().await;
    let acme = fixture.instance("acme").await;
    let (caller, target) = (acme.caller.clone(), acme.target("team/app"));
    let core = &fixture.core;
    let id = core.begin_upload(caller.clone(), target.clone(), Algorithm::Sha256).await.unwrap().id;
    let wrong = Digest::of(b"other");
    let finish =
        core.finish_upload(caller.clone(), target.clone(), id.clone(), None, body(b"these"), wrong.clone());
    assert!(matches!(finish.await, Err(Error::DigestMismatch { .. })));
    let status = core.upload_status(caller.clone(), target.clone(), id).await;
    assert!(matches!(status, Err(Error::UploadNotFound(_))));
    for digest in [wrong, Digest::of(b"these")] {
        let pulled = fixture.pull_blob(&caller, &target, &digest).await;
        assert!(matches!(pulled, Err(Error::BlobNotFound { .. })));
    }
}

#[tokio::test]
async fn a_session_is_of_its_repository_only() {
    let fixture = Fixture::new().await;
    let (acme, other) = (fixture.instance("acme").await, fixture.instance("other").await);
    let begin =
        fixture.core.begin_upload(acme.caller.clone(), acme.target("team/app"), Algorithm::Sha256).await;
    let id = begin.unwrap().id;
    for (running, repository) in [(&acme, "team/base"), (&other, "team/app")] {
        let (caller, target) = (running.caller.clone(), running.target(repository));
        let status = fixture.core.upload_status(caller.clone(), target.clone(), id.clone()).await;
        assert!(matches!(status, Err(Error::UploadNotFound(_))));
        let cancel = fixture.core.cancel_upload(caller, target, id.clone()).await;
        assert!(matches!(cancel, Err(Error::UploadNotFound(_))));
    }
}

#[tokio::test]
async fn a_blob_is_mounted_from_where_the_caller_may_read_it() {
    let fixture = Fixture::new().await;
    let (acme, other) = (fixture.instance("acme").await, fixture.instance("other").await);
    fixture.namespace(&other, "open", true).await;
    let (app, base) = (acme.target("team/app"), acme.target("team/base"));
    let digest = fixture.push_blob(&acme.caller, &base, b"content").await.unwrap();
    for repository in ["team/app", "open/app"] {
        fixture.push_blob(&other.caller, &other.target(repository), b"foreign").await.unwrap();
    }
    let foreign = Digest::of(b"foreign");
    for (digest, from, mounted) in [
        (&digest, Some(base.clone()), true),
        (&digest, None, true),
        (&digest, Some(acme.target("team/none")), false),
        (&digest, Some(other.target("team/app")), false),
        (&foreign, None, false),
        (&foreign, Some(other.target("team/app")), false),
        (&foreign, Some(other.target("open/app")), false),
        (&foreign, Some(base.clone()), false),
    ] {
        let begun =
            fixture.core.mount_blob(acme.caller.clone(), app.clone(), digest.clone(), from.clone()).await;
        assert_eq!(matches!(begun.unwrap(), Begun::Mounted(_)), mounted, "{digest} from {from:?}");
        let pulled = fixture.core.stat_blob(acme.caller.clone(), app.clone(), digest.clone()).await;
        assert_eq!(pulled.is_ok(), mounted);
        let _ = fixture.core.delete_blob(acme.caller.clone(), app.clone(), digest.clone()).await;
    }
}

#[tokio::test]
async fn a_mount_needs_a_token_for_both_repositories() {
    let fixture = Fixture::new().await;
    let acme = fixture.instance("acme").await;
    let (app, base) = (acme.target("team/app"), acme.target("team/base"));
    let digest = fixture.push_blob(&acme.caller, &base, b"content").await.unwrap();
    let scope = |target: &wharf_core::Target, actions| Scope { target: target.clone(), actions };
    let push = scope(&app, Actions::PULL | Actions::PUSH);
    for (scopes, works) in [
        (vec![push.clone(), scope(&base, Actions::PULL)], true),
        (vec![push], false),
        (vec![scope(&base, Actions::ALL)], false),
    ] {
        let caller = Caller { scopes: Some(scopes.into()), ..acme.caller.clone() };
        let mount = fixture.core.mount_blob(caller, app.clone(), digest.clone(), Some(base.clone())).await;
        match mount {
            Ok(begun) => assert!(works && matches!(begun, Begun::Mounted(_))),
            Err(error) => assert!(!works && matches!(error, Error::InsufficientScope { .. }), "{error}"),
        }
    }
}
