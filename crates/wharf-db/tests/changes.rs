//! What every metadata store promises to whoever remembers what was read from it.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod fixture;

use fixture::{Fixture, account, open};
use wharf_db::{BOUND, accounts, manifests, repositories, tags};
use wharf_model::{Digest, Manifest, MediaType, Timestamp, Uin};

const IMAGE: &str = r#"{"schemaVersion":2,"config":{"digest":"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855","size":0},"layers":[]}"#;

async fn push(fixture: &Fixture, repository_id: i64, tag: &'static str) -> i64 {
    fixture
        .write(move |tx| {
            let manifest = Manifest::parse(MediaType::OciManifest, IMAGE.as_bytes()).unwrap();
            let now = Timestamp::now();
            let id = manifests::insert(
                tx,
                &manifests::NewManifest {
                    repository_id,
                    digest: &Digest::of(IMAGE.as_bytes()),
                    media_type: MediaType::OciManifest,
                    artifact_type: None,
                    subject: None,
                    total_size: 0,
                    depth: 0,
                    annotations: None,
                    content: IMAGE.as_bytes(),
                    links: &manifest.links,
                    now,
                },
            )?;
            tags::put(tx, repository_id, &tag.parse().unwrap(), id, now)?;
            repositories::note_change(tx, repository_id, 1, now)?;
            Ok(id)
        })
        .await
        .unwrap()
}

#[tokio::test]
async fn what_takes_away_or_moves_ends_what_was_read_of_the_repository() {
    let fixture = Fixture::with_instance().await;
    let (one, other) = (fixture.repository("team/one").await, fixture.repository("team/other").await);
    let moment = fixture.store.moment();
    let stands = |repository| fixture.store.still_stands(moment, Some(repository));

    push(&fixture, one, "v1").await;
    assert!(stands(one), "what is added takes nothing away");
    let manifest = push(&fixture, one, "v1").await;
    assert!(!stands(one), "a tag that is put again may have moved");
    assert!(stands(other) && fixture.store.still_stands(moment, None));

    let tagged = fixture.store.moment();
    fixture.write(move |tx| tags::delete(tx, one, &"none".parse().unwrap())).await.unwrap();
    assert!(fixture.store.still_stands(tagged, Some(one)), "nothing was deleted");
    fixture.write(move |tx| manifests::delete(tx, one, manifest)).await.unwrap();
    assert!(!fixture.store.still_stands(tagged, Some(one)));
}

#[tokio::test]
async fn what_is_not_kept_ends_nothing() {
    let fixture = Fixture::with_instance().await;
    let moment = fixture.store.moment();
    let refused = fixture.write::<()>(|tx| {
        accounts::set_enabled(tx, Uin::from_number(1), false)?;
        Err(wharf_db::Error::Aborted)
    });
    assert!(refused.await.is_err());
    assert!(fixture.store.still_stands(moment, None));
    fixture.write(|tx| accounts::set_enabled(tx, Uin::from_number(1), false)).await.unwrap();
    assert!(!fixture.store.still_stands(moment, None));
}

#[tokio::test]
async fn what_another_process_changes_is_noticed_within_the_bound() {
    let fixture = Fixture::with_instance().await;
    let other = open(&fixture.address).unwrap();
    for number in 2..6 {
        let moment = fixture.store.moment();
        let changed = other.write::<_, wharf_db::Error, _>(move |tx| accounts::insert(tx, &account(number)));
        changed.await.unwrap();
        tokio::time::sleep(BOUND).await;
        assert!(!fixture.store.still_stands(moment, None));
    }
}
