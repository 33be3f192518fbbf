use futures_util::StreamExt;
use wharf_blob::{Error, Stored};
use wharf_model::{Algorithm, Digest, InstanceId};

use crate::fixture::{Fixture, append, content};

const MIB: usize = 1 << 20;

#[tokio::test(flavor = "multi_thread")]
async fn content_of_every_length_comes_back_as_it_went() {
    for fixture in Fixture::all().await {
        let around = |length: usize| [length - 1, length, length + 1];
        let lengths = [0, 1, 65_537, 40_000_000].into_iter().chain(around(MIB)).chain(around(16 * MIB));
        for length in lengths.chain([5 * MIB, 21 * MIB, 32 * MIB, 32 * MIB + 1]) {
            let content = content(length);
            let (digest, stored) = fixture.put(&content).await;
            assert!(fixture.get(&digest, &stored).await == content, "{length} bytes at {}", fixture.address);
            assert_eq!(fixture.has(&digest, &stored).await, Some(length as u64));
        }
        fixture.clear().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_is_just_that_part() {
    for fixture in Fixture::all().await {
        let content = content(200_000);
        let (digest, stored) = fixture.put(&content).await;
        for (offset, length) in [(0, 1), (65_535, 2), (100_000, 100_000), (199_999, 1), (5, 0)] {
            let part = fixture.get_part(&digest, &stored, offset, length).await.unwrap();
            assert!(part == content[offset as usize..(offset + length) as usize], "{offset}+{length}");
        }
        fixture.clear().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_blob_that_is_shorter_than_noted_fails_at_its_end() {
    for fixture in Fixture::all().await {
        let content = content(100_000);
        let (digest, stored) = fixture.put(&content).await;
        let blob = fixture.store.open_blob(&fixture.instance, &digest, stored.object.as_deref(), 200_000);
        let mut pieces = Box::pin(blob.await.unwrap().read(50_000, 150_000, None).await.unwrap());
        let mut read = 0;
        let error = loop {
            match pieces.next().await.unwrap() {
                Ok(piece) => read += piece.len(),
                Err(error) => break error,
            }
        };
        assert!(matches!(error, Error::Io(_) | Error::Unavailable(_)), "{error}");
        assert!(read == 50_000 || !fixture.has_objects, "{read}");
        fixture.clear().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn other_bytes_never_stand_under_a_digest() {
    for fixture in Fixture::all().await {
        for length in [10, 40_000_000] {
            let content = content(length);
            let mut upload = fixture.begin(&format!("wrong-{length}")).await;
            append(&mut upload, &content).await;
            let expected = Digest::of(b"other bytes");
            let error = upload.commit(expected.clone()).await.unwrap_err();
            assert!(matches!(error, Error::DigestMismatch { actual, .. } if actual == Digest::of(&content)));
            let nowhere = Stored { size: 10, object: None };
            let missing = fixture.get_part(&expected, &nowhere, 0, 10).await.unwrap_err();
            assert!(matches!(missing, Error::NotFound), "{missing}");
        }
        fixture.clear().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_blob_is_known_before_its_first_byte() {
    for fixture in Fixture::all().await {
        let digest = Digest::of(b"never sent");
        let object = fixture.has_objects.then(|| "upload/0-nothing".to_owned());
        for stored in [Stored { size: 10, object }, Stored { size: 10, object: None }] {
            let missing = fixture.get_part(&digest, &stored, 0, 10).await;
            assert!(matches!(missing, Err(Error::NotFound)));
            assert_eq!(fixture.has(&digest, &stored).await, None);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_blob_is_gone_and_may_be_deleted_again() {
    for fixture in Fixture::all().await {
        let (digest, stored) = fixture.put(b"not for long").await;
        for _ in 0..2 {
            let object = stored.object.as_deref();
            fixture.store.delete_blob(&fixture.instance, &digest, object).await.unwrap();
            assert_eq!(fixture.has(&digest, &stored).await, None);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn instances_do_not_share_content_and_go_whole() {
    for fixture in Fixture::all().await {
        let (digest, stored) = fixture.put(b"mine").await;
        let (large, stored_large) = fixture.put(&content(2_000_000)).await;
        let other: InstanceId = "tcr-aaaaaaab".parse().unwrap();
        fixture.store.create_bucket(&other).await.unwrap();
        let object = stored.object.as_deref();
        assert_eq!(fixture.store.has_blob(&other, &digest, object).await.unwrap(), None);
        fixture.store.delete_bucket(&other).await.unwrap();
        assert_eq!(fixture.has(&digest, &stored).await, Some(4));

        fixture.store.delete_bucket(&fixture.instance).await.unwrap();
        fixture.store.delete_bucket(&fixture.instance).await.unwrap();
        assert_eq!(fixture.has(&digest, &stored).await, None);
        assert_eq!(fixture.has(&large, &stored_large).await, None);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn content_is_taken_over_verified_or_not_at_all() {
    for from in Fixture::all().await {
        for to in Fixture::all().await {
            for length in [0, 5, 20_000_000] {
                let (content, sha512) = (content(length), Algorithm::Sha512);
                let (digest, stored) = from.put(&content).await;
                let other = Digest::by(sha512, b"other");
                for wanted in [other, digest.clone(), digest.clone(), Digest::by(sha512, &content)] {
                    let object = stored.object.as_deref();
                    let blob =
                        from.store.open_blob(&from.instance, &digest, object, stored.size).await.unwrap();
                    let imported = to.store.import_blob(&to.instance, &wanted, blob).await;
                    let here = Stored { size: stored.size, object: None };
                    if wanted == Digest::by(wanted.algorithm(), &content) {
                        imported.unwrap();
                        assert!(to.get(&wanted, &here).await == content);
                    } else {
                        assert!(matches!(imported, Err(Error::DigestMismatch { .. })));
                        assert_eq!(to.has(&wanted, &here).await, None);
                    }
                }
            }
            to.clear().await;
        }
        from.clear().await;
    }
}
