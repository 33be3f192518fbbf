//! Copies of images inside an instance: what they have, who may make them, and that all of it is there or nothing.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod fixture;

use fixture::{Fixture, Running, image, index, sub_account::SubAccount};
use futures_util::{StreamExt, stream};
use wharf_core::{Duplication, Error, NewInstance, Operator, Page, Sort};
use wharf_model::{Completeness, Digest, Edition, REGIONS, Reference};

/// A copy of `team/app:1` to `live/app:1`.
fn duplication() -> Duplication {
    Duplication {
        source: "team/app".parse().unwrap(),
        reference: Reference::Tag("1".parse().unwrap()),
        destination: "live/app".parse().unwrap(),
        tag: "1".parse().unwrap(),
        may_override: false,
    }
}

async fn duplicate(fixture: &Fixture, acme: &Running, operator: Operator) -> Result<(), Error> {
    fixture.core.duplicate_image(operator, acme.id.clone(), duplication()).await
}

async fn acme(fixture: &Fixture) -> Running {
    let acme = fixture.instance("acme").await;
    fixture.namespace(&acme, "live", false).await;
    acme
}

async fn repositories(fixture: &Fixture, acme: &Running) -> Vec<String> {
    let (operator, id) = (acme.operator.clone(), acme.id.clone());
    let found =
        fixture.core.list_repositories(operator, id, None, None, Sort::Name, Page::ALL).await.unwrap();
    assert_eq!(found.total, found.page.len() as u64);
    found.page.into_iter().map(|repository| repository.name.to_string()).collect()
}

async fn pull(
    fixture: &Fixture,
    acme: &Running,
    repository: &str,
    reference: Reference,
) -> Result<Digest, Error> {
    let pulled = fixture.core.pull_manifest(acme.caller.clone(), acme.target(repository), reference).await;
    pulled.map(|manifest| manifest.digest.clone())
}

/// A manifest that refers to another, of one blob.
fn referrer(subject: &Digest, blob: &Digest) -> String {
    let manifest = image(blob, &[]);
    let manifest = manifest.strip_suffix('}').unwrap();
    format!(r#"{manifest},"subject":{{"digest":"{subject}","size":1}}}}"#)
}

#[tokio::test]
async fn who_may_pull_the_one_and_push_the_other_may_copy() {
    let fixture = Fixture::new().await;
    let acme = acme(&fixture).await;
    fixture.namespace(&acme, "open", true).await;
    fixture.push_image(&acme, "team/app", b"one", &["1"]).await;
    fixture.push_image(&acme, "open/app", b"two", &["1"]).await;
    let below = |name: &str| format!("qcs::tcr:::repository/{}/{name}/*", acme.id);
    let (team, live) = (below("team"), below("live"));
    let everything = ("allow", "tcr:*", "*");
    let copy = ("allow", "tcr:DuplicateImage", "*");
    let (pull_team, push_live) =
        (("allow", "tcr:PullRepository", team.as_str()), ("allow", "tcr:PushRepository", live.as_str()));
    let cases = [
        ("exactly", vec![copy, pull_team, push_live], "team/app", None),
        ("public", vec![copy, push_live], "open/app", None),
        ("no-pull", vec![copy, push_live], "team/app", Some("tcr:PullRepository")),
        ("no-push", vec![copy, pull_team], "team/app", Some("tcr:PushRepository")),
        ("no-copy", vec![pull_team, push_live], "team/app", Some("tcr:DuplicateImage")),
        (
            "no-push-to-live",
            vec![everything, ("deny", "tcr:Push*", &live)],
            "team/app",
            Some("tcr:PushRepository"),
        ),
        (
            "no-pull-of-team",
            vec![everything, ("deny", "tcr:Pull*", &team)],
            "team/app",
            Some("tcr:PullRepository"),
        ),
        ("nothing", vec![("allow", "tcr:Describe*", "*")], "team/app", Some("tcr:DuplicateImage")),
    ];
    for (name, statements, source, refused) in cases {
        let account = SubAccount::with(&fixture.core, name, &statements).await;
        let duplication = Duplication {
            source: source.parse().unwrap(),
            destination: format!("live/{name}").parse().unwrap(),
            ..duplication()
        };
        let copy = account.operator("DuplicateImage");
        let done = fixture.core.duplicate_image(copy, acme.id.clone(), duplication).await;
        match (done, refused) {
            (Ok(()), None) => {}
            (Err(Error::Unauthorized { action, .. }), Some(refused)) => assert_eq!(action, refused, "{name}"),
            (done, _) => unreachable!("{name}: {done:?}"),
        }
        let is_there = repositories(&fixture, &acme).await.contains(&format!("live/{name}"));
        assert_eq!(is_there, refused.is_none(), "{name}");
    }
}

#[tokio::test]
async fn all_of_a_copy_is_there_or_nothing() {
    let fixture = Fixture::new().await;
    let acme = acme(&fixture).await;
    let subject = fixture.push_image(&acme, "team/app", b"one", &["1"]).await;
    let target = acme.target("team/app");
    let blobs: Vec<_> = (0..1000_u32).map(u32::to_be_bytes).collect();
    let push = async |blob: [u8; 4]| {
        let digest = fixture.push_blob(&acme.caller, &target, &blob).await.unwrap();
        let manifest = referrer(&subject, &digest);
        fixture.push_manifest(&acme.caller, &target, &manifest, &[]).await.unwrap();
    };
    let (last, most) = blobs.split_last().unwrap();
    stream::iter(most).for_each_concurrent(16, |blob| push(*blob)).await;
    push(*last).await;
    let refused = duplicate(&fixture, &acme, acme.operator.clone()).await;
    assert!(matches!(refused, Err(Error::TooManyBelongings { limit: 1000, .. })), "{refused:?}");
    assert_eq!(repositories(&fixture, &acme).await, ["team/app"]);
    let last = referrer(&subject, &Digest::of(last));
    let last = Reference::Digest(Digest::of(last.as_bytes()));
    fixture.core.delete_manifest(acme.caller.clone(), target.clone(), last).await.unwrap();
    duplicate(&fixture, &acme, acme.operator.clone()).await.unwrap();
    for blob in most {
        let digest = Digest::of(referrer(&subject, &Digest::of(blob)).as_bytes());
        pull(&fixture, &acme, "live/app", Reference::Digest(digest)).await.unwrap();
    }
}

#[tokio::test]
async fn a_copy_of_what_is_not_whole_needs_an_instance_that_takes_it() {
    let fixture = Fixture::new().await;
    let acme = acme(&fixture).await;
    let sparse = |completeness| fixture.core.set_completeness(acme.id.clone(), completeness);
    sparse(Completeness::SparseIndexes).await.unwrap();
    let there = fixture.push_image(&acme, "team/app", b"one", &[]).await;
    let absent = Digest::of(b"absent");
    let target = acme.target("team/app");
    let pushed = fixture.push_manifest(&acme.caller, &target, &index(&[&there, &absent]), &["1"]).await;
    sparse(Completeness::Strict).await.unwrap();
    let refused = duplicate(&fixture, &acme, acme.operator.clone()).await;
    assert!(matches!(refused, Err(Error::ManifestContentMissing { missing, .. }) if missing == [absent]));
    assert_eq!(repositories(&fixture, &acme).await, ["team/app"]);
    sparse(Completeness::SparseIndexes).await.unwrap();
    duplicate(&fixture, &acme, acme.operator.clone()).await.unwrap();
    let tag = Reference::Tag("1".parse().unwrap());
    assert_eq!(pull(&fixture, &acme, "live/app", tag).await.unwrap(), pushed.unwrap().digest);
    pull(&fixture, &acme, "live/app", Reference::Digest(there)).await.unwrap();
}

#[tokio::test]
async fn a_tag_that_points_elsewhere_is_seen_in_the_same_transaction() {
    let fixture = Fixture::new().await;
    let acme = acme(&fixture).await;
    for number in 0..8_u8 {
        let (blob, tag) = ([number], number.to_string());
        fixture.push_image(&acme, "team/app", &blob, &[&tag]).await;
    }
    let copies = (0..8_u8).map(|number| Duplication {
        reference: Reference::Tag(number.to_string().parse().unwrap()),
        ..duplication()
    });
    let copies =
        copies.map(|copy| fixture.core.duplicate_image(acme.operator.clone(), acme.id.clone(), copy));
    let done: Vec<_> = stream::iter(copies).buffer_unordered(8).collect().await;
    assert_eq!(done.iter().filter(|done| done.is_ok()).count(), 1);
    for refused in done.into_iter().filter_map(Result::err) {
        assert!(matches!(refused, Error::TagExists { .. }), "{refused}");
    }
}

#[tokio::test]
async fn an_instance_that_is_not_running_has_no_images() {
    let fixture = Fixture::new().await;
    let operator = fixture::root(wharf_model::Uin::ROOT);
    let new = NewInstance {
        name: "pending".to_owned(),
        edition: Edition::Basic,
        region: &REGIONS[0],
        prepaid: None,
        deletion_protection: false,
        versioning: false,
        tags: Vec::new(),
    };
    let (core, id) = (&fixture.core, fixture.core.create_instance(operator.clone(), new).await.unwrap());
    let name = || "team/app".parse().unwrap();
    let tag = || "1".parse().unwrap();
    let refusals = [
        core.duplicate_image(operator.clone(), id.clone(), duplication()).await,
        core.describe_image(operator.clone(), id.clone(), name(), Reference::Tag(tag())).await.map(drop),
        core.delete_tags(operator.clone(), id.clone(), name(), vec![tag()]).await,
        core.delete_image(operator.clone(), id.clone(), name(), tag()).await,
    ];
    for refused in refusals {
        assert!(matches!(refused, Err(Error::InstanceNotRunning { .. })), "{refused:?}");
    }
}
