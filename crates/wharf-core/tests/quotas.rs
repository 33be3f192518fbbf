//! What editions allow: held at every door, however many come at once.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod fixture;

use std::collections::BTreeSet;

use bytes::Bytes;
use fixture::{Fixture, Running, body, image, media_type};
use futures_util::{FutureExt, future::BoxFuture, future::join_all};
use wharf_core::{
    Core, Error, ImageFilter, Limits, NamespaceFilter, NewNamespace, NewRepository, Page, PutManifest, Sort,
    TokenKind,
};
use wharf_model::{Algorithm, Digest, Quota, Quotas, Reference};

/// How many try at once, and how many there may be.
const TRIES: usize = 50;
const LIMIT: u64 = 12;

fn limits(quota: Quota, limit: u64) -> Limits {
    let default = Quotas::default();
    let quotas = Quotas { basic: default.basic.with(quota, Some(limit)), ..default };
    Limits { quotas, ..Limits::default() }
}

/// Does what `make` says so many times at once, by turns in two processes; says which of them were done. Every other
/// one must be refused by the quota.
async fn all_at_once<'a>(
    fixture: &'a Fixture,
    quota: Quota,
    make: impl Fn(Core, usize) -> BoxFuture<'a, Result<(), Error>>,
) -> BTreeSet<usize> {
    let cores = [fixture.core.clone(), fixture.another().await];
    let outcomes = join_all((0..TRIES).map(|number| make(cores[number % 2].clone(), number))).await;
    let mut done = BTreeSet::new();
    for (number, outcome) in outcomes.into_iter().enumerate() {
        match outcome {
            Ok(()) => assert!(done.insert(number)),
            Err(Error::QuotaExceeded { quota: found, limit, .. }) => {
                assert_eq!((found, limit), (quota, LIMIT))
            }
            Err(error) => panic!("{error}"),
        }
    }
    done
}

fn namespace(name: &str) -> NewNamespace {
    NewNamespace {
        name: name.parse().unwrap(),
        public: false,
        auto_scan: false,
        prevent_vul: false,
        severity: None,
        cve_allowlist: Vec::new(),
        tags: Vec::new(),
    }
}

fn repository(name: &str) -> NewRepository {
    NewRepository {
        name: name.parse().unwrap(),
        brief_description: String::new(),
        description: String::new(),
    }
}

async fn push_blob(core: &Core, acme: &Running, name: &str, content: &[u8]) -> Result<Digest, Error> {
    let target = acme.target(name);
    let session = core.begin_upload(acme.caller.clone(), target.clone(), Algorithm::Sha256).await?;
    let (digest, body) = (Digest::of(content), body(content));
    let finished = core.finish_upload(acme.caller.clone(), target, session.id, None, body, digest).await?;
    Ok(finished.digest)
}

async fn push_manifest(core: &Core, acme: &Running, content: &str, tags: &[&str]) -> Result<(), Error> {
    let put = PutManifest {
        target: acme.target("team/app"),
        reference: Reference::Digest(Digest::of(content.as_bytes())),
        tags: tags.iter().map(|tag| tag.parse().unwrap()).collect(),
        media_type: media_type(content).name().to_owned(),
        content: Bytes::copy_from_slice(content.as_bytes()),
    };
    core.push_manifest(acme.caller.clone(), put).await.map(drop)
}

async fn repositories(core: &Core, acme: &Running) -> (u64, BTreeSet<String>) {
    let (operator, id) = (acme.operator.clone(), acme.id.clone());
    let found = core.list_repositories(operator, id, None, None, Sort::Name, Page::ALL).await.unwrap();
    (found.total, found.page.iter().map(|one| one.name.to_string()).collect())
}

async fn tags(core: &Core, acme: &Running) -> (u64, BTreeSet<String>) {
    let (operator, id, name) = (acme.operator.clone(), acme.id.clone(), "team/app".parse().unwrap());
    let found = core.list_images(operator, id, name, ImageFilter::default(), Page::ALL).await.unwrap();
    (found.total, found.page.iter().map(|image| image.tag.to_string()).collect())
}

fn names(numbers: &BTreeSet<usize>, begin: &str) -> BTreeSet<String> {
    numbers.iter().map(|number| format!("{begin}{number}")).collect()
}

#[tokio::test]
async fn namespaces_made_at_once() {
    let fixture = Fixture::with_limits(limits(Quota::Namespaces, LIMIT)).await;
    let (core, acme) = (&fixture.core, fixture.instance("acme").await);
    let made = all_at_once(&fixture, Quota::Namespaces, |core, number| {
        let (operator, id) = (acme.operator.clone(), acme.id.clone());
        async move { core.create_namespace(operator, id, namespace(&format!("n{number}"))).await }.boxed()
    });
    let mut there = names(&made.await, "n");
    there.insert("team".to_owned());
    let list = || {
        core.list_namespaces(acme.operator.clone(), acme.id.clone(), NamespaceFilter::default(), Page::ALL)
    };
    let found = list().await.unwrap();
    assert_eq!((found.total, there.len() as u64), (LIMIT, LIMIT));
    let listed: BTreeSet<_> = found.page.iter().map(|(one, _)| one.name.to_string()).collect();
    assert_eq!(listed, there);

    // One that is there is told apart from one too many, and one that goes makes room.
    let create =
        |name: &'static str| core.create_namespace(acme.operator.clone(), acme.id.clone(), namespace(name));
    assert!(matches!(create("team").await, Err(Error::NamespaceExists(_))));
    assert!(matches!(create("more").await, Err(Error::QuotaExceeded { .. })));
    let gone = core.delete_namespace(acme.operator.clone(), acme.id.clone(), "team".parse().unwrap());
    gone.await.unwrap();
    create("more").await.unwrap();
    assert_eq!(list().await.unwrap().total, LIMIT);
}

#[tokio::test]
async fn repositories_made_at_once_by_both_doors() {
    let fixture = Fixture::with_limits(limits(Quota::Repositories, LIMIT)).await;
    let (core, acme) = (&fixture.core, fixture.instance("acme").await);
    let made = all_at_once(&fixture, Quota::Repositories, |core, number| {
        let (acme, name) = (acme.clone(), format!("team/r{number}"));
        let make = async move {
            if number % 4 < 2 {
                return core.create_repository(acme.operator.clone(), acme.id, repository(&name)).await;
            }
            push_blob(&core, &acme, &name, name.as_bytes()).await.map(drop)
        };
        make.boxed()
    })
    .await;
    let (total, listed) = repositories(core, &acme).await;
    assert_eq!((total, made.len() as u64), (LIMIT, LIMIT));
    assert_eq!(listed, names(&made, "team/r"));
}

#[tokio::test]
async fn a_full_instance_takes_pushes_to_what_it_has_and_to_nothing_else() {
    let fixture = Fixture::with_limits(limits(Quota::Repositories, 2)).await;
    let (core, acme) = (&fixture.core, fixture.instance("acme").await);
    // Begun while there was room.
    let late =
        core.begin_upload(acme.caller.clone(), acme.target("team/late"), Algorithm::Sha256).await.unwrap();
    for name in ["team/one", "team/two"] {
        push_blob(core, &acme, name, b"content").await.unwrap();
    }
    push_blob(core, &acme, "team/two", b"more").await.unwrap();
    let is_full =
        |error: Error| matches!(error, Error::QuotaExceeded { quota: Quota::Repositories, limit: 2, .. });
    assert!(is_full(push_blob(core, &acme, "team/three", b"content").await.unwrap_err()));
    let begun = core.begin_upload(acme.caller.clone(), acme.target("team/three"), Algorithm::Sha256);
    assert!(is_full(begun.await.unwrap_err()), "it is refused before the bytes are sent");
    let (digest, from) = (Digest::of(b"content"), Some(acme.target("team/one")));
    let mounted = core.mount_blob(acme.caller.clone(), acme.target("team/three"), digest.clone(), from);
    assert!(is_full(mounted.await.unwrap_err()));
    let target = acme.target("team/late");
    let finished =
        core.finish_upload(acme.caller.clone(), target, late.id, None, body(b"content"), digest.clone());
    assert!(is_full(finished.await.unwrap_err()));
    let created = core.create_repository(acme.operator.clone(), acme.id.clone(), repository("team/three"));
    assert!(is_full(created.await.unwrap_err()));
    let created = core.create_repository(acme.operator.clone(), acme.id.clone(), repository("team/two"));
    assert!(matches!(created.await, Err(Error::RepositoryExists(_))));
    assert_eq!(repositories(core, &acme).await.0, 2);
    assert_eq!(fixture.pull_blob(&acme.caller, &acme.target("team/one"), &digest).await.unwrap(), b"content");

    let gone = ("team/two".parse().unwrap(), false);
    core.delete_repository(acme.operator.clone(), acme.id.clone(), gone.0, gone.1).await.unwrap();
    push_blob(core, &acme, "team/three", b"content").await.unwrap();
}

#[tokio::test]
async fn tags_pushed_at_once() {
    let fixture = Fixture::with_limits(limits(Quota::Tags, LIMIT)).await;
    let (core, acme) = (&fixture.core, fixture.instance("acme").await);
    let manifest = image(&push_blob(core, &acme, "team/app", b"config").await.unwrap(), &[]);
    let made = all_at_once(&fixture, Quota::Tags, |core, number| {
        let (acme, manifest, tag) = (acme.clone(), manifest.clone(), format!("t{number}"));
        async move { push_manifest(&core, &acme, &manifest, &[&tag]).await }.boxed()
    })
    .await;
    let (total, listed) = tags(core, &acme).await;
    assert_eq!((total, made.len() as u64), (LIMIT, LIMIT));
    assert_eq!(listed, names(&made, "t"));
    // Another repository has its own.
    fixture.push_image(&acme, "team/web", b"web", &["v1"]).await;
}

#[tokio::test]
async fn several_tags_of_one_push_come_all_or_none_and_those_that_are_there_move() {
    let fixture = Fixture::with_limits(limits(Quota::Tags, 3)).await;
    let (core, acme) = (&fixture.core, fixture.instance("acme").await);
    let one = image(&push_blob(core, &acme, "team/app", b"one").await.unwrap(), &[]);
    let two = image(&push_blob(core, &acme, "team/app", b"two").await.unwrap(), &[]);
    push_manifest(core, &acme, &one, &["a", "b"]).await.unwrap();
    let refused = push_manifest(core, &acme, &two, &["a", "c", "d"]).await.unwrap_err();
    assert!(refused.to_string().ends_with("allows 3 tags in a repository, and that many are there"));
    assert_eq!(tags(core, &acme).await.0, 2);
    let pull = async |tag: &str| {
        let reference = Reference::Tag(tag.parse().unwrap());
        let pulled = core.pull_manifest(acme.caller.clone(), acme.target("team/app"), reference).await;
        pulled.unwrap().digest.clone()
    };
    assert_eq!(pull("a").await, Digest::of(one.as_bytes()), "what was refused moved nothing");

    push_manifest(core, &acme, &two, &["a", "c"]).await.unwrap();
    push_manifest(core, &acme, &two, &["a", "b", "c"]).await.unwrap();
    assert_eq!((tags(core, &acme).await.0, pull("b").await), (3, Digest::of(two.as_bytes())));
    // What has no tag is not counted.
    push_manifest(core, &acme, &one, &[]).await.unwrap();
    let gone = core.delete_image(
        acme.operator.clone(),
        acme.id.clone(),
        "team/app".parse().unwrap(),
        "a".parse().unwrap(),
    );
    gone.await.unwrap();
    push_manifest(core, &acme, &one, &["d"]).await.unwrap();
}

#[tokio::test]
async fn tokens_made_at_once() {
    let fixture = Fixture::with_limits(limits(Quota::Tokens, LIMIT)).await;
    let (core, acme) = (&fixture.core, fixture.instance("acme").await);
    let made = all_at_once(&fixture, Quota::Tokens, |core, number| {
        let (operator, id) = (acme.operator.clone(), acme.id.clone());
        let kind = TokenKind::LongTerm { description: format!("t{number}") };
        async move { core.create_instance_token(operator, id, kind).await.map(drop) }.boxed()
    });
    let mut there = names(&made.await, "t");
    there.insert("tests".to_owned());
    let found = core.list_instance_tokens(acme.operator.clone(), acme.id.clone(), Page::ALL).await.unwrap();
    assert_eq!((found.total, there.len() as u64), (LIMIT, LIMIT));
    assert_eq!(found.page.iter().map(|token| token.description.clone()).collect::<BTreeSet<_>>(), there);

    // Temporary ones are not counted, and one that goes makes room.
    let create = |kind| core.create_instance_token(acme.operator.clone(), acme.id.clone(), kind);
    create(TokenKind::Temporary).await.unwrap();
    let more = TokenKind::LongTerm { description: String::new() };
    assert!(matches!(create(more.clone()).await, Err(Error::QuotaExceeded { .. })));
    let gone = found.page[0].id.clone();
    core.delete_instance_token(acme.operator.clone(), acme.id.clone(), gone).await.unwrap();
    create(more).await.unwrap();
    // Another instance has its own.
    fixture.instance("other").await;
}
