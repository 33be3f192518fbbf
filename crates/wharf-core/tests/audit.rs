//! The audit log has an event of each change, and of what was refused.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod fixture;

use std::time::Duration;

use fixture::{Fixture, image};
use wharf_core::{
    AuditEvent, AuditFilter, AuditSettings, Audited, Core, Error, Limits, NewNamespace, Refusal,
};
use wharf_model::{Timestamp, Uin};

fn event(action: &str) -> AuditEvent {
    AuditEvent {
        time: Timestamp::now(),
        request_id: Some("request".to_owned()),
        account: Some(Uin::ROOT),
        owner: Some(Uin::ROOT),
        credential: Some("AKID".to_owned()),
        address: Some("192.0.2.7".to_owned()),
        product: "tcr".to_owned(),
        action: action.to_owned(),
        region: Some("ap-guangzhou".to_owned()),
        resource: Some("tcr-1/team".to_owned()),
        code: None,
        message: None,
        user_agent: Some("a client".to_owned()),
        parameters: Some(r#"{"DryRun":true}"#.to_owned()),
    }
}

fn refusal(error: &Error) -> Option<Refusal> {
    Some(Refusal { code: "Refused".to_owned(), message: Some(error.to_string()), resource: None })
}

async fn all(core: &Core) -> Vec<AuditEvent> {
    let events = core.export_audit_events(AuditFilter::default(), None, 1000).await.unwrap();
    events.into_iter().map(|stored| stored.event).collect()
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
async fn a_change_is_never_without_its_event() {
    let fixture = Fixture::new().await;
    let acme = fixture.instance("acme").await;
    let core = &fixture.core;
    let make = core.create_namespace(acme.operator, acme.id.clone(), namespace("made"));
    core.audited(event("CreateNamespace"), Audited::Change, make, refusal).await.unwrap();
    // It is there at once, for another process too, and not written again.
    let there = all(&fixture.another().await).await;
    assert_eq!(there.len(), 1);
    assert_eq!(AuditEvent { time: there[0].time, ..event("CreateNamespace") }, there[0]);
    core.note_audit_events().await.unwrap();
    assert_eq!(all(core).await.len(), 1);
}

#[tokio::test]
async fn what_is_refused_changes_nothing_and_is_noted() {
    let fixture = Fixture::new().await;
    let acme = fixture.instance("acme").await;
    let core = &fixture.core;
    let make = core.create_namespace(acme.operator, acme.id.clone(), namespace("team"));
    core.audited(event("CreateNamespace"), Audited::Change, make, refusal).await.unwrap_err();
    assert!(all(core).await.is_empty(), "it waits for the next note");
    core.note_audit_events().await.unwrap();
    let noted = all(core).await;
    assert_eq!((noted.len(), noted[0].code.as_deref()), (1, Some("Refused")));
    assert!(noted[0].message.as_ref().unwrap().contains("`team`"));
}

#[tokio::test]
async fn reads_are_noted_where_the_settings_say_so() {
    for reads in [false, true] {
        let audit = AuditSettings { reads, ..AuditSettings::default() };
        let fixture = Fixture::with_limits(Limits { audit, ..Limits::default() }).await;
        let core = &fixture.core;
        core.audited(event("DescribeRegions"), Audited::Read, core.list_accounts(), refusal).await.unwrap();
        let nobody = core.set_account_enabled(Uin::from_number(7), false);
        core.audited(event("DescribeNothing"), Audited::Read, nobody, refusal).await.unwrap_err();
        core.note_audit_events().await.unwrap();
        let actions: Vec<_> = all(core).await.into_iter().map(|event| event.action).collect();
        let expected: &[&str] =
            if reads { &["DescribeRegions", "DescribeNothing"] } else { &["DescribeNothing"] };
        assert_eq!(actions, expected);
    }
}

#[tokio::test]
async fn a_new_instance_is_named_and_a_push_is_one_transaction_with_its_event() {
    let fixture = Fixture::new().await;
    let acme = fixture.instance("acme").await;
    let core = &fixture.core;
    let target = acme.target("team/app");
    let blob = fixture.push_blob(&acme.caller, &target, b"config").await.unwrap();
    let manifest = image(&blob, &[]);
    let push = fixture.push_manifest(&acme.caller, &target, &manifest, &["1"]);
    core.audited(event("PushManifest"), Audited::Change, push, refusal).await.unwrap();
    let new = wharf_core::NewInstance {
        name: "other".to_owned(),
        edition: wharf_model::Edition::Basic,
        region: &wharf_model::REGIONS[0],
        prepaid: None,
        deletion_protection: false,
        versioning: false,
        tags: Vec::new(),
    };
    let made = core.create_instance(acme.operator, new);
    let id = core.audited(event("CreateInstance"), Audited::Change, made, refusal).await.unwrap();
    let events = all(core).await;
    assert_eq!(
        events.iter().map(|event| event.action.as_str()).collect::<Vec<_>>(),
        ["PushManifest", "CreateInstance"]
    );
    assert_eq!(events[1].resource.as_deref(), Some(id.as_str()));
}

#[tokio::test]
async fn events_are_found_and_paged() {
    let fixture = Fixture::new().await;
    let core = &fixture.core;
    let start = Timestamp::from_microseconds(1_000_000_000);
    for number in 0..25 {
        let code = if number % 5 == 0 { "Refused" } else { "Denied" };
        let event = AuditEvent {
            time: start.plus(Duration::from_secs(number / 2)),
            account: Some(Uin::from_number(if number % 2 == 0 { 1 } else { 2 })),
            resource: Some(format!("tcr-1/team/app_{number}")),
            ..event(&format!("Action{}", number % 3))
        };
        core.note_refusal(event, Refusal { code: code.to_owned(), message: None, resource: None });
    }
    core.note_audit_events().await.unwrap();
    let find = async |filter: AuditFilter| {
        let forward = core.export_audit_events(filter.clone(), None, 1000).await.unwrap();
        let mut backward = core.list_audit_events(filter.clone(), None, 1000).await.unwrap();
        backward.reverse();
        assert_eq!(forward, backward);
        // Page by page the same.
        let mut paged = Vec::new();
        loop {
            let after = paged.last().map(|event: &wharf_core::StoredAuditEvent| event.place);
            match core.export_audit_events(filter.clone(), after, 4).await.unwrap() {
                page if page.is_empty() => break,
                page => paged.extend(page),
            }
        }
        assert_eq!(paged, forward);
        forward.len()
    };
    let none = AuditFilter::default;
    assert_eq!(find(none()).await, 25);
    assert_eq!(find(AuditFilter { account: Some(Uin::from_number(2)), ..none() }).await, 12);
    assert_eq!(find(AuditFilter { action: Some("Action0".to_owned()), ..none() }).await, 9);
    assert_eq!(find(AuditFilter { code: Some("Refused".to_owned()), ..none() }).await, 5);
    assert_eq!(find(AuditFilter { code: Some("ok".to_owned()), ..none() }).await, 0);
    assert_eq!(find(AuditFilter { resource: Some("tcr-1/team/app_1".to_owned()), ..none() }).await, 11);
    assert_eq!(find(AuditFilter { resource: Some("tcr-1/%".to_owned()), ..none() }).await, 0);
    let (since, until) = (start.plus(Duration::from_secs(2)), start.plus(Duration::from_secs(4)));
    assert_eq!(find(AuditFilter { since: Some(since), until: Some(until), ..none() }).await, 4);
}

#[tokio::test]
async fn old_events_go_and_others_stay() {
    let audit = AuditSettings { keep: Duration::from_secs(3600), ..AuditSettings::default() };
    let fixture = Fixture::with_limits(Limits { audit, ..Limits::default() }).await;
    let core = &fixture.core;
    let refused = || Refusal { code: "Refused".to_owned(), message: None, resource: None };
    for minutes in [0, 59, 61, 120, 100_000] {
        let time = Timestamp::now().minus(Duration::from_secs(minutes * 60));
        core.note_refusal(AuditEvent { time, ..event("DeleteImage") }, refused());
    }
    core.note_audit_events().await.unwrap();
    assert_eq!(core.forget_audit_events().await.unwrap(), 3);
    assert_eq!(all(core).await.len(), 2);
}
