//! What is paid for in advance, from Running to gone, at times that the tests say.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod fixture;

use std::time::Duration;

use fixture::{Fixture, Running, root};
use futures_util::future::join;
use wharf_core::{
    AuditFilter, Core, Error, EventKind, ImageFilter, Instance, InstanceChanges, JobKind, Lane, Limits,
    NewInstance, NewInstanceToken, NewNamespace, Page, PeriodsSettled, Renewal, Sort, TokenKind,
};
use wharf_model::{
    ChargeType, Edition, InstanceId, InstanceStatus, REGIONS, Reference, RenewFlag, Timestamp, Uin,
};

const GRACE: Duration = Duration::from_secs(7 * 86_400);
const INSTANT: Duration = Duration::from_micros(1);
const NOTHING: PeriodsSettled = PeriodsSettled { renewed: 0, isolated: 0, deleted: 0 };

async fn instance(core: &Core, id: &InstanceId) -> Instance {
    core.check_instance(root(Uin::ROOT), id.clone()).await.unwrap().unwrap()
}

async fn end(core: &Core, id: &InstanceId) -> Timestamp {
    instance(core, id).await.expires_at.unwrap()
}

async fn renew(
    core: &Core,
    acme: &Running,
    from: ChargeType,
    months: i64,
    flag: RenewFlag,
) -> Result<(), Error> {
    let renewal = Renewal { from, months, renew_flag: flag };
    core.renew_instance(acme.operator.clone(), acme.id.clone(), renewal).await
}

async fn token(core: &Core, acme: &Running, kind: TokenKind) -> Result<NewInstanceToken, Error> {
    core.create_instance_token(acme.operator.clone(), acme.id.clone(), kind).await
}

fn long_term() -> TokenKind {
    TokenKind::LongTerm { description: String::new() }
}

fn tag() -> Reference {
    Reference::Tag("1".parse().unwrap())
}

async fn settle(core: &Core, now: Timestamp) -> PeriodsSettled {
    core.settle_periods(now).await.unwrap()
}

/// Asserts that a change was refused because of the state, and that the message says what to do.
fn refused<T>(done: Result<T, Error>) {
    match done {
        Err(error @ Error::InstanceNotRunning { status: InstanceStatus::Isolate, .. }) => {
            assert!(error.to_string().contains("renewed"), "{error}");
        }
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("it was done"),
    }
}

/// An Isolate instance answers pulls, and listings of what there is.
async fn assert_pulls_only(fixture: &Fixture, acme: &Running) {
    let (core, target) = (&fixture.core, acme.target("team/app"));
    core.pull_manifest(acme.caller.clone(), target.clone(), tag()).await.unwrap();
    assert_eq!(core.list_tags(acme.caller.clone(), target.clone(), None, 9).await.unwrap().len(), 1);
    let (operator, id) = (acme.operator.clone(), acme.id.clone());
    let name = target.repository.clone();
    let images =
        core.list_images(operator.clone(), id.clone(), name.clone(), ImageFilter::default(), Page::ALL);
    assert_eq!(images.await.unwrap().total, 1);
    let listed = core.list_repositories(operator.clone(), id.clone(), None, None, Sort::Name, Page::ALL);
    assert_eq!(listed.await.unwrap().total, 1);
    let temporary = token(core, acme, TokenKind::Temporary).await.unwrap();
    fixture.log_in(&temporary).await.unwrap();

    refused(fixture.push_blob(&acme.caller, &target, b"more").await);
    refused(core.delete_manifest(acme.caller.clone(), target, tag()).await);
    refused(core.delete_image(operator.clone(), id.clone(), name.clone(), "1".parse().unwrap()).await);
    refused(core.delete_repository(operator.clone(), id.clone(), name, true).await);
    refused(core.create_namespace(operator.clone(), id.clone(), namespace("more")).await);
    refused(token(core, acme, long_term()).await);
    refused(core.modify_instance(operator, id, InstanceChanges::default()).await);
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

#[tokio::test]
async fn from_running_to_gone() {
    let fixture = Fixture::new().await;
    let core = &fixture.core;
    let acme = fixture.instance("acme").await;
    fixture.push_image(&acme, "team/app", b"one", &["1"]).await;
    let other = fixture.instance("other").await;
    let protected = InstanceChanges { deletion_protection: Some(true), ..InstanceChanges::default() };
    core.modify_instance(acme.operator.clone(), acme.id.clone(), protected).await.unwrap();

    // From paid by use to one month in advance, which renews itself for as long as that took.
    let before = Timestamp::now();
    renew(core, &acme, ChargeType::PostPaid, 1, RenewFlag::Automatic).await.unwrap();
    let paid_from = instance(core, &acme.id).await.paid_from.unwrap();
    assert!(paid_from >= before && end(core, &acme.id).await == paid_from.plus_months(1));
    let mut now = end(core, &acme.id).await;
    assert_eq!(settle(core, now.minus(INSTANT)).await, NOTHING);
    assert_eq!(settle(core, now).await, PeriodsSettled { renewed: 1, ..NOTHING });
    assert_eq!(end(core, &acme.id).await, paid_from.plus_months(2));
    assert_eq!(settle(core, now).await, NOTHING);
    now = paid_from.plus_months(5);
    assert_eq!(settle(core, now).await, PeriodsSettled { renewed: 1, ..NOTHING });
    assert_eq!(end(core, &acme.id).await, paid_from.plus_months(6));
    fixture.push_image(&acme, "team/app", b"two", &["1"]).await;

    // By hand from now on: a period more, then nobody renews.
    renew(core, &acme, ChargeType::PrePaid, 3, RenewFlag::Manual).await.unwrap();
    now = end(core, &acme.id).await;
    assert_eq!(now, paid_from.plus_months(9));
    assert_eq!(settle(core, now).await, PeriodsSettled { isolated: 1, ..NOTHING });
    let isolated = instance(core, &acme.id).await;
    assert_eq!((isolated.status, isolated.isolated_at), (InstanceStatus::Isolate, Some(now)));
    assert_pulls_only(&fixture, &acme).await;

    // Renewed within the grace, it is as before.
    assert_eq!(settle(core, now.plus(GRACE).minus(INSTANT)).await, NOTHING);
    renew(core, &acme, ChargeType::PrePaid, 1, RenewFlag::None).await.unwrap();
    let back = instance(core, &acme.id).await;
    assert_eq!((back.status, back.isolated_at), (InstanceStatus::Running, None));
    assert_eq!(back.expires_at, Some(paid_from.plus_months(10)));
    assert_eq!(settle(core, now.plus(GRACE)).await, NOTHING);
    fixture.push_image(&acme, "team/app", b"three", &["1"]).await;

    // A registry that stood still over the end leaves the whole grace; then it goes, protected or not.
    now = paid_from.plus_months(30);
    assert_eq!(settle(core, now).await, PeriodsSettled { isolated: 1, ..NOTHING });
    assert_pulls_only(&fixture, &acme).await;
    now = now.plus(GRACE);
    assert_eq!(settle(core, now.minus(INSTANT)).await, NOTHING);
    assert_eq!(settle(core, now).await, PeriodsSettled { deleted: 1, ..NOTHING });
    let deleting = instance(core, &acme.id).await;
    assert_eq!((deleting.status, deleting.delete_bucket), (InstanceStatus::Deleting, true));
    let pull = core.pull_manifest(acme.caller.clone(), acme.target("team/app"), tag()).await;
    assert!(matches!(pull, Err(Error::InstanceNotRunning { status: InstanceStatus::Deleting, .. })));
    let renewed = renew(core, &acme, ChargeType::PrePaid, 1, RenewFlag::Manual).await;
    assert!(matches!(renewed, Err(Error::InstanceNotRunning { .. })));
    assert_eq!(settle(core, now.plus(GRACE)).await, NOTHING);

    // The job that removes instances is told, and nothing is left.
    core.dispatch_events(100, |event| match event {
        EventKind::InstanceDeleting => vec![JobKind::RemoveInstance],
        _ => Vec::new(),
    })
    .await
    .unwrap();
    let job = core.lease_job(Lane::Short).await.unwrap().unwrap();
    assert_eq!((job.kind.as_str(), job.subject.as_str()), ("instance.remove", acme.id.as_str()));
    core.remove_instance(acme.id.clone()).await.unwrap();
    assert!(core.check_instance(acme.operator.clone(), acme.id.clone()).await.unwrap().is_none());
    assert_eq!(instance(core, &other.id).await.status, InstanceStatus::Running);

    let filter = AuditFilter { resource: Some(acme.id.to_string()), ..AuditFilter::default() };
    let events = core.export_audit_events(filter, None, 100).await.unwrap();
    let events: Vec<_> = events.into_iter().map(|stored| stored.event).collect();
    let actions: Vec<_> = events.iter().map(|event| event.action.as_str()).collect();
    assert_eq!(
        actions,
        ["RenewInstance", "RenewInstance", "IsolateInstance", "IsolateInstance", "DeleteInstance"]
    );
    assert!(events.iter().all(|event| event.product == "worker" && event.owner == Some(Uin::ROOT)));
}

#[tokio::test]
async fn an_isolated_instance_is_deleted_by_its_owner_unless_it_is_protected() {
    let fixture = Fixture::new().await;
    let core = &fixture.core;
    for (name, protection) in [("plain", false), ("guarded", true)] {
        let made = fixture.instance(name).await;
        let changes = InstanceChanges { deletion_protection: Some(protection), ..InstanceChanges::default() };
        core.modify_instance(made.operator.clone(), made.id.clone(), changes).await.unwrap();
        renew(core, &made, ChargeType::PostPaid, 1, RenewFlag::Manual).await.unwrap();
        assert_eq!(settle(core, end(core, &made.id).await).await.isolated, 1);
        let deleted = core.delete_instance(made.operator.clone(), made.id.clone(), true, false).await;
        let status = instance(core, &made.id).await.status;
        if protection {
            assert!(matches!(deleted, Err(Error::DeletionProtected(_))));
            assert_eq!(status, InstanceStatus::Isolate);
        } else {
            deleted.unwrap();
            assert_eq!(status, InstanceStatus::Deleting);
        }
    }
}

#[tokio::test]
async fn an_instance_is_renewed_as_it_is_paid() {
    let fixture = Fixture::new().await;
    let (core, acme) = (&fixture.core, fixture.instance("acme").await);
    let by_use = renew(core, &acme, ChargeType::PrePaid, 1, RenewFlag::Manual).await;
    assert!(matches!(by_use, Err(Error::WrongRenewal { charge_type: ChargeType::PostPaid, .. })));
    assert_eq!(instance(core, &acme.id).await.expires_at, None);
    renew(core, &acme, ChargeType::PostPaid, 1, RenewFlag::Manual).await.unwrap();
    let in_advance = renew(core, &acme, ChargeType::PostPaid, 1, RenewFlag::Manual).await;
    assert!(matches!(in_advance, Err(Error::WrongRenewal { charge_type: ChargeType::PrePaid, .. })));
    let before = end(core, &acme.id).await;
    let too_far = renew(core, &acme, ChargeType::PrePaid, 100_000, RenewFlag::Manual).await;
    assert!(matches!(too_far, Err(Error::PaidTooFar(_))));
    assert_eq!(end(core, &acme.id).await, before);
}

/// Two processes that look at the same time do each thing once.
#[tokio::test]
async fn several_processes_settle_each_period_once() {
    let fixture = Fixture::new().await;
    let (core, other) = (&fixture.core, fixture.another().await);
    let mut now = Timestamp::now();
    for number in 0..4 {
        let made = fixture.instance(&format!("one-{number}")).await;
        let flag = if number % 2 == 0 { RenewFlag::Automatic } else { RenewFlag::None };
        renew(core, &made, ChargeType::PostPaid, 1, flag).await.unwrap();
        now = end(core, &made.id).await;
    }
    let (one, two) = join(settle(core, now), settle(&other, now)).await;
    assert_eq!((one.renewed + two.renewed, one.isolated + two.isolated), (2, 2));
    let now = now.plus(GRACE);
    let (one, two) = join(settle(core, now), settle(&other, now)).await;
    assert_eq!(one.deleted + two.deleted, 2);
}

#[tokio::test]
async fn an_account_never_has_more_instances_than_it_may() {
    let limits = Limits { instances_per_account: 7, ..Limits::default() };
    let fixture = Fixture::with_limits(limits).await;
    let (core, other) = (&fixture.core, fixture.another().await);
    let create = |number: usize| {
        let new = NewInstance {
            name: format!("made-{number}"),
            edition: Edition::Basic,
            region: &REGIONS[number % 2],
            prepaid: None,
            deletion_protection: false,
            versioning: false,
            tags: Vec::new(),
        };
        let core = if number.is_multiple_of(2) { core } else { &other };
        core.create_instance(root(Uin::ROOT), new)
    };
    let made = futures_util::future::join_all((0..50).map(create)).await;
    let refused =
        made.iter().filter(|made| matches!(made, Err(Error::TooManyInstances { uin: Uin::ROOT, limit: 7 })));
    assert_eq!(refused.count(), 43);
    assert_eq!(made.iter().filter(|made| made.is_ok()).count(), 7);
}

#[tokio::test]
async fn an_edition_must_hold_what_is_there() {
    let mut limits = Limits::default();
    limits.quotas.basic = limits.quotas.basic.with(wharf_model::Quota::Namespaces, Some(2));
    let fixture = Fixture::with_limits(limits).await;
    let (core, acme) = (&fixture.core, fixture.instance("acme").await);
    let edition = async |edition| {
        let changes = InstanceChanges { edition: Some(edition), ..InstanceChanges::default() };
        core.modify_instance(acme.operator.clone(), acme.id.clone(), changes).await
    };
    edition(Edition::Premium).await.unwrap();
    for name in ["two", "three"] {
        fixture.namespace(&acme, name, false).await;
    }
    match edition(Edition::Basic).await {
        Err(Error::EditionTooSmall { used: 3, limit: 2, .. }) => {}
        other => panic!("{other:?}"),
    }
    assert_eq!(instance(core, &acme.id).await.edition, Edition::Premium);
    edition(Edition::Standard).await.unwrap();
    let gone = core.delete_namespace(acme.operator.clone(), acme.id.clone(), "three".parse().unwrap());
    gone.await.unwrap();
    edition(Edition::Basic).await.unwrap();
    // One namespace more than it may have: the next one waits, and the edition stays open to the top.
    let full = core.create_namespace(acme.operator.clone(), acme.id.clone(), namespace("more")).await;
    assert!(matches!(full, Err(Error::QuotaExceeded { limit: 2, .. })));
    edition(Edition::Premium).await.unwrap();
}
