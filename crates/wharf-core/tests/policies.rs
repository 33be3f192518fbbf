//! What sub-accounts may do by their policies, through the cloud API's door.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod fixture;

use std::time::Duration;

use fixture::{
    Fixture, Running, root,
    session::federated,
    sub_account::{SubAccount, document},
};
use wharf_core::{
    Core, Error, InstanceFilter, NamespaceFilter, NewInstance, NewRepository, Operator, Page, Sort,
};
use wharf_model::{Edition, InstanceId, NamespaceName, REGIONS, Timestamp, Uin};

fn repository(name: &str) -> NewRepository {
    NewRepository {
        name: name.parse().unwrap(),
        brief_description: String::new(),
        description: String::new(),
    }
}

fn refused<T>(result: Result<T, Error>) -> String {
    match result {
        Err(Error::Unauthorized { action, resource }) => format!("{action} {resource}"),
        Err(other) => format!("another error: {other}"),
        Ok(_) => "allowed".to_owned(),
    }
}

async fn namespaces(
    core: &Core,
    operator: Operator,
    id: &InstanceId,
    page: Page,
) -> Result<(u64, String), Error> {
    let found = core.list_namespaces(operator, id.clone(), NamespaceFilter::default(), page).await?;
    let names: Vec<_> = found.page.iter().map(|(namespace, _)| namespace.name.to_string()).collect();
    Ok((found.total, names.join(" ")))
}

async fn repositories(
    core: &Core,
    operator: Operator,
    acme: &Running,
    namespace: Option<&str>,
) -> Result<(u64, String), Error> {
    let namespace = namespace.map(|name| name.parse::<NamespaceName>().unwrap());
    let listed =
        core.list_repositories(operator, acme.id.clone(), namespace, None, Sort::Name, Page::ALL).await?;
    let names: Vec<_> = listed.page.iter().map(|one| one.name.to_string()).collect();
    Ok((listed.total, names.join(" ")))
}

async fn instances(core: &Core, operator: Operator, region: Option<&str>) -> Result<(u64, String), Error> {
    let filter = InstanceFilter { region: region.map(str::to_owned), ..InstanceFilter::default() };
    let found = core.list_instances(operator, filter, Page { offset: 0, limit: 1 }).await?;
    let names: Vec<_> = found.page.iter().map(|(instance, _)| instance.name.to_string()).collect();
    Ok((found.total, names.join(" ")))
}

#[tokio::test]
async fn a_sub_account_does_what_its_policies_allow_and_no_more() {
    let fixture = Fixture::new().await;
    let (core, acme) = (&fixture.core, fixture.instance("acme").await);
    let id = acme.id.clone();
    let sub = SubAccount::new(core).await;
    let create = |name: &'static str| {
        core.create_repository(sub.operator("CreateRepository"), id.clone(), repository(name))
    };

    let resource = format!("qcs::tcr:ap-guangzhou:uin/100000000001:repository/{id}/team/web");
    let nothing_said = refused(create("team/web").await);
    assert_eq!(nothing_said, format!("tcr:CreateRepository {resource}"));

    let team = format!("qcs::tcr:::repository/{id}/team/*");
    core.create_policy(Uin::ROOT, "team", &document(&[("allow", "tcr:*", &team)])).await.unwrap();
    core.attach_policy(sub.0, "team").await.unwrap();
    create("team/web").await.unwrap();
    assert!(matches!(create("team/web").await, Err(Error::RepositoryExists(_))));
    assert!(refused(create("other/web").await).ends_with("/other/web"));

    core.create_policy(Uin::ROOT, "guard", &document(&[("deny", "tcr:Create*", "*")])).await.unwrap();
    core.attach_policy(sub.0, "guard").await.unwrap();
    assert!(refused(create("team/api").await).ends_with("/team/api"));
    core.detach_policy(sub.0, "guard").await.unwrap();
    create("team/api").await.unwrap();
    core.detach_policy(sub.0, "team").await.unwrap();
    assert!(refused(create("team/cli").await).ends_with("/team/cli"));
}

#[tokio::test]
async fn what_is_somebody_elses_is_not_there_whatever_a_policy_says() {
    let fixture = Fixture::new().await;
    let core = &fixture.core;
    let stranger = core.create_account("stranger", None).await.unwrap();
    let foreign = fixture.instance_of(stranger.uin, "foreign").await;
    let sub = SubAccount::with(core, "all", &[("allow", "*", "*")]).await;
    for operator in [sub.operator("DescribeNamespaces"), root(Uin::ROOT)] {
        let found = namespaces(core, operator, &foreign.id, Page::ALL).await;
        assert!(matches!(found, Err(Error::InstanceNotFound(_))));
    }
    // Whom nothing is said of learns no more of it.
    let nobody = SubAccount::new(core).await;
    let found = namespaces(core, nobody.operator("DescribeNamespaces"), &foreign.id, Page::ALL).await;
    assert!(matches!(found, Err(Error::InstanceNotFound(_))));
}

#[tokio::test]
async fn listings_show_and_count_what_may_be_seen() {
    let fixture = Fixture::new().await;
    let (core, acme) = (&fixture.core, fixture.instance("acme").await);
    let other = fixture.instance("other").await;
    for name in ["base", "secret"] {
        fixture.namespace(&acme, name, false).await;
    }
    for name in ["team/api", "team/web", "base/os1", "secret/key"] {
        core.create_repository(acme.operator.clone(), acme.id.clone(), repository(name)).await.unwrap();
    }
    let below = format!("qcs::tcr:::repository/{}", acme.id);
    let one = SubAccount::with(
        core,
        "one",
        &[
            ("allow", "tcr:Describe*", &format!("{below}/team {below}/team/* {below}/base")),
            ("allow", "tcr:DescribeInstances", &format!("qcs::tcr:::instance/{}", acme.id)),
        ],
    )
    .await;
    let but_one = SubAccount::with(
        core,
        "but-one",
        &[("allow", "tcr:*", "*"), ("deny", "tcr:*", &format!("{below}/secret {below}/secret/*"))],
    )
    .await;
    let (all, only) = (Page::ALL, Page { offset: 1, limit: 1 });

    let seen = |sub: &SubAccount, page| namespaces(core, sub.operator("DescribeNamespaces"), &acme.id, page);
    assert_eq!(seen(&one, all).await.unwrap(), (2, "base team".to_owned()));
    assert_eq!(seen(&one, only).await.unwrap(), (2, "team".to_owned()));
    assert_eq!(seen(&but_one, all).await.unwrap(), (2, "base team".to_owned()));
    assert_eq!(
        namespaces(core, acme.operator.clone(), &acme.id, all).await.unwrap(),
        (3, "base secret team".to_owned())
    );

    let seen = |sub: &SubAccount, name| repositories(core, sub.operator("DescribeRepositories"), &acme, name);
    assert_eq!(seen(&one, None).await.unwrap(), (2, "team/api team/web".to_owned()));
    assert_eq!(seen(&one, Some("team")).await.unwrap(), (2, "team/api team/web".to_owned()));
    assert_eq!(seen(&one, Some("secret")).await.unwrap(), (0, String::new()));
    assert_eq!(seen(&but_one, None).await.unwrap(), (3, "base/os1 team/api team/web".to_owned()));

    let seen = |sub: &SubAccount, region| instances(core, sub.operator("DescribeInstances"), region);
    assert_eq!(seen(&one, None).await.unwrap(), (1, "acme".to_owned()));
    assert_eq!(seen(&but_one, Some("ap-guangzhou")).await.unwrap(), (2, "other".to_owned()));
    assert_eq!(seen(&but_one, Some("ap-shanghai")).await.unwrap(), (0, String::new()));

    let nobody = SubAccount::new(core).await;
    assert!(refused(seen(&nobody, None).await).ends_with(":instance/*"));
    let listed = namespaces(core, nobody.operator("DescribeNamespaces"), &acme.id, all).await;
    assert!(refused(listed).ends_with(&format!("repository/{}/*", acme.id)));
    let ids = vec![acme.id.clone(), other.id.clone()];
    let everything = InstanceFilter::default();
    let named = core.find_instances(one.operator("DescribeInstances"), ids, everything, Page::ALL).await;
    assert!(refused(named).ends_with(&format!("instance/{}", other.id)));
}

#[tokio::test]
async fn what_is_yet_to_be_made_needs_a_grant_on_all_of_its_kind() {
    let fixture = Fixture::new().await;
    let core = &fixture.core;
    let new = |region| NewInstance {
        name: "made".to_owned(),
        edition: Edition::Basic,
        region: &REGIONS[region],
        prepaid: None,
        deletion_protection: false,
        versioning: false,
        tags: Vec::new(),
    };
    let narrow = SubAccount::with(core, "narrow", &[("allow", "tcr:*", "qcs::tcr:::instance/tcr-*")]).await;
    let made = core.create_instance(narrow.operator("CreateInstance"), new(0)).await;
    assert!(refused(made).ends_with(":instance/*"));
    assert_eq!(
        refused(core.check_operator(narrow.operator("DescribeRegions")).await),
        "tcr:DescribeRegions qcs::tcr:ap-guangzhou:uin/100000000001:*"
    );
    let wide = SubAccount::with(
        core,
        "wide",
        &[("allow", "tcr:CreateInstance", "qcs::tcr:ap-guangzhou::instance/*")],
    )
    .await;
    let elsewhere = core.create_instance(wide.operator("CreateInstance"), new(1)).await;
    assert!(refused(elsewhere).contains("ap-shanghai"));
    let id = core.create_instance(wide.operator("CreateInstance"), new(0)).await.unwrap();
    // It belongs to the main account.
    let found = core.check_instance(root(Uin::ROOT), id).await.unwrap();
    assert_eq!(found.map(|instance| instance.uin), Some(Uin::ROOT));
}

#[tokio::test]
async fn addresses_and_times_count() {
    let fixture = Fixture::new().await;
    let (core, acme) = (&fixture.core, fixture.instance("acme").await);
    let sub = SubAccount::new(core).await;
    let document = r#"{"version":"2.0","statement":[{"effect":"allow","action":"tcr:*","resource":"*","condition":{
        "ip_equal":{"qcs:ip":"10.0.0.0/8"},"date_less_than":{"qcs:current_time":"2030-01-01T00:00:00Z"}}}]}"#;
    core.create_policy(Uin::ROOT, "inside", document).await.unwrap();
    core.attach_policy(sub.0, "inside").await.unwrap();
    let (before, after) = (1_893_455_999_999_999, 1_893_456_000_000_000);
    for (address, time, allowed) in [
        (Some([10, 1, 2, 3].into()), before, true),
        (Some([10, 1, 2, 3].into()), after, false),
        (Some([192, 0, 2, 1].into()), before, false),
        (None, before, false),
    ] {
        let time = Timestamp::from_microseconds(time);
        let operator = Operator { address, time, ..sub.operator("DescribeNamespaces") };
        let found = namespaces(core, operator, &acme.id, Page::ALL).await;
        assert_eq!(found.is_ok(), allowed, "{address:?} {time:?}");
    }
}

#[tokio::test]
async fn a_session_does_what_its_principal_may_and_its_own_policy_too() {
    let fixture = Fixture::new().await;
    let (core, acme) = (&fixture.core, fixture.instance("acme").await);
    let reader = document(&[("allow", "tcr:Describe*", "*")]);
    let team = SubAccount::with(
        core,
        "team",
        &[
            ("allow", "tcr:*", &format!("qcs::tcr:::repository/{}/team/*", acme.id)),
            ("allow", "sts:GetFederationToken", "*"),
        ],
    )
    .await;
    for (operator, reads, all) in [(acme.operator.clone(), true, true), (team.operator(""), true, false)] {
        let operator = federated(core, &operator, &reader, None).await.unwrap();
        let with = |action: &str| Operator { action: format!("tcr:{action}").into(), ..operator.clone() };
        let team = repositories(core, with("DescribeRepositories"), &acme, Some("team")).await;
        assert_eq!(team.is_ok(), reads);
        let everything = core.check_operator(with("DescribeRegions")).await;
        assert_eq!(everything.is_ok(), all);
        let made =
            core.create_repository(with("CreateRepository"), acme.id.clone(), repository("team/new")).await;
        assert!(refused(made).ends_with("/team/new"));
    }
}

#[tokio::test]
async fn a_key_stops_with_its_account_and_the_account_that_it_acts_for() {
    let fixture = Fixture::new().await;
    let core = &fixture.core;
    let main = core.create_account("main", None).await.unwrap();
    let sub = core.create_account("sub", Some(main.uin)).await.unwrap();
    let credential = || async { core.signing_credential(sub.key.secret_id.clone()).await.unwrap().unwrap() };
    assert_eq!((credential().await.uin, credential().await.owner), (sub.uin, main.uin));
    for uin in [sub.uin, main.uin] {
        assert!(credential().await.enabled);
        core.set_account_enabled(uin, false).await.unwrap();
        assert!(!credential().await.enabled);
        core.set_account_enabled(uin, true).await.unwrap();
    }
    core.create_key(sub.uin).await.unwrap();
    assert!(matches!(core.create_key(sub.uin).await, Err(Error::TooManyKeys { limit: 2, .. })));
    let below = core.create_account("below", Some(sub.uin)).await;
    assert!(matches!(below, Err(Error::NoMainAccount { .. })));
    let nowhere = core.create_account("nowhere", Some(Uin::from_number(7))).await;
    assert!(matches!(nowhere, Err(Error::AccountNotFound(_))));
}

#[tokio::test]
async fn policies_are_kept_by_name_and_attached_to_sub_accounts_of_their_owner() {
    let fixture = Fixture::new().await;
    let core = &fixture.core;
    let all = document(&[("allow", "*", "*")]);
    let other = core.create_account("other", None).await.unwrap().uin;
    let (sub, foreign) =
        (SubAccount::new(core).await.0, core.create_account("x", Some(other)).await.unwrap().uin);
    for wrong in ["", "a b", "ä", &"x".repeat(129)] {
        assert!(matches!(core.create_policy(Uin::ROOT, wrong, &all).await, Err(Error::InvalidValue { .. })));
    }
    assert!(matches!(core.create_policy(Uin::ROOT, "p", "{}").await, Err(Error::InvalidPolicy(_))));
    assert!(matches!(core.create_policy(sub, "p", &all).await, Err(Error::NoMainAccount { .. })));
    core.create_policy(Uin::ROOT, "p", &all).await.unwrap();
    assert!(matches!(core.create_policy(Uin::ROOT, "p", &all).await, Err(Error::PolicyExists(_))));
    core.create_policy(other, "p", &all).await.unwrap();

    assert!(matches!(core.attach_policy(Uin::ROOT, "p").await, Err(Error::NoSubAccount(_))));
    assert!(matches!(core.attach_policy(sub, "q").await, Err(Error::PolicyNotFound(_))));
    core.attach_policy(sub, "p").await.unwrap();
    core.attach_policy(sub, "p").await.unwrap();
    assert_eq!(core.list_attached_policies(sub).await.unwrap().len(), 1);
    assert!(core.list_attached_policies(foreign).await.unwrap().is_empty());
    assert!(matches!(core.list_attached_policies(other).await, Err(Error::NoSubAccount(_))));
    assert!(matches!(core.delete_policy(Uin::ROOT, "p").await, Err(Error::PolicyInUse { .. })));
    assert_eq!(core.find_policy(Uin::ROOT, "p").await.unwrap().accounts, [sub]);
    assert_eq!(core.list_policies(None).await.unwrap().len(), 2);
    core.detach_policy(sub, "p").await.unwrap();
    assert!(matches!(core.detach_policy(sub, "p").await, Err(Error::PolicyNotFound(_))));
    core.delete_policy(Uin::ROOT, "p").await.unwrap();
    assert_eq!(core.list_policies(Some(Uin::ROOT)).await.unwrap().len(), 0);

    for number in 0..=30 {
        let name = format!("p{number}");
        core.create_policy(Uin::ROOT, &name, &all).await.unwrap();
        let attached = core.attach_policy(sub, &name).await;
        assert_eq!(attached.is_ok(), number < 30, "{number}");
    }
}

#[tokio::test]
async fn the_last_use_of_a_key_is_noted() {
    let fixture = Fixture::new().await;
    let core = &fixture.core;
    let key = core.list_keys(Some(Uin::ROOT)).await.unwrap().remove(0);
    assert_eq!(key.last_used_at, None);
    let before = Timestamp::now();
    core.note_key_use(&key.secret_id);
    core.note_key_uses(false).await.unwrap();
    let used = || async { core.list_keys(Some(Uin::ROOT)).await.unwrap().remove(0).last_used_at.unwrap() };
    let first = used().await;
    assert!(first >= before && first < before.plus(Duration::from_secs(30)));
    core.note_key_use(&key.secret_id);
    core.note_key_uses(false).await.unwrap();
    assert_eq!(used().await, first);
    core.note_key_uses(true).await.unwrap();
    assert!(used().await > first);
}
