use std::{convert::Infallible, io};

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use wharf_blob::{AppendError, Error};
use wharf_model::{Algorithm, Digest, Hasher};

use crate::fixture::{Fixture, Session, append, content};

const MIB: usize = 1 << 20;

/// Sends `content` in requests of these lengths, each to another process; the last one may be empty.
async fn send(fixture: &Fixture, content: &[u8], lengths: &[usize], digest: &Digest) {
    let mut session = Session::new(&uuid::Uuid::new_v4().to_string());
    let mut left = content;
    for length in lengths {
        let (piece, rest) = left.split_at(*length);
        left = rest;
        let mut upload = fixture.open(&session).await.unwrap();
        append(&mut upload, piece).await;
        session.note(&mut upload).await;
        drop(upload);
    }
    let mut upload = fixture.open(&session).await.unwrap();
    append(&mut upload, left).await;
    let stored = upload.commit(digest.clone()).await.unwrap();
    assert!(fixture.get(digest, &stored).await == content, "{lengths:?} at {}", fixture.address);
    // Segments stay until the metadata store no longer leads to them.
    let objects: Vec<_> = session.segments.iter().map(|segment| segment.object.clone()).collect();
    assert!(are_there(fixture, digest, &objects).await.iter().all(|is_there| *is_there));
    let leftover = objects.iter().filter(|object| Some(*object) != stored.object.as_ref());
    fixture.store.delete_objects(&fixture.instance, leftover.cloned().collect()).await;
    for (object, is_there) in objects.iter().zip(are_there(fixture, digest, &objects).await) {
        assert_eq!(is_there, Some(object) == stored.object.as_ref(), "{lengths:?} at {}", fixture.address);
    }
    assert!(fixture.get(digest, &stored).await == content, "{lengths:?} at {}", fixture.address);
}

async fn are_there(fixture: &Fixture, digest: &Digest, objects: &[String]) -> Vec<bool> {
    let mut found = Vec::new();
    for object in objects {
        let length = fixture.store.has_blob(&fixture.instance, digest, Some(object)).await;
        found.push(length.unwrap().is_some());
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_goes_on_in_another_process_where_it_was_noted() {
    for fixture in Fixture::all().await {
        for (total, lengths) in [
            (20, vec![1; 20]),
            (1_050_000, vec![100_000; 10]),
            (20 * MIB, vec![6 * MIB; 3]),
            (40 * MIB, vec![1, 18 * MIB, 100_000, 5 * MIB, 7, 10 * MIB]),
            (18 * MIB, vec![6 * MIB; 3]),
            (6 * MIB, vec![6 * MIB]),
            (40 * MIB, vec![40 * MIB]),
            (3, vec![0, 3, 0]),
            (0, vec![0]),
        ] {
            let content = content(total);
            send(&fixture, &content, &lengths, &Digest::of(&content)).await;
        }
        fixture.clear().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sha512_content_is_checked_too() {
    for fixture in Fixture::all().await {
        let content = content(20_500_000);
        let digest = Digest::by(Algorithm::Sha512, &content);
        send(&fixture, &content, &[], &digest).await;
        send(&fixture, &content, &[6 * MIB, 100], &digest).await;
        send(&fixture, &content, &[content.len()], &digest).await;

        let mut upload = fixture.begin("wrong").await;
        append(&mut upload, b"x").await;
        assert!(matches!(upload.commit(digest).await, Err(Error::DigestMismatch { .. })));
        fixture.clear().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_acknowledged_is_not_in_the_upload() {
    for fixture in Fixture::all().await {
        let content = content(150_000);
        let mut session = Session::new("resumed");
        let mut upload = fixture.open(&session).await.unwrap();
        append(&mut upload, &content[..100_000]).await;
        session.note(&mut upload).await;
        append(&mut upload, b"never acknowledged").await;
        drop(upload);

        let mut upload = fixture.open(&session).await.unwrap();
        append(&mut upload, &content[100_000..]).await;
        let stored = upload.commit(Digest::of(&content)).await.unwrap();
        assert!(fixture.get(&Digest::of(&content), &stored).await == content);
        fixture.clear().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn opening_an_upload_changes_nothing_until_something_is_done_with_it() {
    for fixture in Fixture::all().await {
        let mut session = Session::new("kept");
        let mut upload = fixture.open(&session).await.unwrap();
        append(&mut upload, b"acknowledged").await;
        session.note(&mut upload).await;
        drop(upload);
        drop(fixture.begin("kept").await);

        let upload = fixture.open(&session).await.unwrap();
        upload.commit(Digest::of(b"acknowledged")).await.unwrap();
        fixture.clear().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_requests_never_write_to_one_file() {
    for fixture in Fixture::all().await.into_iter().filter(|fixture| !fixture.has_objects) {
        let first = fixture.begin("shared").await;
        assert!(matches!(fixture.open(&Session::new("shared")).await, Err(Error::Busy)));
        drop(first);
        fixture.begin("shared").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_requests_at_once_write_to_different_objects() {
    for fixture in Fixture::object_stores().await {
        let mut session = Session::new("shared");
        let mut upload = fixture.open(&session).await.unwrap();
        append(&mut upload, &content(6 * MIB)).await;
        session.note(&mut upload).await;

        let (winner, loser) = (content(20 * MIB), vec![7; 20 * MIB]);
        let mut first = fixture.open(&session).await.unwrap();
        let mut second = fixture.open(&session).await.unwrap();
        tokio::join!(append(&mut first, &winner), append(&mut second, &loser));
        let (mut won, mut lost) = (session.clone(), session.clone());
        tokio::join!(won.note(&mut first), lost.note(&mut second));
        assert_ne!(won.segments[1].object, lost.segments[1].object);
        second.abandon().await;

        let all = [content(6 * MIB), winner].concat();
        let digest = Digest::of(&all);
        let stored = fixture.open(&won).await.unwrap().commit(digest.clone()).await.unwrap();
        assert!(fixture.get(&digest, &stored).await == all);
        let gone = fixture.store.has_blob(&fixture.instance, &digest, Some(&lost.segments[1].object)).await;
        assert_eq!(gone.unwrap(), None);
        fixture.clear().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_breaks_off_keeps_what_came_before() {
    for fixture in Fixture::all().await {
        for length in [3, 17 * MIB + 5] {
            let sent = content(length);
            let mut session = Session::new(&format!("broken-{length}"));
            let mut upload = fixture.open(&session).await.unwrap();
            let pieces = sent.chunks(MIB / 2).map(|piece| Ok(Bytes::copy_from_slice(piece)));
            let pieces: Vec<_> = pieces.chain([Err(io::Error::other("gone")), Ok(Bytes::new())]).collect();
            let error = upload.append(stream::iter(pieces), u64::MAX).await.unwrap_err();
            assert!(matches!(error, AppendError::Body(_)));
            assert_eq!(upload.received(), length as u64);
            session.note(&mut upload).await;
            drop(upload);

            let mut upload = fixture.open(&session).await.unwrap();
            append(&mut upload, b"def").await;
            let all = [&sent[..], b"def"].concat();
            let stored = upload.commit(Digest::of(&all)).await.unwrap();
            assert!(fixture.get(&Digest::of(&all), &stored).await == all);
        }
        fixture.clear().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_over_the_limit_is_refused() {
    for fixture in Fixture::all().await {
        for limit in [2_000_000, 40_000_000] {
            let mut upload = fixture.begin(&format!("long-{limit}")).await;
            let endless = stream::repeat_with(|| Ok::<_, Infallible>(Bytes::from_static(&[7; 65_536])));
            let error = upload.append(endless.boxed(), limit).await.unwrap_err();
            assert!(matches!(error, AppendError::TooLong { limit: at } if at == limit));
        }
        fixture.clear().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_whose_bytes_are_lost_is_unknown() {
    for fixture in Fixture::all().await {
        let mut session = Session::new("lost");
        session.received = 10;
        assert!(matches!(fixture.open(&session).await, Err(Error::NotFound)));
        let mut upload = fixture.begin("short").await;
        append(&mut upload, b"abc").await;
        drop(upload);
        session.id = "short".to_owned();
        assert!(matches!(fixture.open(&session).await, Err(Error::NotFound)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn discarding_is_final_and_may_be_repeated() {
    for fixture in Fixture::all().await {
        let mut session = Session::new("discarded");
        let mut upload = fixture.open(&session).await.unwrap();
        append(&mut upload, b"abc").await;
        session.note(&mut upload).await;
        if fixture.has_objects {
            append(&mut upload, b"d").await;
            session.note(&mut upload).await;
        }
        let other = fixture.put(b"other").await;
        for _ in 0..2 {
            fixture.store.discard_upload(&fixture.instance, "discarded").await.unwrap();
        }
        let digest = session.hasher.clone().finish();
        assert!(matches!(upload.commit(digest.clone()).await, Err(Error::NotFound)));
        assert_eq!(fixture.has(&other.0, &other.1).await, Some(5));
        fixture.clear().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_abandons_takes_only_what_is_his() {
    for fixture in Fixture::all().await {
        let mut session = Session::new("abandoned");
        let mut upload = fixture.open(&session).await.unwrap();
        append(&mut upload, &content(6 * MIB)).await;
        session.note(&mut upload).await;
        drop(upload);
        for length in [10, 2 * MIB, 33 * MIB] {
            let mut upload = fixture.open(&session).await.unwrap();
            append(&mut upload, &vec![1; length]).await;
            upload.abandon().await;
        }
        let hasher = Hasher::resume(&session.hasher.state()).unwrap();
        let stored = fixture.open(&session).await.unwrap().commit(hasher.finish()).await.unwrap();
        assert_eq!(stored.size, 6 << 20);
        assert!(fixture.get(&Digest::of(&content(6 * MIB)), &stored).await == content(6 * MIB));
        fixture.clear().await;
    }
}
