//! Moves of an instance's content from store to store.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod fixture;

use std::time::Duration;

use fixture::{Fixture, Running, body, pull_blob, sub_account::SubAccount};
use tokio::time::{sleep, timeout};
use wharf_core::{Core, Error, MoveState};
use wharf_model::{Algorithm, Digest, StorageName};

const REGION: &str = "ap-guangzhou";
/// Enough that a move is not done in a moment.
const BLOBS: u8 = 30;

async fn modify(core: &Core, running: &Running, target: &str) -> Result<(), Error> {
    core.modify_instance_storage(running.operator.clone(), running.id.clone(), REGION.to_owned(), target)
        .await
}

/// Does what the worker does until the move is at its end.
async fn finish(core: &Core, running: &Running) {
    while let Some(wait) = core.move_instance_storage(running.id.clone()).await.unwrap() {
        sleep(wait).await;
    }
}

async fn move_to(core: &Core, running: &Running, target: &str) {
    modify(core, running, target).await.unwrap();
    finish(core, running).await;
    assert_eq!(core.list_instance_moves().await.unwrap(), []);
}

/// How far the only move is.
async fn state(core: &Core) -> MoveState {
    let [moving] = &core.list_instance_moves().await.unwrap()[..] else { panic!("there is one move") };
    moving.state
}

async fn push(fixture: &Fixture, running: &Running, contents: &[Vec<u8>]) -> Vec<Digest> {
    let mut digests = Vec::new();
    for content in contents {
        let target = running.target("team/app");
        digests.push(fixture.push_blob(&running.caller, &target, content).await.unwrap());
    }
    digests
}

fn contents() -> Vec<Vec<u8>> {
    (0..BLOBS).map(|number| vec![number; 100 + usize::from(number)]).collect()
}

async fn assert_all_is_there(core: &Core, running: &Running, contents: &[Vec<u8>]) {
    for content in contents {
        let target = running.target("team/app");
        let pulled = pull_blob(core, &running.caller, &target, &Digest::of(content)).await;
        assert_eq!(pulled.unwrap(), *content);
    }
}

/// Whether a store holds a blob under its digest, as all that were moved there lie.
async fn holds(fixture: &Fixture, running: &Running, store: &str, digest: &Digest) -> bool {
    let content = fixture.content();
    let name: StorageName = store.parse().unwrap();
    let store = if name.is_default() { &content.current } else { &content.named[&name] };
    store.has_blob(&running.id, digest, None).await.unwrap().is_some()
}

#[tokio::test]
async fn content_moves_from_store_to_store_and_back() {
    let fixture = Fixture::new().await;
    let (core, acme, other) =
        (&fixture.core, fixture.instance("acme").await, fixture.instance("other").await);
    let mut all = contents();
    let digests = push(&fixture, &acme, &all).await;
    push(&fixture, &other, &all[..2]).await;
    // What is remembered from before must not be believed afterwards.
    let second = fixture.another().await;
    for core in [core, &second] {
        assert_all_is_there(core, &acme, &all).await;
    }

    modify(core, &acme, "archive").await.unwrap();
    assert_eq!(state(core).await, MoveState::Copying);
    all.push(b"pushed meanwhile".to_vec());
    push(&fixture, &acme, &all[all.len() - 1..]).await;
    assert_all_is_there(&second, &acme, &all).await;
    finish(core, &acme).await;
    let again = fixture.another().await;
    for core in [core, &second, &again] {
        assert_all_is_there(core, &acme, &all).await;
    }
    for digest in &digests {
        assert!(holds(&fixture, &acme, "archive", digest).await);
        assert!(!holds(&fixture, &acme, "default", digest).await);
    }

    move_to(core, &acme, "cold").await;
    move_to(&second, &acme, "default").await;
    for core in [core, &second, &again] {
        assert_all_is_there(core, &acme, &all).await;
        assert_all_is_there(core, &other, &all[..2]).await;
    }
    for digest in &digests {
        assert!(holds(&fixture, &acme, "default", digest).await);
        assert!(
            !holds(&fixture, &acme, "archive", digest).await && !holds(&fixture, &acme, "cold", digest).await
        );
    }
}

#[tokio::test]
async fn a_move_that_is_broken_off_goes_on_where_it_stopped() {
    let fixture = Fixture::new().await;
    let (core, acme) = (&fixture.core, fixture.instance("acme").await);
    let all = contents();
    push(&fixture, &acme, &all).await;
    modify(core, &acme, "archive").await.unwrap();
    let mut noted = Vec::new();
    for pause in 1.. {
        let some =
            timeout(Duration::from_millis(pause * 3), core.move_instance_storage(acme.id.clone())).await;
        let [moving] = &core.list_instance_moves().await.unwrap()[..] else { panic!("it is not at its end") };
        noted.push(moving.moved);
        assert_all_is_there(core, &acme, &all).await;
        if some.is_ok() {
            break;
        }
    }
    assert!(noted.is_sorted() && noted.len() > 2, "{noted:?}");
    // A blob that was copied and not noted is copied once more; none is counted twice.
    assert_eq!(noted.last(), Some(&u64::from(BLOBS)));
    finish(core, &acme).await;
    assert_all_is_there(core, &acme, &all).await;
}

#[tokio::test]
async fn two_workers_on_one_move_do_no_harm() {
    let fixture = Fixture::new().await;
    let (core, acme) = (&fixture.core, fixture.instance("acme").await);
    let all = contents();
    push(&fixture, &acme, &all).await;
    modify(core, &acme, "archive").await.unwrap();
    let second = fixture.another().await;
    tokio::join!(finish(core, &acme), finish(&second, &acme));
    assert_eq!(core.list_instance_moves().await.unwrap(), []);
    assert_all_is_there(core, &acme, &all).await;
}

#[tokio::test]
async fn an_upload_ends_in_the_store_that_it_began_in_and_the_move_waits() {
    let fixture = Fixture::new().await;
    let (core, acme) = (&fixture.core, fixture.instance("acme").await);
    let (caller, target) = (acme.caller.clone(), acme.target("team/app"));
    push(&fixture, &acme, &[b"before".to_vec()]).await;
    let begin = || core.begin_upload(caller.clone(), target.clone(), Algorithm::Sha256);
    let (one, two) = (begin().await.unwrap().id, begin().await.unwrap().id);
    core.append_upload(caller.clone(), target.clone(), one.clone(), None, body(b"begun ")).await.unwrap();
    core.append_upload(caller.clone(), target.clone(), two.clone(), None, body(b"be")).await.unwrap();

    modify(core, &acme, "archive").await.unwrap();
    assert!(core.move_instance_storage(acme.id.clone()).await.unwrap().is_some());
    assert_eq!(state(core).await, MoveState::Waiting);
    assert!(holds(&fixture, &acme, "archive", &Digest::of(b"before")).await);
    assert!(core.move_instance_storage(acme.id.clone()).await.unwrap().is_some());
    assert_eq!(state(core).await, MoveState::Waiting);

    // One is new, the other is there already.
    for (id, rest, whole) in [(one, &b"before"[..], &b"begun before"[..]), (two, b"fore", b"before")] {
        let finish =
            core.finish_upload(caller.clone(), target.clone(), id, None, body(rest), Digest::of(whole));
        assert_eq!(finish.await.unwrap().size, whole.len() as u64);
    }
    finish(core, &acme).await;
    assert_eq!(core.list_instance_moves().await.unwrap(), []);
    let all = [b"before".to_vec(), b"begun before".to_vec()];
    assert_all_is_there(core, &acme, &all).await;
    for content in &all {
        assert!(holds(&fixture, &acme, "archive", &Digest::of(content)).await);
        assert!(!holds(&fixture, &acme, "default", &Digest::of(content)).await);
    }
}

#[tokio::test]
async fn an_upload_that_is_given_up_is_discarded_where_it_lies() {
    let fixture = Fixture::new().await;
    let (core, acme) = (&fixture.core, fixture.instance("acme").await);
    move_to(core, &acme, "archive").await;
    let (caller, target) = (acme.caller.clone(), acme.target("team/app"));
    let session = core.begin_upload(caller.clone(), target.clone(), Algorithm::Sha256).await.unwrap();
    core.append_upload(caller.clone(), target.clone(), session.id.clone(), None, body(b"abc")).await.unwrap();
    core.cancel_upload(caller, target, session.id.clone()).await.unwrap();
    core.discard_upload(&format!("{}/{}/archive", acme.id, session.id)).await.unwrap();
    let archive = &fixture.named[0].1;
    if let Some(folder) = archive.strip_prefix("file:") {
        let uploads = std::path::Path::new(folder).join(acme.id.as_str()).join("uploads");
        assert_eq!(std::fs::read_dir(uploads).unwrap().count(), 0);
    }
    let unknown = core.discard_upload(&format!("{}/{}/nowhere", acme.id, session.id)).await;
    assert!(matches!(unknown, Err(Error::StorageUnknown { .. })));
}

#[tokio::test]
async fn what_cannot_be_moved_is_refused_and_nothing_begins() {
    let fixture = Fixture::new().await;
    let (core, acme) = (&fixture.core, fixture.instance("acme").await);
    let attempt = |operator, id: &str, region: &str, target: &'static str| {
        core.modify_instance_storage(operator, id.parse().unwrap(), region.to_owned(), target)
    };
    let root = || acme.operator.clone();
    let id = acme.id.as_str();
    let refused = [
        attempt(root(), "tcr-zzzzzzzz", REGION, "archive").await,
        attempt(root(), id, "ap-beijing", "archive").await,
        attempt(root(), id, REGION, "nowhere").await,
        attempt(root(), id, REGION, "No Name").await,
        attempt(root(), id, REGION, "").await,
        attempt(root(), id, REGION, "default").await,
    ];
    let errors: Vec<_> = refused.into_iter().map(Result::unwrap_err).collect();
    assert!(matches!(errors[0], Error::InstanceNotFound(_)));
    assert!(matches!(&errors[1], Error::StorageRegion { region, .. } if region == REGION));
    for error in &errors[2..5] {
        assert!(matches!(error, Error::StorageNotFound { .. }), "{error}");
    }
    assert!(
        errors[2].to_string().contains("`nowhere`: the configuration names `default`, `archive`, `cold`")
    );
    assert!(matches!(errors[5], Error::StorageUnchanged { .. }));

    let (reader, mover) = (
        SubAccount::with(core, "reader", &[("allow", "tcr:Describe*", "*")]).await,
        SubAccount::with(core, "mover", &[("allow", "tcr:ModifyInstanceStorage", "*")]).await,
    );
    let operator = reader.operator("ModifyInstanceStorage");
    assert!(matches!(attempt(operator, id, REGION, "nowhere").await, Err(Error::Unauthorized { .. })));
    assert_eq!(core.list_instance_moves().await.unwrap(), []);

    attempt(mover.operator("ModifyInstanceStorage"), id, REGION, "archive").await.unwrap();
    for target in ["archive", "cold", "default"] {
        let under_way = modify(core, &acme, target).await;
        assert!(matches!(under_way, Err(Error::StorageMoveUnderWay { .. })), "{target}");
    }
    finish(core, &acme).await;
    assert!(matches!(modify(core, &acme, "archive").await, Err(Error::StorageUnchanged { .. })));
    core.delete_instance(root(), acme.id.clone(), true, false).await.unwrap();
    assert!(matches!(modify(core, &acme, "cold").await, Err(Error::InstanceNotRunning { .. })));
}

#[tokio::test]
async fn one_place_under_two_names_is_noticed_before_anything_is_lost() {
    let fixture = Fixture::new().await;
    let acme = fixture.instance("acme").await;
    push(&fixture, &acme, &[b"content".to_vec()]).await;
    let twin = fixture.knowing(&[("twin".parse().unwrap(), fixture.storage.clone())]).await;
    let error = modify(&twin, &acme, "twin").await.unwrap_err();
    assert!(matches!(error, Error::StorageTwice { .. }), "{error}");
    assert_all_is_there(&twin, &acme, &[b"content".to_vec()]).await;
}

#[tokio::test]
async fn a_process_that_does_not_know_the_store_says_so() {
    let fixture = Fixture::new().await;
    let (core, acme) = (&fixture.core, fixture.instance("acme").await);
    push(&fixture, &acme, &[b"content".to_vec()]).await;
    move_to(core, &acme, "archive").await;
    let ignorant = fixture.knowing(&[]).await;
    let target = acme.target("team/app");
    let pulled = pull_blob(&ignorant, &acme.caller, &target, &Digest::of(b"content")).await;
    let begun = ignorant.begin_upload(acme.caller.clone(), target.clone(), Algorithm::Sha256).await.unwrap();
    let sent = ignorant.append_upload(acme.caller.clone(), target, begun.id, None, body(b"abc")).await;
    for error in [pulled.map(drop), sent.map(drop)].map(Result::unwrap_err) {
        assert!(matches!(error, Error::StorageUnknown { .. }), "{error}");
    }
    assert!(matches!(modify(&ignorant, &acme, "default").await, Err(Error::StorageUnknown { .. })));
    assert_all_is_there(core, &acme, &[b"content".to_vec()]).await;
}

/// A blob that is not there is told of; nothing is removed, and the move can be repeated once it is back.
#[tokio::test]
async fn a_missing_blob_leaves_everything_where_it_was() {
    let fixture = Fixture::new().await;
    let (core, acme) = (&fixture.core, fixture.instance("acme").await);
    let all = contents();
    let digests = push(&fixture, &acme, &all).await;
    move_to(core, &acme, "archive").await;
    let archive = fixture.content().named[&"archive".parse().unwrap()].clone();
    archive.delete_blob(&acme.id, &digests[1], None).await.unwrap();
    modify(core, &acme, "cold").await.unwrap();
    finish(core, &acme).await;
    let [moving] = &core.list_instance_moves().await.unwrap()[..] else { panic!("it is still told of") };
    let counts = (moving.state, moving.moved, moving.missing, moving.blobs);
    assert_eq!(counts, (MoveState::Incomplete, u64::from(BLOBS) - 1, 1, u64::from(BLOBS)));
    assert!(
        holds(&fixture, &acme, "archive", &digests[0]).await
            && holds(&fixture, &acme, "cold", &digests[0]).await
    );

    let content = all[1].clone();
    archive.import_blob(&acme.id, &digests[1], bytes::Bytes::from(content).into()).await.unwrap();
    assert_all_is_there(core, &acme, &all).await;
    move_to(core, &acme, "cold").await;
    for digest in &digests {
        assert!(holds(&fixture, &acme, "cold", digest).await);
        assert!(!holds(&fixture, &acme, "archive", digest).await);
    }
    assert_all_is_there(core, &acme, &all).await;
}

#[tokio::test]
async fn an_instance_that_is_deleted_on_its_way_leaves_nothing_in_either_store() {
    let fixture = Fixture::new().await;
    let (core, acme) = (&fixture.core, fixture.instance("acme").await);
    let all = contents();
    let digests = push(&fixture, &acme, &all).await;
    move_to(core, &acme, "archive").await;
    modify(core, &acme, "cold").await.unwrap();
    while core.list_instance_moves().await.unwrap()[0].moved < 5 {
        let _ = timeout(Duration::from_millis(20), core.move_instance_storage(acme.id.clone())).await;
    }
    assert_ne!(core.list_instance_moves().await.unwrap()[0].moved, u64::from(BLOBS));
    core.delete_instance(acme.operator.clone(), acme.id.clone(), true, false).await.unwrap();
    // The move goes no further.
    let moved = core.list_instance_moves().await.unwrap()[0].moved;
    assert_eq!(core.move_instance_storage(acme.id.clone()).await.unwrap(), None);
    assert_eq!(core.list_instance_moves().await.unwrap()[0].moved, moved);
    assert_eq!(core.remove_instance(acme.id.clone()).await.unwrap(), None);
    assert_eq!(core.list_instance_moves().await.unwrap(), []);
    for digest in &digests {
        for store in ["archive", "cold", "default"] {
            assert!(!holds(&fixture, &acme, store, digest).await, "{store}");
        }
    }
}
