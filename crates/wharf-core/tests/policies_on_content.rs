//! What sub-accounts may pull, push and delete by their policies.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod fixture;

use std::net::IpAddr;

use fixture::{
    Fixture, Running,
    sub_account::{SubAccount, document},
};
use wharf_core::{Begun, Caller, Core, Error, Scope};
use wharf_model::{Actions, Digest, Reference, Uin};

async fn pull(core: &Core, acme: &Running, caller: &Caller, repository: &str) -> Result<(), Error> {
    let reference = Reference::Tag("v1".parse().unwrap());
    core.pull_manifest(caller.clone(), acme.target(repository), reference).await.map(drop)
}

async fn delete(core: &Core, acme: &Running, caller: &Caller, repository: &str) -> Result<(), Error> {
    let reference = Reference::Tag("v1".parse().unwrap());
    core.delete_manifest(caller.clone(), acme.target(repository), reference).await
}

/// A sub-account with a policy of these statements.
async fn caller_with(
    fixture: &Fixture,
    acme: &Running,
    name: &str,
    statements: &[(&'static str, &'static str, String)],
) -> Caller {
    let statements =
        statements.iter().map(|(effect, actions, resources)| (*effect, *actions, resources.as_str()));
    let statements: Vec<_> = statements.collect();
    SubAccount::with(&fixture.core, name, &statements).await.log_in(fixture, acme).await.unwrap()
}

fn is_denied<T>(result: Result<T, Error>) -> bool {
    matches!(result, Err(Error::Denied { .. }))
}

/// An instance with images in `team/app`, `team/sub/app`, `open/app` and `secret/app`; `open` is public.
async fn acme(fixture: &Fixture) -> Running {
    let acme = fixture.instance("acme").await;
    fixture.namespace(&acme, "open", true).await;
    fixture.namespace(&acme, "secret", false).await;
    for repository in ["team/app", "team/sub/app", "open/app", "secret/app"] {
        fixture.push_image(&acme, repository, repository.as_bytes(), &["v1"]).await;
    }
    acme
}

#[tokio::test]
async fn each_action_on_each_repository_is_asked_for() {
    let fixture = Fixture::new().await;
    let (core, acme) = (&fixture.core, acme(&fixture).await);
    let below = format!("qcs::tcr:::repository/{}", acme.id);
    let reader = [("allow", "tcr:PullRepository", format!("{below}/team/*"))];
    let reader = caller_with(&fixture, &acme, "reader", &reader).await;
    let writer = [("allow", "tcr:PullRepository tcr:PushRepository", format!("{below}/team/app"))];
    let writer = caller_with(&fixture, &acme, "writer", &writer).await;
    let guarded = [
        ("allow", "tcr:*", "*".to_owned()),
        ("deny", "tcr:PullRepository", format!("{below}/open/* {below}/secret/*")),
    ];
    let guarded = caller_with(&fixture, &acme, "guarded", &guarded).await;
    let nobody = SubAccount::new(core).await.log_in(&fixture, &acme).await.unwrap();
    for (who, caller, pulls, pushes) in [
        ("reader", &reader, "team/app team/sub/app open/app", ""),
        ("writer", &writer, "team/app open/app", "team/app"),
        ("guarded", &guarded, "team/app team/sub/app", "team/app team/sub/app open/app secret/app"),
        ("nobody", &nobody, "open/app", ""),
    ] {
        // The second time from memory.
        for repository in ["team/app", "team/sub/app", "open/app", "secret/app"].repeat(2) {
            let among = |list: &str| list.split(' ').any(|item| item == repository);
            let pulled = pull(core, &acme, caller, repository).await;
            assert_eq!(pulled.is_ok(), among(pulls), "{who} pulls {repository}");
            assert!(pulled.is_ok() || is_denied(pulled));
            let pushed = fixture.push_blob(caller, &acme.target(repository), b"new").await;
            assert_eq!(pushed.is_ok(), among(pushes), "{who} pushes {repository}");
            assert!(pushed.is_ok() || is_denied(pushed));
        }
    }
    assert!(is_denied(delete(core, &acme, &writer, "team/app").await));
    delete(core, &acme, &guarded, "team/app").await.unwrap();
}

#[tokio::test]
async fn a_token_opens_one_instance_whatever_the_policies_say() {
    let fixture = Fixture::new().await;
    let (core, acme) = (&fixture.core, acme(&fixture).await);
    let other = fixture.instance("other").await;
    fixture.push_image(&other, "team/app", b"other", &["v1"]).await;
    let all = SubAccount::with(core, "all", &[("allow", "*", "*")]).await;
    let caller = all.log_in(&fixture, &acme).await.unwrap();
    pull(core, &acme, &caller, "team/app").await.unwrap();
    assert!(is_denied(pull(core, &other, &caller, "team/app").await));
}

#[tokio::test]
async fn a_change_of_policies_counts_at_the_next_request() {
    let fixture = Fixture::new().await;
    let (core, acme) = (&fixture.core, acme(&fixture).await);
    let another = fixture.another().await;
    let sub = SubAccount::with(core, "all", &[("allow", "tcr:*", "*")]).await;
    core.create_policy(Uin::ROOT, "guard", &document(&[("deny", "tcr:Pull*", "*")])).await.unwrap();
    let caller = sub.log_in(&fixture, &acme).await.unwrap();
    for _ in 0..2 {
        for core in [core, &another] {
            pull(core, &acme, &caller, "team/app").await.unwrap();
        }
        core.attach_policy(sub.0, "guard").await.unwrap();
        assert!(is_denied(pull(core, &acme, &caller, "team/app").await));
        core.detach_policy(sub.0, "guard").await.unwrap();
        pull(core, &acme, &caller, "team/app").await.unwrap();
        core.detach_policy(sub.0, "all").await.unwrap();
        assert!(is_denied(pull(core, &acme, &caller, "team/app").await));
        core.noticed_everywhere().await;
        assert!(is_denied(pull(&another, &acme, &caller, "team/app").await));
        core.attach_policy(sub.0, "all").await.unwrap();
        // What is granted counts at once, in every process.
        pull(&another, &acme, &caller, "team/app").await.unwrap();
    }
    for uin in [sub.0, Uin::ROOT] {
        core.set_account_enabled(uin, false).await.unwrap();
        let refused = pull(core, &acme, &caller, "team/app").await;
        assert!(matches!(refused, Err(Error::InvalidBearer)));
        core.set_account_enabled(uin, true).await.unwrap();
        pull(core, &acme, &caller, "team/app").await.unwrap();
    }
}

/// A grant is seen by a process that remembers that there was another one.
#[tokio::test]
async fn a_grant_beside_another_counts_at_once_in_every_process() {
    let fixture = Fixture::new().await;
    let (core, acme) = (&fixture.core, acme(&fixture).await);
    let another = fixture.another().await;
    let one = |name: &str| {
        document(&[("allow", "tcr:Pull*", &format!("qcs::tcr:::repository/{}/{name}", acme.id))])
    };
    let sub = SubAccount::new(core).await;
    for (name, repository) in [("app", "team/app"), ("sub", "team/sub/app")] {
        core.create_policy(Uin::ROOT, name, &one(repository)).await.unwrap();
    }
    core.attach_policy(sub.0, "app").await.unwrap();
    let caller = sub.log_in(&fixture, &acme).await.unwrap();
    pull(&another, &acme, &caller, "team/app").await.unwrap();
    core.attach_policy(sub.0, "sub").await.unwrap();
    pull(&another, &acme, &caller, "team/sub/app").await.unwrap();
}

#[tokio::test]
async fn an_address_counts_at_each_request() {
    let fixture = Fixture::new().await;
    let (core, acme) = (&fixture.core, acme(&fixture).await);
    let sub = SubAccount::new(core).await;
    let inside = r#"{"version":"2.0","statement":[{"effect":"allow","action":"tcr:*","resource":"*",
        "condition":{"ip_equal":{"qcs:ip":"10.0.0.0/8"}}}]}"#;
    core.create_policy(Uin::ROOT, "inside", inside).await.unwrap();
    core.attach_policy(sub.0, "inside").await.unwrap();
    let caller = sub.log_in(&fixture, &acme).await.unwrap();
    let (here, there) = (IpAddr::from([10, 0, 0, 1]), IpAddr::from([192, 0, 2, 1]));
    for address in [Some(here), Some(there), None, Some(here), Some(there)] {
        let from = Caller { address, ..caller.clone() };
        let allowed = address == Some(here);
        assert_eq!(pull(core, &acme, &from, "team/app").await.is_ok(), allowed);
        let scope = Scope { target: acme.target("team/app"), actions: Actions::ALL };
        let issued = core.issue_bearer("test", caller.identity.clone(), vec![scope], address).await.unwrap();
        let bearer = core.verify_bearer(&issued.0).await.unwrap();
        let covered = bearer.scopes.unwrap()[0].actions;
        assert_eq!(covered, if allowed { Actions::ALL } else { Actions::NONE });
    }
}

#[tokio::test]
async fn the_catalog_and_scopes_are_cut_to_what_may_be_pulled() {
    let fixture = Fixture::new().await;
    let (core, acme) = (&fixture.core, acme(&fixture).await);
    let below = format!("qcs::tcr:::repository/{}", acme.id);
    for (name, statements, expected) in [
        ("all", vec![("allow", "tcr:*", below.clone() + "/*")], "open/app secret/app team/app team/sub/app"),
        ("one", vec![("allow", "tcr:Pull*", below.clone() + "/team/sub/*")], "open/app team/sub/app"),
        ("none", vec![("allow", "tcr:Push*", "*".to_owned())], "open/app"),
        (
            "but-open",
            vec![("allow", "tcr:*", "*".to_owned()), ("deny", "tcr:Pull*", below.clone() + "/open/*")],
            "secret/app team/app team/sub/app",
        ),
        ("denied", vec![("deny", "tcr:Pull*", below.clone() + "/open/*")], ""),
    ] {
        let caller = caller_with(&fixture, &acme, name, &statements).await;
        let expected: Vec<_> = expected.split(' ').filter(|name| !name.is_empty()).collect();
        let (mut listed, mut last) = (Vec::new(), None);
        // One at a time, so that each next page begins where the last one ended.
        loop {
            let page = core.list_catalog(caller.clone(), Some("acme".to_owned()), last, 1).await.unwrap();
            let Some(name) = page.names.first() else { break };
            listed.push(name.to_string());
            last = listed.last().cloned();
        }
        assert_eq!(listed, expected, "{name}");
        let whole = core.list_catalog(caller.clone(), None, None, 100).await.unwrap();
        assert_eq!(whole.names.len(), expected.len());
        for repository in ["open/app", "secret/app", "team/app", "team/sub/app"] {
            let scope = Scope { target: acme.target(repository), actions: Actions::PULL };
            let issued = core.issue_bearer("test", caller.identity.clone(), vec![scope], None).await.unwrap();
            let covered = core.verify_bearer(&issued.0).await.unwrap().scopes.unwrap()[0].actions;
            assert_eq!(covered == Actions::PULL, expected.contains(&repository), "{name} {repository}");
        }
    }
}

#[tokio::test]
async fn a_blob_is_mounted_from_where_it_may_be_pulled() {
    let fixture = Fixture::new().await;
    let (core, acme) = (&fixture.core, acme(&fixture).await);
    let below = format!("qcs::tcr:::repository/{}", acme.id);
    let push = ("allow", "tcr:*", format!("{below}/team/app"));
    for (name, more, from_named, from_anywhere) in [
        ("one", None, false, false),
        ("two", Some(("allow", "tcr:Pull*", below.clone() + "/secret/*")), true, false),
        ("all", Some(("allow", "tcr:Pull*", below.clone() + "/*")), true, true),
    ] {
        let statements: Vec<_> = [push.clone()].into_iter().chain(more).collect();
        let caller = caller_with(&fixture, &acme, name, &statements).await;
        for (from, expected) in [(Some(acme.target("secret/app")), from_named), (None, from_anywhere)] {
            let digest = Digest::of(b"secret/app");
            let begun = core.mount_blob(caller.clone(), acme.target("team/app"), digest, from).await.unwrap();
            assert_eq!(matches!(begun, Begun::Mounted(_)), expected, "{name}");
        }
    }
}
