//! Tags, manifests and what goes with them when they are removed.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod fixture;

use fixture::{Fixture, Running, image, index};
use wharf_core::{Error, ImageFilter, Page, Sort};
use wharf_model::{Digest, Reference};

async fn delete_image(fixture: &Fixture, acme: &Running, tag: &str) -> Result<(), Error> {
    let (name, tag) = ("team/app".parse().unwrap(), tag.parse().unwrap());
    fixture.core.delete_image(acme.operator.clone(), acme.id.clone(), name, tag).await
}

async fn delete(fixture: &Fixture, acme: &Running, reference: Reference) -> Result<(), Error> {
    fixture.core.delete_manifest(acme.caller.clone(), acme.target("team/app"), reference).await
}

async fn is_there(fixture: &Fixture, acme: &Running, reference: Reference) -> bool {
    let pull = fixture.core.pull_manifest(acme.caller.clone(), acme.target("team/app"), reference);
    match pull.await {
        Ok(_) => true,
        Err(error) => {
            assert!(matches!(error, Error::ManifestNotFound { .. }), "{error}");
            false
        }
    }
}

/// The tags of `team/app` in byte order, after all that counts them was compared with them.
async fn tags(fixture: &Fixture, acme: &Running) -> Vec<String> {
    let core = &fixture.core;
    let tags = core.list_tags(acme.caller.clone(), acme.target("team/app"), None, 100).await.unwrap();
    let (id, name) = (acme.id.clone(), "team/app".parse().unwrap());
    let images = core.list_images(acme.operator.clone(), id.clone(), name, ImageFilter::default(), Page::ALL);
    let images = images.await.unwrap();
    assert_eq!((images.total, images.page.len()), (tags.len() as u64, tags.len()));
    let repositories = core.list_repositories(acme.operator.clone(), id, None, None, Sort::Name, Page::ALL);
    assert_eq!(repositories.await.unwrap().page[0].tag_count, tags.len() as u64);
    tags.iter().map(ToString::to_string).collect()
}

fn tag(name: &str) -> Reference {
    Reference::Tag(name.parse().unwrap())
}

#[tokio::test]
async fn an_image_goes_with_its_last_tag() {
    let fixture = Fixture::new().await;
    let acme = fixture.instance("acme").await;
    let digest = fixture.push_image(&acme, "team/app", b"one", &["a", "b"]).await;
    delete_image(&fixture, &acme, "a").await.unwrap();
    assert!(is_there(&fixture, &acme, Reference::Digest(digest.clone())).await);
    assert_eq!(tags(&fixture, &acme).await, ["b"]);
    delete_image(&fixture, &acme, "b").await.unwrap();
    assert!(!is_there(&fixture, &acme, Reference::Digest(digest)).await);
    assert!(tags(&fixture, &acme).await.is_empty());
    let again = delete_image(&fixture, &acme, "b").await;
    assert!(matches!(again, Err(Error::ManifestNotFound { .. })));
}

#[tokio::test]
async fn an_image_of_an_index_stays_as_long_as_the_index_does() {
    let fixture = Fixture::new().await;
    let acme = fixture.instance("acme").await;
    let child = fixture.push_image(&acme, "team/app", b"one", &["child"]).await;
    let target = acme.target("team/app");
    let pushed = fixture.push_manifest(&acme.caller, &target, &index(&[&child]), &["index"]).await;
    let index = Reference::Digest(pushed.unwrap().digest);
    let child = Reference::Digest(child);
    delete_image(&fixture, &acme, "child").await.unwrap();
    assert!(is_there(&fixture, &acme, child.clone()).await);
    assert_eq!(tags(&fixture, &acme).await, ["index"]);
    let needed = delete(&fixture, &acme, child.clone()).await;
    assert!(matches!(needed, Err(Error::ContentInUse { .. })));
    delete(&fixture, &acme, index).await.unwrap();
    assert!(tags(&fixture, &acme).await.is_empty());
    delete(&fixture, &acme, child).await.unwrap();
}

#[tokio::test]
async fn a_tag_goes_alone_and_a_manifest_with_its_tags() {
    let fixture = Fixture::new().await;
    let acme = fixture.instance("acme").await;
    let digest = fixture.push_image(&acme, "team/app", b"one", &["a", "b", "c"]).await;
    fixture.push_image(&acme, "team/app", b"two", &["other"]).await;
    delete(&fixture, &acme, tag("a")).await.unwrap();
    assert_eq!(tags(&fixture, &acme).await, ["b", "c", "other"]);
    assert!(is_there(&fixture, &acme, Reference::Digest(digest.clone())).await);
    delete(&fixture, &acme, Reference::Digest(digest)).await.unwrap();
    assert_eq!(tags(&fixture, &acme).await, ["other"]);
    assert!(!is_there(&fixture, &acme, tag("b")).await);
}

#[tokio::test]
async fn a_blob_stays_as_long_as_a_manifest_needs_it() {
    let fixture = Fixture::new().await;
    let acme = fixture.instance("acme").await;
    let target = acme.target("team/app");
    fixture.push_image(&acme, "team/app", b"one", &["a"]).await;
    let blob = Digest::of(b"one");
    let delete_blob = || fixture.core.delete_blob(acme.caller.clone(), target.clone(), blob.clone());
    assert!(matches!(delete_blob().await, Err(Error::ContentInUse { .. })));
    delete_image(&fixture, &acme, "a").await.unwrap();
    delete_blob().await.unwrap();
    assert!(matches!(delete_blob().await, Err(Error::BlobNotFound { .. })));
    let push = fixture.push_manifest(&acme.caller, &target, &image(&blob, &[]), &["a"]).await;
    assert!(matches!(push, Err(Error::ManifestContentMissing { missing, .. }) if missing == [blob]));
}

#[tokio::test]
async fn pulls_are_noted_by_repository_and_tag_and_forgotten_with_the_tag() {
    let fixture = Fixture::new().await;
    let acme = fixture.instance("acme").await;
    let digest = fixture.push_image(&acme, "team/app", b"one", &["a"]).await;
    let core = &fixture.core;
    for reference in [tag("a"), tag("a"), Reference::Digest(digest)] {
        let pull = core.pull_manifest(acme.caller.clone(), acme.target("team/app"), reference.clone());
        core.count_pull(&pull.await.unwrap(), &reference);
    }
    let noted = || async {
        core.note_pulls().await.unwrap();
        let pulls = core.list_pulls(acme.id.clone()).await.unwrap();
        pulls.into_iter().map(|pulls| (pulls.tag, pulls.count)).collect::<Vec<_>>()
    };
    assert!(core.list_pulls(acme.id.clone()).await.unwrap().is_empty());
    assert_eq!(noted().await, [(None, 3), (Some("a".to_owned()), 2)]);
    assert_eq!(noted().await, [(None, 3), (Some("a".to_owned()), 2)]);
    delete_image(&fixture, &acme, "a").await.unwrap();
    assert_eq!(noted().await, [(None, 3)]);
}

#[tokio::test]
async fn tags_go_together_or_not_at_all() {
    let fixture = Fixture::new().await;
    let acme = fixture.instance("acme").await;
    let digest = fixture.push_image(&acme, "team/app", b"one", &["a", "b", "c"]).await;
    let delete_tags = async |tags: &[&str]| {
        let tags = tags.iter().map(|tag| tag.parse().unwrap()).collect();
        let name = "team/app".parse().unwrap();
        fixture.core.delete_tags(acme.operator.clone(), acme.id.clone(), name, tags).await
    };
    let refused = delete_tags(&["a", "absent"]).await;
    assert!(matches!(refused, Err(Error::ManifestNotFound { reference, .. }) if reference == tag("absent")));
    assert_eq!(tags(&fixture, &acme).await, ["a", "b", "c"]);
    delete_tags(&["c", "a", "c"]).await.unwrap();
    assert_eq!(tags(&fixture, &acme).await, ["b"]);
    assert!(!is_there(&fixture, &acme, tag("a")).await);
    delete_tags(&["b"]).await.unwrap();
    assert!(is_there(&fixture, &acme, Reference::Digest(digest)).await);
    assert!(tags(&fixture, &acme).await.is_empty());
}
