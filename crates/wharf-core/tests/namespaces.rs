//! Namespaces: what a change leaves alone, how soon it is seen, and which of them a filter of cloud tags lets pass.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod fixture;

use fixture::{Fixture, Running, sub_account::SubAccount};
use wharf_core::{
    Caller, Core, Error, Namespace, NamespaceChanges, NamespaceFilter, NewInstance, NewNamespace, Page,
};
use wharf_model::{Edition, REGIONS, Reference, Severity};

type Tags = Vec<(String, String)>;

fn tags(tags: &[(&str, &str)]) -> Tags {
    tags.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

fn namespace(name: &str, set: &[(&str, &str)]) -> NewNamespace {
    NewNamespace {
        name: name.parse().unwrap(),
        public: false,
        auto_scan: false,
        prevent_vul: false,
        severity: None,
        cve_allowlist: Vec::new(),
        tags: tags(set),
    }
}

async fn find(core: &Core, acme: &Running, name: &str) -> (Namespace, Tags) {
    let filter = NamespaceFilter { name: Some(name.to_owned()), tags: Vec::new() };
    let found = core.list_namespaces(acme.operator.clone(), acme.id.clone(), filter, Page::ALL).await;
    found.unwrap().page.remove(0)
}

async fn modify(core: &Core, acme: &Running, changes: NamespaceChanges, tags: Option<Tags>) {
    let (operator, name) = (acme.operator.clone(), "team".parse().unwrap());
    core.modify_namespace(operator, acme.id.clone(), name, changes, tags).await.unwrap();
}

#[tokio::test]
async fn only_what_is_given_changes() {
    let fixture = Fixture::new().await;
    let (core, acme) = (&fixture.core, fixture.instance("acme").await);
    fixture.namespace(&acme, "other", false).await;
    let shown = async || {
        let (found, tags) = find(core, &acme, "team").await;
        (found.public, found.auto_scan, found.prevent_vul, found.severity, found.cve_allowlist, tags)
    };
    let cves = || vec!["CVE-2021-44228".to_owned(), "CVE-2014-0160".to_owned()];
    let sorted = || vec!["CVE-2014-0160".to_owned(), "CVE-2021-44228".to_owned()];
    let none = NamespaceChanges::default;
    let red = || tags(&[("team", "red")]);
    assert_eq!(shown().await, (false, false, false, None, vec![], vec![]));
    for (changes, set, expected) in [
        (none(), None, (false, false, false, None, vec![], vec![])),
        (
            NamespaceChanges { public: Some(true), severity: Some(Severity::Low), ..none() },
            None,
            (true, false, false, Some(Severity::Low), vec![], vec![]),
        ),
        (
            NamespaceChanges { auto_scan: Some(true), cve_allowlist: Some(cves()), ..none() },
            Some(red()),
            (true, true, false, Some(Severity::Low), sorted(), red()),
        ),
        (
            NamespaceChanges { prevent_vul: Some(true), severity: Some(Severity::High), ..none() },
            None,
            (true, true, true, Some(Severity::High), sorted(), red()),
        ),
        (
            NamespaceChanges { public: Some(false), cve_allowlist: Some(vec![]), ..none() },
            Some(vec![]),
            (false, true, true, Some(Severity::High), vec![], vec![]),
        ),
    ] {
        modify(core, &acme, changes, set).await;
        assert_eq!(shown().await, expected);
    }
    let (other, set) = find(core, &acme, "other").await;
    assert_eq!((other.public, other.auto_scan, other.severity, set), (false, false, None, vec![]));
}

#[tokio::test]
async fn one_made_private_is_closed_at_the_next_pull() {
    let fixture = Fixture::new().await;
    let (core, acme) = (&fixture.core, fixture.instance("acme").await);
    let another = fixture.another().await;
    fixture.push_image(&acme, "team/app", b"one", &["v1"]).await;
    let pull = async |core: &Core| {
        let reference = Reference::Tag("v1".parse().unwrap());
        core.pull_manifest(Caller::ANONYMOUS, acme.target("team/app"), reference).await.map(drop)
    };
    assert!(matches!(pull(core).await, Err(Error::Unauthenticated)));
    for public in [true, false, true, false] {
        modify(core, &acme, NamespaceChanges { public: Some(public), ..NamespaceChanges::default() }, None)
            .await;
        // Twice, as the second is answered from memory.
        for _ in 0..2 {
            assert_eq!(pull(core).await.is_ok(), public);
        }
        core.noticed_everywhere().await;
        assert_eq!(pull(&another).await.is_ok(), public);
    }
}

#[tokio::test]
async fn what_may_not_be_changed_stays() {
    let fixture = Fixture::new().await;
    let (core, acme) = (&fixture.core, fixture.instance("acme").await);
    let open = || NamespaceChanges { public: Some(true), ..NamespaceChanges::default() };
    let sub = SubAccount::new(core).await;
    let modify = |operator, name: &str, tags| {
        core.modify_namespace(operator, acme.id.clone(), name.parse().unwrap(), open(), tags)
    };
    let refused = modify(sub.operator("ModifyNamespace"), "team", None).await;
    assert!(matches!(refused, Err(Error::Unauthorized { .. })));
    let refused = modify(acme.operator.clone(), "absent", None).await;
    assert!(matches!(refused, Err(Error::NamespaceNotFound(_))));
    let refused = modify(acme.operator.clone(), "team", Some(tags(&[("a", ""), ("a", "b")]))).await;
    assert!(matches!(refused, Err(Error::InvalidTag { .. })));
    assert!(!find(core, &acme, "team").await.0.public);
}

#[tokio::test]
async fn an_instance_that_is_not_made_yet_has_none() {
    let fixture = Fixture::new().await;
    let (core, acme) = (&fixture.core, fixture.instance("acme").await);
    let new = NewInstance {
        name: "pending".to_owned(),
        edition: Edition::Basic,
        region: &REGIONS[0],
        prepaid: None,
        deletion_protection: false,
        versioning: false,
        tags: Vec::new(),
    };
    let id = core.create_instance(acme.operator.clone(), new).await.unwrap();
    let operator = || acme.operator.clone();
    let changes = NamespaceChanges::default();
    for refused in [
        core.create_namespace(operator(), id.clone(), namespace("team", &[])).await,
        core.modify_namespace(operator(), id.clone(), "team".parse().unwrap(), changes, None).await,
        core.delete_namespace(operator(), id.clone(), "team".parse().unwrap()).await,
        core.list_namespaces(operator(), id.clone(), NamespaceFilter::default(), Page::ALL).await.map(drop),
    ] {
        assert!(matches!(refused, Err(Error::InstanceNotRunning { .. })), "{refused:?}");
    }
}

#[tokio::test]
async fn a_filter_of_tags_wants_one_of_each_list() {
    let fixture = Fixture::new().await;
    let (core, acme) = (&fixture.core, fixture.instance("acme").await);
    let (red, blue, prod) = (("team", "red"), ("team", "blue"), ("stage", "prod"));
    for (name, set) in
        [("a1", vec![red, prod]), ("a2", vec![blue]), ("a3", vec![prod]), ("b1", vec![red]), ("b2", vec![])]
    {
        let new = NewNamespace { cve_allowlist: vec![format!("CVE-{name}")], ..namespace(name, &set) };
        core.create_namespace(acme.operator.clone(), acme.id.clone(), new).await.unwrap();
    }
    let tag = |(key, value): (&str, &str)| (key.to_owned(), Some(value.to_owned()));
    let key = |key: &str| (key.to_owned(), None);
    let first = Page { offset: 0, limit: 1 };
    for (name, wanted, page, total, names) in [
        (None, vec![vec![tag(red)]], Page::ALL, 2, "a1 b1"),
        (None, vec![vec![tag(red), tag(blue)]], Page::ALL, 3, "a1 a2 b1"),
        (None, vec![vec![tag(red), tag(blue)], vec![tag(prod)]], Page::ALL, 1, "a1"),
        (None, vec![vec![key("team")]], Page::ALL, 3, "a1 a2 b1"),
        (Some("a"), vec![vec![key("team")]], Page::ALL, 2, "a1 a2"),
        (None, vec![vec![key("team")]], Page { offset: 1, limit: 1 }, 3, "a2"),
        (None, vec![vec![key("team")]], Page { offset: 3, limit: 5 }, 3, ""),
        (None, vec![vec![("team".to_owned(), Some("green".to_owned()))]], first, 0, ""),
        (Some("b"), vec![], first, 2, "b1"),
    ] {
        let filter = NamespaceFilter { name: name.map(str::to_owned), tags: wanted };
        let found = core.list_namespaces(acme.operator.clone(), acme.id.clone(), filter, page).await.unwrap();
        let listed: Vec<_> = found.page.iter().map(|(one, _)| one.name.as_str()).collect();
        assert_eq!((found.total, listed.join(" ")), (total, names.to_owned()));
        assert!(found.page.iter().all(|(one, _)| one.cve_allowlist == [format!("CVE-{}", one.name)]));
    }
}
