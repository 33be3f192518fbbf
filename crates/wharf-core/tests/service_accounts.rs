//! Service accounts: where they log in, what they may do, and when that ends.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod fixture;

use std::time::Duration;

use fixture::{
    Fixture, Running,
    service_account::{caller, log_in, make, named, permissions},
};
use futures_util::future::join_all;
use wharf_core::{
    Begun, Caller, Core, Door, Error, Identity, MadeServiceAccount, Page, Scope, ServiceAccountChanges,
    ServiceAccountEnd, ServicePassword,
};
use wharf_model::{Actions, Digest, Reference, Timestamp};

async fn pull(core: &Core, running: &Running, caller: &Caller, repository: &str) -> Result<(), Error> {
    let (target, tag) = (running.target(repository), Reference::Tag("v1".parse().unwrap()));
    core.pull_manifest(caller.clone(), target, tag).await.map(drop)
}

async fn modify(fixture: &Fixture, running: &Running, name: &str, changes: ServiceAccountChanges) {
    let (operator, id) = (running.operator.clone(), running.id.clone());
    fixture.core.modify_service_account(operator, id, name.parse().unwrap(), changes).await.unwrap();
}

async fn choose(fixture: &Fixture, running: &Running, made: &mut MadeServiceAccount, password: &str) {
    let chosen = ServicePassword::Chosen(password.to_owned());
    let (operator, id, name) = (running.operator.clone(), running.id.clone(), made.name.clone());
    made.password = fixture.core.set_service_account_password(operator, id, name, chosen).await.unwrap();
}

fn opens(identity: Result<Identity, Error>, running: &Running) -> bool {
    identity.unwrap().instance() == Some(&running.id)
}

fn is_denied<T>(result: &Result<T, Error>) -> bool {
    matches!(result, Err(Error::Denied { .. }))
}

fn is_wrong(outcome: &Result<Identity, Error>) -> bool {
    matches!(outcome, Err(Error::WrongCredentials))
}

#[tokio::test]
async fn an_account_logs_in_at_its_instance_and_where_none_is_said() {
    let fixture = Fixture::new().await;
    let (acme, other) = (fixture.instance("acme").await, fixture.instance("other").await);
    let core = &fixture.core;
    let mut here = make(&fixture, &acme, "ci", "team: pull").await;
    let mut there = make(&fixture, &other, "ci", "team: pull").await;
    for (made, running, stranger) in [(&here, &acme, &other), (&there, &other, &acme)] {
        // The second time from memory.
        for _ in 0..2 {
            assert!(opens(log_in(core, made, Some(running)).await, running));
            assert!(opens(log_in(core, made, None).await, running));
        }
        assert!(is_wrong(&log_in(core, made, Some(stranger)).await));
    }
    for (user, password) in
        [("tcr$ci", "wrong"), ("tcr$cd", &here.password), ("tcr$", &here.password), ("tcr$ci", "")]
    {
        assert!(is_wrong(&core.log_in(Some(user), password, None).await), "{user}");
        let door = Door { instance: Some("acme".to_owned()), ..Door::default() };
        assert!(is_wrong(&core.log_in(Some(user), password, door).await), "{user}");
    }
    // Without its prefix it is an account's number, and as a refresh token it is nothing.
    assert!(is_wrong(&core.log_in(Some("ci"), &here.password, None).await));
    assert!(is_wrong(&core.log_in(None, &here.password, None).await));

    // With one password in two instances, it is the one that the request names.
    choose(&fixture, &acme, &mut here, "Same1234").await;
    choose(&fixture, &other, &mut there, "Same1234").await;
    for running in [&acme, &other] {
        let door = Door { named: Some(running.name.clone()), ..Door::default() };
        assert!(opens(core.log_in(Some("tcr$ci"), "Same1234", door).await, running));
    }
}

#[tokio::test]
async fn each_permission_in_each_namespace_is_asked_for() {
    let fixture = Fixture::new().await;
    let acme = fixture.instance("acme").await;
    let core = &fixture.core;
    fixture.namespace(&acme, "open", true).await;
    fixture.namespace(&acme, "secret", false).await;
    for repository in ["team/app", "open/app", "secret/app"] {
        fixture.push_image(&acme, repository, repository.as_bytes(), &["v1"]).await;
    }
    let all = ["team/app", "team/new", "open/app", "open/new", "secret/app", "secret/new"];
    for (number, (may, pulls, pushes)) in [
        ("team: charts", "open/app", ""),
        ("team: pull", "team/app open/app", ""),
        ("team: push", "open/app", "team/app"),
        ("team: create", "open/app", ""),
        ("team: push create, secret: pull", "open/app secret/app", "team/app team/new"),
        ("team: pull push, open: push", "team/app open/app", "team/app open/app"),
    ]
    .into_iter()
    .enumerate()
    {
        let robot = caller(&fixture, &acme, &format!("robot{number}"), may).await;
        for repository in all.repeat(2) {
            let among = |list: &str| list.split(' ').any(|item| item == repository);
            if repository.ends_with("app") {
                // The second time from memory.
                let pulled = pull(core, &acme, &robot, repository).await;
                assert_eq!(pulled.is_ok(), among(pulls), "{may}: pulls {repository}");
                assert!(pulled.is_ok() || is_denied(&pulled));
            }
            let pushed = fixture.push_blob(&robot, &acme.target(repository), b"new").await;
            assert_eq!(pushed.is_ok(), among(pushes), "{may}: pushes {repository}");
            assert!(pushed.is_ok() || is_denied(&pushed));
            let tag = Reference::Tag("v1".parse().unwrap());
            let deleted = core.delete_manifest(robot.clone(), acme.target(repository), tag).await;
            assert!(is_denied(&deleted), "{may}: deletes in {repository}");
        }
        let catalog = core.list_catalog(robot.clone(), None, None, 100).await.unwrap();
        let names: Vec<_> = catalog.names.iter().map(ToString::to_string).collect();
        let mut expected: Vec<_> = pulls.split(' ').collect();
        expected.sort_unstable();
        assert_eq!(names, expected, "{may}: the catalog");
        if may.contains("create") && may.contains("push") {
            let operator = acme.operator.clone();
            let name = "team/new".parse().unwrap();
            core.delete_repository(operator, acme.id.clone(), name, false).await.unwrap();
        }
    }
}

#[tokio::test]
async fn a_mount_needs_the_source_to_be_pulled_from() {
    let fixture = Fixture::new().await;
    let acme = fixture.instance("acme").await;
    fixture.namespace(&acme, "secret", false).await;
    let digest = fixture.push_blob(&acme.caller, &acme.target("secret/app"), b"layer").await.unwrap();
    fixture.push_blob(&acme.caller, &acme.target("team/app"), b"other").await.unwrap();
    let mount = async |caller: &Caller, to: &str, from: Option<&str>| {
        let from = from.map(|from| acme.target(from));
        fixture.core.mount_blob(caller.clone(), acme.target(to), digest.clone(), from).await
    };
    let mounted = |begun| matches!(begun, Ok(Begun::Mounted(_)));
    let pusher = caller(&fixture, &acme, "pusher", "team: pull push").await;
    assert!(!mounted(mount(&pusher, "team/app", Some("secret/app")).await));
    let both = caller(&fixture, &acme, "both", "team: push, secret: pull").await;
    assert!(!mounted(mount(&both, "team/app", None).await), "it may not pull all of the instance");
    assert!(is_denied(&mount(&both, "team/new", Some("secret/app")).await), "it may make no repository");
    assert!(mounted(mount(&both, "team/app", Some("secret/app")).await));
}

#[tokio::test]
async fn what_is_taken_away_ends_at_once_with_bearer_tokens_and_without() {
    let fixture = Fixture::new().await;
    let acme = fixture.instance("acme").await;
    fixture.push_image(&acme, "team/app", b"one", &["v1"]).await;
    let core = &fixture.core;
    let mut made = make(&fixture, &acme, "ci", "team: pull").await;
    let callers = async |made: &MadeServiceAccount| {
        let identity = log_in(core, made, Some(&acme)).await.unwrap();
        let scope = Scope { target: acme.target("team/app"), actions: Actions::ALL };
        let issued = core.issue_bearer("http://localhost", identity.clone(), vec![scope], None).await;
        let by_bearer = core.verify_bearer(&issued.unwrap().0).await.unwrap();
        let covered = by_bearer.scopes.as_ref().unwrap()[0].actions;
        assert!(covered.contains(Actions::PULL) && !covered.contains(Actions::DELETE));
        assert_eq!(by_bearer.identity, identity);
        [Caller { identity, ..Caller::ANONYMOUS }, by_bearer]
    };
    let outcomes = async |callers: &[Caller]| {
        let pulls = callers.iter().map(|caller| pull(core, &acme, caller, "team/app"));
        join_all(pulls).await
    };
    let all_ok = |outcomes: &[Result<(), Error>]| outcomes.iter().all(Result::is_ok);
    let all_invalid =
        |outcomes: &[Result<(), Error>]| outcomes.iter().all(|one| matches!(one, Err(Error::InvalidBearer)));
    let first = callers(&made).await;
    let now = Timestamp::now;
    let soon = now().plus(Duration::from_millis(400)).milliseconds();
    let (none, both) = (permissions("team: push"), permissions("team: pull push"));
    for _ in 0..2 {
        assert!(all_ok(&outcomes(&first).await));
        let with = |permissions: &_| ServiceAccountChanges {
            permissions: Some(Vec::clone(permissions)),
            ..ServiceAccountChanges::default()
        };
        modify(&fixture, &acme, "ci", with(&none)).await;
        assert!(outcomes(&first).await.iter().all(is_denied));
        modify(&fixture, &acme, "tcr$ci", with(&both)).await;
        assert!(all_ok(&outcomes(&first).await));
        for disabled in [true, false] {
            let changes =
                ServiceAccountChanges { disabled: Some(disabled), ..ServiceAccountChanges::default() };
            modify(&fixture, &acme, "ci", changes).await;
            let outcomes = outcomes(&first).await;
            assert!(if disabled { all_invalid(&outcomes) } else { all_ok(&outcomes) });
        }
    }
    let ending = |end| ServiceAccountChanges {
        end: ServiceAccountEnd::read(None, Some(end), now()).unwrap(),
        ..ServiceAccountChanges::default()
    };
    modify(&fixture, &acme, "ci", ending(soon)).await;
    while now().milliseconds() < soon {
        let before = now().milliseconds();
        let outcomes = outcomes(&first).await;
        assert!(all_ok(&outcomes) || now().milliseconds() >= soon, "{before} {soon}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(all_invalid(&outcomes(&first).await));
    assert!(is_wrong(&log_in(core, &made, Some(&acme)).await));
    modify(&fixture, &acme, "ci", ending(-1)).await;
    assert!(all_ok(&outcomes(&first).await));

    let old = MadeServiceAccount { ..made.clone() };
    choose(&fixture, &acme, &mut made, "Second12").await;
    assert!(all_invalid(&outcomes(&first).await));
    assert!(is_wrong(&log_in(core, &old, Some(&acme)).await));
    let second = callers(&made).await;
    assert!(all_ok(&outcomes(&second).await));
    // The same password again is another one.
    choose(&fixture, &acme, &mut made, "Second12").await;
    assert!(all_invalid(&outcomes(&second).await));

    let third = callers(&made).await;
    let (operator, id) = (acme.operator.clone(), acme.id.clone());
    core.delete_service_account(operator, id, made.name.clone()).await.unwrap();
    assert!(all_invalid(&outcomes(&third).await));
    let again = make(&fixture, &acme, "ci", "team: pull").await;
    assert!(all_invalid(&outcomes(&third).await), "an account of the same name is another");
    assert!(all_ok(&outcomes(&callers(&again).await).await));
}

#[tokio::test]
async fn a_namespace_that_goes_takes_its_permissions_along() {
    let fixture = Fixture::new().await;
    let acme = fixture.instance("acme").await;
    fixture.namespace(&acme, "brief", false).await;
    let robot = caller(&fixture, &acme, "ci", "team: pull, brief: pull push create").await;
    let (operator, id) = (acme.operator.clone(), acme.id.clone());
    let name = "brief".parse().unwrap();
    fixture.core.delete_namespace(operator.clone(), id.clone(), name).await.unwrap();
    let listed = fixture.core.list_service_accounts(operator, id, None, true, Page::ALL).await.unwrap();
    assert_eq!((listed.total, &listed.page[0].1), (1, &permissions("team: pull")));
    // What comes after it under the same name is another.
    fixture.namespace(&acme, "brief", false).await;
    fixture.push_image(&acme, "brief/app", b"one", &["v1"]).await;
    assert!(is_denied(&pull(&fixture.core, &acme, &robot, "brief/app").await));
}

#[tokio::test]
async fn accounts_go_with_their_instance() {
    let fixture = Fixture::new().await;
    let acme = fixture.instance("acme").await;
    let made = make(&fixture, &acme, "ci", "team: pull").await;
    let (core, operator) = (&fixture.core, acme.operator.clone());
    let identity = log_in(core, &made, Some(&acme)).await.unwrap();
    core.delete_instance(operator, acme.id.clone(), true, false).await.unwrap();
    core.remove_instance(acme.id.clone()).await.unwrap();
    assert!(is_wrong(&log_in(core, &made, None).await));
    let robot = Caller { identity, ..Caller::ANONYMOUS };
    assert!(matches!(core.check_caller(robot).await, Err(Error::InvalidBearer)));
}

#[tokio::test]
async fn of_many_at_the_edge_as_many_are_made_as_may_be() {
    let fixture = Fixture::new().await;
    let acme = fixture.instance("acme").await;
    let other = fixture.another().await;
    for number in 0..48 {
        make(&fixture, &acme, &format!("robot{number}"), "team: pull").await;
    }
    let cores = [&fixture.core, &other];
    let attempts = (0..6).map(|number| {
        let (operator, id) = (acme.operator.clone(), acme.id.clone());
        let new = named(&format!("late{number}"), "team: pull");
        cores[number % 2].create_service_account(operator, id, new)
    });
    let outcomes = join_all(attempts).await;
    let refused =
        outcomes.iter().filter(|outcome| matches!(outcome, Err(Error::QuotaExceeded { limit: 50, .. })));
    assert_eq!(refused.count(), 4);
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 2);
    let (operator, id) = (acme.operator.clone(), acme.id.clone());
    let listed = other.list_service_accounts(operator, id, None, false, Page::ALL).await.unwrap();
    assert_eq!((listed.total, listed.page.len()), (50, 50));
}

#[tokio::test]
async fn guesses_at_once_get_no_further_than_one_after_the_other() {
    let fixture = Fixture::new().await;
    let acme = fixture.instance("acme").await;
    let made = make(&fixture, &acme, "ci", "team: pull").await;
    let user = made.name.to_string();
    let at_once = std::thread::available_parallelism().unwrap().get();
    let guesses = (0..at_once + 20).map(|number| {
        let (user, password) = (user.clone(), format!("Guess{number}"));
        let door = Door { instance: Some("acme".to_owned()), ..Door::default() };
        let core = fixture.core.clone();
        async move { core.log_in(Some(&user), &password, door).await }
    });
    let outcomes = join_all(guesses).await;
    let heard = outcomes.iter().filter(|outcome| is_wrong(outcome)).count();
    assert!((5..5 + at_once).contains(&heard), "{heard}");
    let slowed = log_in(&fixture.core, &made, Some(&acme)).await;
    assert!(matches!(slowed, Err(Error::TooManyAttempts { .. })), "the right one has to wait too");
    // An account of that name in another instance does not.
    let other = fixture.instance("other").await;
    let neighbour = make(&fixture, &other, "ci", "team: pull").await;
    assert!(opens(log_in(&fixture.core, &neighbour, Some(&other)).await, &other));
}

#[tokio::test]
async fn a_wrong_name_takes_as_long_as_a_wrong_password() {
    let fixture = Fixture::new().await;
    let acme = fixture.instance("acme").await;
    let made = make(&fixture, &acme, "ci", "team: pull").await;
    let mut times = [Duration::MAX; 2];
    // By turns, and the shortest of each, so that what else runs here weighs on neither. Four failures are free.
    for _ in 0..4 {
        for (name, shortest) in [made.name.to_string(), "tcr$nobody".to_owned()].iter().zip(&mut times) {
            let began = std::time::Instant::now();
            assert!(is_wrong(&fixture.core.log_in(Some(name), "wrong", None).await));
            *shortest = began.elapsed().min(*shortest);
        }
    }
    let [known, unknown] = times;
    assert!(unknown * 3 > known && known * 3 > unknown, "{known:?} {unknown:?}");
}

#[tokio::test]
async fn blobs_digests_are_told_to_nobody_else() {
    let fixture = Fixture::new().await;
    let acme = fixture.instance("acme").await;
    let digest = fixture.push_blob(&acme.caller, &acme.target("team/app"), b"layer").await.unwrap();
    assert_eq!(digest, Digest::of(b"layer"));
    let robot = caller(&fixture, &acme, "ci", "team: push").await;
    let pulled = fixture.pull_blob(&robot, &acme.target("team/app"), &digest).await;
    assert!(is_denied(&pulled.map(drop)));
}
