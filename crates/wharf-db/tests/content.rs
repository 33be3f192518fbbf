//! Repositories and what is in them: manifests, tags, blobs, upload sessions.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod fixture;

use fixture::Fixture;
use wharf_db::{
    Page,
    blobs::{self, StoredBlob},
    instance_moves::{self, InstanceMove, MoveState},
    instances, manifests,
    repositories::{self, Scope, Sort},
    tags,
    upload_segments::{self, UploadSegment},
    upload_sessions::{self, UploadSession},
};
use wharf_model::{Digest, Manifest, MediaType, RepositoryName, StorageName, Tag, Timestamp};

async fn manifest(fixture: &Fixture, repository_id: i64, content: String) -> (i64, Digest) {
    let digest = Digest::of(content.as_bytes());
    let kept = digest.clone();
    let media_type = if content.contains("manifests") { MediaType::OciIndex } else { MediaType::OciManifest };
    let id = fixture.write(move |tx| {
        let manifest = Manifest::parse(media_type, content.as_bytes()).unwrap();
        let new = manifests::NewManifest {
            repository_id,
            digest: &kept,
            media_type,
            artifact_type: None,
            subject: None,
            total_size: 100,
            depth: 0,
            annotations: None,
            content: content.as_bytes(),
            links: &manifest.links,
            now: Timestamp::now(),
        };
        manifests::insert(tx, &new)
    });
    (id.await.unwrap(), digest)
}

fn image(marker: &str) -> String {
    let config = Digest::of(marker.as_bytes());
    format!(r#"{{"schemaVersion":2,"config":{{"digest":"{config}","size":1}},"layers":[]}}"#)
}

async fn tag(fixture: &Fixture, repository_id: i64, name: &str, manifest_id: i64) -> bool {
    let name: Tag = name.parse().unwrap();
    let put = fixture.write(move |tx| {
        let new = tags::put(tx, repository_id, &name, manifest_id, Timestamp::now())?;
        repositories::note_change(tx, repository_id, i64::from(new), Timestamp::now())?;
        Ok(new)
    });
    put.await.unwrap()
}

#[tokio::test]
async fn a_manifest_is_found_by_tag_and_digest_in_its_repository_only() {
    let fixture = Fixture::with_instance().await;
    let id = fixture.repository("team/app").await;
    fixture.repository("other/app").await;
    let (manifest_id, digest) = manifest(&fixture, id, image("one")).await;
    assert!(tag(&fixture, id, "v1", manifest_id).await);
    assert!(!tag(&fixture, id, "v1", manifest_id).await);
    let instance = fixture.instance.clone();
    let found = fixture
        .read(move |tx| {
            let mut found = Vec::new();
            for name in ["team/app", "other/app", "team/none"] {
                let name: RepositoryName = name.parse().unwrap();
                let by_tag = manifests::find_by_tag(tx, &instance, &name, &"v1".parse().unwrap())?;
                let by_digest = manifests::find_by_digest(tx, &instance, &name, &digest)?;
                assert_eq!(by_tag, by_digest);
                found.push(by_tag.map(|manifest| String::from_utf8(manifest.content.to_vec()).unwrap()));
            }
            Ok(found)
        })
        .await
        .unwrap();
    assert_eq!(found, [Some(image("one")), None, None]);
}

#[tokio::test]
async fn tags_are_listed_in_byte_order_page_by_page() {
    let fixture = Fixture::with_instance().await;
    let id = fixture.repository("team/app").await;
    let (manifest_id, _) = manifest(&fixture, id, image("one")).await;
    for name in ["b", "B", "a", "_", "10", "9"] {
        tag(&fixture, id, name, manifest_id).await;
    }
    let (instance, name): (_, RepositoryName) = (fixture.instance.clone(), "team/app".parse().unwrap());
    let pages = fixture
        .read(move |tx| {
            let page = |last: Option<&str>| {
                let tags = tags::list_names(tx, &instance, &name, last, 4)?.unwrap();
                Ok::<Vec<_>, wharf_db::Error>(tags.iter().map(Tag::to_string).collect())
            };
            Ok((page(None)?, page(Some("_"))?, page(Some("zz"))?))
        })
        .await
        .unwrap();
    assert_eq!(pages.0, ["10", "9", "B", "_"]);
    assert_eq!(pages.1, ["a", "b"]);
    assert!(pages.2.is_empty());
}

#[tokio::test]
async fn images_are_filtered_and_counted_by_tag_and_digest() {
    let fixture = Fixture::with_instance().await;
    let id = fixture.repository("team/app").await;
    let (one, digest) = manifest(&fixture, id, image("one")).await;
    let (two, _) = manifest(&fixture, id, image("two")).await;
    for (name, manifest_id) in [("v1", one), ("v1.1", one), ("V1", two)] {
        tag(&fixture, id, name, manifest_id).await;
    }
    for (filter, expected) in [
        (tags::Filter::default(), vec!["V1", "v1.1", "v1"]),
        (tags::Filter { tag: Some("v1".to_owned()), ..Default::default() }, vec!["v1.1", "v1"]),
        (tags::Filter { tag: Some("v1".to_owned()), exact: true, digest: None }, vec!["v1"]),
        (tags::Filter { digest: Some(digest.to_string()), ..Default::default() }, vec!["v1.1", "v1"]),
        (tags::Filter { tag: Some("%".to_owned()), ..Default::default() }, vec![]),
    ] {
        let (list, count) = fixture
            .read(move |tx| {
                Ok((tags::list_images(tx, id, &filter, Page::ALL)?, tags::count(tx, id, &filter)?))
            })
            .await
            .unwrap();
        let names: Vec<_> = list.iter().map(|image| image.tag.as_str()).collect();
        assert_eq!(names, expected);
        assert_eq!(count, expected.len() as u64);
    }
}

#[tokio::test]
async fn every_page_of_images_is_a_part_of_the_whole_list() {
    let fixture = Fixture::with_instance().await;
    let id = fixture.repository("team/app").await;
    let (manifest_id, _) = manifest(&fixture, id, image("one")).await;
    for name in ["v1", "v2", "v3", "v4", "v5", "v6", "v7"] {
        tag(&fixture, id, name, manifest_id).await;
    }
    let whole = ["v7", "v6", "v5", "v4", "v3", "v2", "v1"];
    for offset in 0..=8 {
        for limit in [0, 1, 2, 3, 7, 20] {
            let page = Page { offset: offset as u64, limit };
            let images = fixture.read(move |tx| tags::list_images(tx, id, &tags::Filter::default(), page));
            let images = images.await.unwrap();
            let names: Vec<_> = images.iter().map(|image| image.tag.as_str()).collect();
            let expected: Vec<_> = whole.into_iter().skip(offset).take(limit as usize).collect();
            assert_eq!(names, expected, "{limit} after {offset}");
        }
    }
}

#[tokio::test]
async fn a_manifest_is_in_use_by_a_tag_or_an_index() {
    let fixture = Fixture::with_instance().await;
    let id = fixture.repository("team/app").await;
    let (child, digest) = manifest(&fixture, id, image("one")).await;
    let in_use = |manifest| fixture.read(move |tx| manifests::is_in_use(tx, id, manifest));
    assert!(!in_use(child).await.unwrap());
    let index = format!(r#"{{"schemaVersion":2,"manifests":[{{"digest":"{digest}","size":1}}]}}"#);
    let (index, _) = manifest(&fixture, id, index).await;
    assert!(in_use(child).await.unwrap());
    assert!(!in_use(index).await.unwrap());
    fixture.write(move |tx| manifests::delete(tx, id, index)).await.unwrap();
    assert!(!in_use(child).await.unwrap());
    tag(&fixture, id, "v1", child).await;
    assert!(in_use(child).await.unwrap());
}

fn stored(object: Option<&str>) -> StoredBlob {
    StoredBlob { storage: StorageName::default(), size: 1, object: object.map(str::to_owned) }
}

#[tokio::test]
async fn a_blob_is_read_through_a_link_only() {
    let fixture = Fixture::with_instance().await;
    let (linked, other) = (fixture.repository("team/app").await, fixture.repository("other/app").await);
    let digest = Digest::of(b"x");
    let (instance, put) = (fixture.instance.clone(), digest.clone());
    let work = move |tx: &wharf_db::Transaction<'_>| {
        assert!(blobs::insert(tx, &instance, &put, &stored(Some("here")), Timestamp::now())?);
        assert!(!blobs::insert(tx, &instance, &put, &stored(Some("there")), Timestamp::now())?);
        blobs::link(tx, linked, &put)?;
        blobs::link(tx, linked, &put)
    };
    fixture.write(work).await.unwrap();
    let instance = fixture.instance.clone();
    let found = fixture.read(move |tx| {
        assert!(blobs::is_linked(tx, linked, &digest)? && !blobs::is_linked(tx, other, &digest)?);
        let find = |name: &str| blobs::find(tx, &instance, &name.parse().unwrap(), &digest);
        Ok((find("team/app")?, find("other/app")?))
    });
    let (here, elsewhere) = found.await.unwrap();
    assert_eq!(here.map(|blob| blob.stored), Some(stored(Some("here"))));
    assert_eq!(elsewhere, None);
}

#[tokio::test]
async fn counts_follow_what_is_made_and_removed() {
    let fixture = Fixture::with_instance().await;
    fixture.repository("team/one").await;
    fixture.repository("team/two").await;
    let instance = fixture.instance.clone();
    let remove = move |tx: &wharf_db::Transaction<'_>| {
        let repository = repositories::find(tx, &instance, &"team/one".parse().unwrap())?.unwrap();
        repositories::delete(tx, &instance, &repository)?;
        Ok(repositories::revision(tx, Scope::Instance(&instance), Sort::Name)?.count)
    };
    assert_eq!(fixture.write(remove).await.unwrap(), 1);
}

#[tokio::test]
async fn an_instance_goes_in_pieces_and_leaves_nothing() {
    let fixture = Fixture::with_instance().await;
    for name in ["team/one", "team/two", "other/three"] {
        let id = fixture.repository(name).await;
        let (manifest_id, _) = manifest(&fixture, id, image(name)).await;
        tag(&fixture, id, "v1", manifest_id).await;
    }
    for number in 0..5 {
        let instance = fixture.instance.clone();
        let insert = move |tx: &wharf_db::Transaction<'_>| {
            blobs::insert(tx, &instance, &Digest::of(&[number]), &stored(None), Timestamp::now())
        };
        fixture.write(insert).await.unwrap();
    }
    let mut pieces = 1;
    loop {
        let id = fixture.instance.clone();
        if !fixture.write(move |tx| instances::delete_some(tx, &id, 2)).await.unwrap() {
            break;
        }
        pieces += 1;
    }
    // Three repositories are two pieces, five blobs are three.
    assert_eq!(pieces, 6);
    let id = fixture.instance.clone();
    assert!(fixture.read(move |tx| instances::find(tx, &id)).await.unwrap().is_none());
    assert_eq!(fixture.read(blobs::count_all).await.unwrap(), (0, 0));
}

#[tokio::test]
async fn an_upload_session_advances_from_where_it_stands_only() {
    let fixture = Fixture::with_instance().await;
    let now = Timestamp::now();
    let session = UploadSession {
        id: "one".to_owned(),
        instance: fixture.instance.clone(),
        repository: "team/app".to_owned(),
        received: 0,
        hash_state: vec![1],
        updated_at: now,
        storage: StorageName::default(),
    };
    fixture.write(move |tx| upload_sessions::insert(tx, &session)).await.unwrap();
    let advance =
        |from, to| fixture.write(move |tx| upload_sessions::advance(tx, "one", from, to, &[2], now));
    assert!(advance(0, 10).await.unwrap());
    assert!(!advance(0, 5).await.unwrap());
    let idle = fixture.read(move |tx| upload_sessions::list_idle(tx, now, 10)).await.unwrap();
    assert!(idle.is_empty());
    let after = now.plus(std::time::Duration::from_micros(1));
    let idle = fixture.read(move |tx| upload_sessions::list_idle(tx, after, 10)).await.unwrap();
    assert_eq!((idle[0].received, &idle[0].hash_state[..]), (10, &[2][..]));
    let segments = [(0, 4), (4, 6)].map(|(start, length)| segment(start, length));
    for segment in segments.clone() {
        fixture.write(move |tx| upload_segments::insert(tx, "one", &segment)).await.unwrap();
    }
    assert_eq!(fixture.read(|tx| upload_segments::list(tx, "one")).await.unwrap(), segments);
    assert!(!fixture.write(|tx| upload_sessions::delete(tx, "one", 0)).await.unwrap());
    assert!(fixture.write(|tx| upload_sessions::delete(tx, "one", 10)).await.unwrap());
    assert!(!fixture.write(|tx| upload_sessions::delete(tx, "one", 10)).await.unwrap());
    assert!(fixture.read(|tx| upload_segments::list(tx, "one")).await.unwrap().is_empty());
}

fn segment(start: u64, length: u64) -> UploadSegment {
    UploadSegment { start, length, object: format!("one/{start}") }
}

/// As `storage migrate` goes through them.
#[tokio::test]
async fn all_blobs_are_listed_page_by_page() {
    let fixture = Fixture::with_instance().await;
    let mut digests: Vec<_> = (0..5).map(|number| Digest::of(&[number])).collect();
    for digest in digests.clone() {
        let instance = fixture.instance.clone();
        let work = move |tx: &wharf_db::Transaction<'_>| {
            blobs::insert(tx, &instance, &digest, &stored(Some("here")), Timestamp::now())
        };
        fixture.write(work).await.unwrap();
    }
    digests.sort_by_key(ToString::to_string);
    let (mut last, mut seen) = (None, Vec::new());
    loop {
        let after = last.clone();
        let page = fixture.read(move |tx| blobs::list_after(tx, after.as_ref(), 2)).await.unwrap();
        let Some((instance, digest, _)) = page.last() else { break };
        last = Some((instance.clone(), digest.clone()));
        seen.extend(page.into_iter().map(|(_, digest, _)| digest));
    }
    assert_eq!(seen, digests);
    assert_eq!(fixture.read(blobs::count_all).await.unwrap(), (5, 5));
    let (instance, digest) = (fixture.instance.clone(), digests[0].clone());
    let moved = move |tx: &wharf_db::Transaction<'_>| {
        blobs::lies_under_digest(tx, &instance, &digest, Some("elsewhere"))?;
        let before = blobs::list_after(tx, None, 1)?;
        blobs::lies_under_digest(tx, &instance, &digest, Some("here"))?;
        Ok((before, blobs::list_after(tx, None, 1)?))
    };
    let (before, after) = fixture.write(moved).await.unwrap();
    assert_eq!((&before[0].2, &after[0].2), (&stored(Some("here")), &stored(None)));
}

/// As an instance's move goes through them: what is copied is not seen again.
#[tokio::test]
async fn blobs_that_lie_elsewhere_are_listed_until_they_are_copied() {
    let fixture = Fixture::with_instance().await;
    let id = fixture.repository("team/app").await;
    let mut digests: Vec<_> = (0..4).map(|number| Digest::of(&[number])).collect();
    digests.sort_by_key(ToString::to_string);
    let (instance, put) = (fixture.instance.clone(), digests.clone());
    let insert = move |tx: &wharf_db::Transaction<'_>| {
        for digest in &put {
            blobs::insert(tx, &instance, digest, &stored(Some("here")), Timestamp::now())?;
            blobs::link(tx, id, digest)?;
        }
        Ok(())
    };
    fixture.write(insert).await.unwrap();
    let archive: StorageName = "archive".parse().unwrap();
    let (instance, target) = (fixture.instance.clone(), archive.clone());
    let elsewhere = |last: Option<Digest>, limit| {
        let (instance, target) = (instance.clone(), target.clone());
        fixture.read(move |tx| {
            let page = blobs::list_elsewhere(tx, &instance, &target, last.as_ref(), limit)?;
            Ok(page.into_iter().map(|(digest, _)| digest).collect::<Vec<_>>())
        })
    };
    assert_eq!(elsewhere(None, 2).await.unwrap(), digests[..2]);
    assert_eq!(elsewhere(Some(digests[1].clone()), 9).await.unwrap(), digests[2..]);
    let (instance, to, copied) = (fixture.instance.clone(), archive.clone(), digests[0].clone());
    let copy = move |tx: &wharf_db::Transaction<'_>| {
        let default = StorageName::default();
        assert!(blobs::was_copied(tx, &instance, &copied, &default, &to)?);
        // Whoever comes second changes nothing.
        assert!(!blobs::was_copied(tx, &instance, &copied, &default, &"other".parse().unwrap())?);
        let found = blobs::find(tx, &instance, &"team/app".parse().unwrap(), &copied)?;
        Ok((found.map(|found| found.stored), blobs::count_in(tx, &instance)?, blobs::count_all(tx)?))
    };
    let (found, in_instance, in_default) = fixture.write(copy).await.unwrap();
    assert_eq!(found, Some(StoredBlob { storage: archive, size: 1, object: None }));
    assert_eq!((in_instance, in_default), ((4, 4), (3, 3)));
    assert_eq!(elsewhere(None, 9).await.unwrap(), digests[1..]);
    assert_eq!(fixture.read(|tx| blobs::list_after(tx, None, 9)).await.unwrap().len(), 3);
}

#[tokio::test]
async fn a_move_is_noted_until_another_takes_its_place() {
    let fixture = Fixture::with_instance().await;
    let now = Timestamp::now();
    let first = InstanceMove {
        instance: fixture.instance.clone(),
        sources: vec![StorageName::default(), "archive".parse().unwrap()],
        target: "cold".parse().unwrap(),
        state: MoveState::Copying,
        last: None,
        blobs: 0,
        bytes: 0,
        moved: 0,
        moved_bytes: 0,
        missing: 0,
        began_at: now,
        empty_at: None,
    };
    let later = now.plus(std::time::Duration::from_secs(1));
    let seen = InstanceMove {
        state: MoveState::Waiting,
        last: Some(Digest::of(b"x")),
        blobs: 5,
        bytes: 50,
        moved: 1,
        moved_bytes: 30,
        missing: 1,
        ..first.clone()
    };
    let second = InstanceMove { sources: vec!["cold".parse().unwrap()], began_at: later, ..first.clone() };
    let work = move |tx: &wharf_db::Transaction<'_>| {
        let find = || instance_moves::find(tx, &first.instance);
        instance_moves::put(tx, &first)?;
        assert_eq!(find()?.as_ref(), Some(&first));
        assert!(instance_moves::advance(tx, &seen)?);
        instance_moves::count_moved(tx, &seen, 30)?;
        assert_eq!(find()?.as_ref(), Some(&seen));
        assert!(instance_moves::begin_emptying(tx, &first.instance, now, later)?);
        let emptying = find()?.unwrap();
        assert_eq!((emptying.state, emptying.empty_at), (MoveState::Emptying, Some(later)));
        instance_moves::put(tx, &second)?;
        // Who works on the first has no say any more.
        assert!(!instance_moves::advance(tx, &seen)?);
        assert!(!instance_moves::begin_emptying(tx, &first.instance, now, later)?);
        instance_moves::delete(tx, &first.instance, now)?;
        assert_eq!(instance_moves::list(tx)?, vec![second.clone()]);
        instance_moves::delete(tx, &first.instance, later)?;
        find()
    };
    assert_eq!(fixture.write(work).await.unwrap(), None);
}

#[tokio::test]
async fn an_instances_store_is_set_from_the_one_that_it_has() {
    let fixture = Fixture::with_instance().await;
    let instance = fixture.instance.clone();
    let archive: StorageName = "archive".parse().unwrap();
    let work = move |tx: &wharf_db::Transaction<'_>| {
        let default = StorageName::default();
        assert!(instances::find(tx, &instance)?.unwrap().storage.is_default());
        assert!(!instances::set_storage(tx, &instance, &archive, &default)?);
        assert!(instances::set_storage(tx, &instance, &default, &archive)?);
        let session = |id: &str, storage: &StorageName| UploadSession {
            id: id.to_owned(),
            instance: instance.clone(),
            repository: "team/app".to_owned(),
            received: 0,
            hash_state: vec![1],
            updated_at: Timestamp::now(),
            storage: storage.clone(),
        };
        upload_sessions::insert(tx, &session("one", &archive))?;
        assert!(!upload_sessions::are_elsewhere(tx, &instance, &archive)?);
        upload_sessions::insert(tx, &session("two", &default))?;
        assert!(upload_sessions::are_elsewhere(tx, &instance, &archive)?);
        assert_eq!(upload_sessions::find(tx, "one")?.unwrap().storage, archive);
        instances::find_by_label(tx, "acme")
    };
    assert_eq!(fixture.write(work).await.unwrap().unwrap().storage.as_str(), "archive");
}
