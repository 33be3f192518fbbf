//! Long-term instance tokens: who sees them, and how soon they stop.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod fixture;

use fixture::{Fixture, Running, sub_account::SubAccount};
use wharf_core::{
    Caller, Core, Error, Identity, NewInstance, NewInstanceToken, Operator, Page, Scope, TokenChange,
    TokenKind,
};
use wharf_model::{Actions, Edition, REGIONS, Reference};

async fn create(core: &Core, operator: &Operator, acme: &Running, text: &str) -> NewInstanceToken {
    let kind = TokenKind::LongTerm { description: text.to_owned() };
    core.create_instance_token(operator.clone(), acme.id.clone(), kind).await.unwrap()
}

async fn listed(core: &Core, operator: &Operator, acme: &Running, page: Page) -> (u64, Vec<String>) {
    let found = core.list_instance_tokens(operator.clone(), acme.id.clone(), page).await.unwrap();
    (found.total, found.page.into_iter().map(|token| token.description).collect())
}

async fn pull(core: &Core, acme: &Running, caller: &Caller) -> Result<(), Error> {
    let reference = Reference::Tag("v1".parse().unwrap());
    core.pull_manifest(caller.clone(), acme.target("team/app"), reference).await.map(drop)
}

/// Who holds a bearer token that was issued to `identity`.
async fn bearer(core: &Core, acme: &Running, identity: &Identity) -> Caller {
    let scope = Scope { target: acme.target("team/app"), actions: Actions::ALL };
    let (token, ..) = core.issue_bearer("test", identity.clone(), vec![scope], None).await.unwrap();
    core.verify_bearer(&token).await.unwrap()
}

#[tokio::test]
async fn they_are_listed_newest_first_a_page_at_a_time() {
    let fixture = Fixture::new().await;
    let (core, acme) = (&fixture.core, fixture.instance("acme").await);
    let other = fixture.instance("other").await;
    for text in ["one", "two", "three"] {
        create(core, &acme.operator, &acme, text).await;
    }
    let kind = TokenKind::Temporary;
    core.create_instance_token(acme.operator.clone(), acme.id.clone(), kind).await.unwrap();
    let page = |offset, limit| Page { offset, limit };
    for (page, texts) in [
        (Page::ALL, &["three", "two", "one", "tests"][..]),
        (page(0, 2), &["three", "two"]),
        (page(3, 2), &["tests"]),
        (page(4, 2), &[]),
        (page(1, 0), &[]),
    ] {
        let (total, found) = listed(core, &acme.operator, &acme, page).await;
        assert_eq!(
            (total, found.as_slice()),
            (4, texts.iter().map(ToString::to_string).collect::<Vec<_>>().as_slice())
        );
    }
    assert_eq!(listed(core, &other.operator, &other, Page::ALL).await, (1, vec!["tests".to_owned()]));
}

#[tokio::test]
async fn one_that_is_disabled_or_deleted_opens_nothing_from_the_next_request_on() {
    let fixture = Fixture::new().await;
    let (core, acme) = (&fixture.core, fixture.instance("acme").await);
    let another = fixture.another().await;
    fixture.push_image(&acme, "team/app", b"one", &["v1"]).await;
    let token = create(core, &acme.operator, &acme, "ci").await;
    let id = token.token_id.clone().unwrap();
    let caller = Caller { identity: fixture.log_in(&token).await.unwrap(), ..Caller::ANONYMOUS };
    let with_bearer = bearer(core, &acme, &caller.identity).await;
    let change =
        |change| core.modify_instance_token(acme.operator.clone(), acme.id.clone(), id.clone(), change);
    let works = async |expected: bool| {
        for caller in [&caller, &with_bearer] {
            // Twice, as the second is answered from memory.
            for _ in 0..2 {
                let pulled = pull(core, &acme, caller).await;
                assert_eq!(pulled.is_ok(), expected, "{pulled:?}");
                assert!(expected || matches!(pulled, Err(Error::InvalidBearer)));
            }
            let pushed = fixture.push_blob(caller, &acme.target("team/app"), b"two").await;
            assert_eq!(pushed.is_ok(), expected, "{pushed:?}");
        }
        assert_eq!(fixture.log_in(&token).await.is_ok(), expected);
        core.noticed_everywhere().await;
        for caller in [&caller, &with_bearer] {
            assert_eq!(pull(&another, &acme, caller).await.is_ok(), expected);
        }
    };
    works(true).await;
    for enabled in [false, true] {
        change(TokenChange::Enabled(enabled)).await.unwrap();
        works(enabled).await;
    }
    change(TokenChange::Description("for the build".to_owned())).await.unwrap();
    works(true).await;
    assert_eq!(listed(core, &acme.operator, &acme, Page::ALL).await.1, ["for the build", "tests"]);

    core.delete_instance_token(acme.operator.clone(), acme.id.clone(), id.clone()).await.unwrap();
    works(false).await;
    assert!(matches!(change(TokenChange::Enabled(true)).await, Err(Error::InstanceTokenNotFound(_))));
    assert_eq!(listed(core, &acme.operator, &acme, Page::ALL).await.1, ["tests"]);
    pull(core, &acme, &acme.caller).await.unwrap();
}

#[tokio::test]
async fn a_sub_account_sees_its_own_and_its_main_account_all() {
    let fixture = Fixture::new().await;
    let (core, acme) = (&fixture.core, fixture.instance("acme").await);
    let tokens = [("allow", "tcr:*InstanceToken", &*format!("qcs::tcr:::instance/{}", acme.id))];
    let sub = SubAccount::with(core, "tokens", &tokens).await;
    let operator = sub.operator("CreateInstanceToken");
    let own = create(core, &operator, &acme, "own").await.token_id.unwrap();
    let of_main = create(core, &acme.operator, &acme, "main").await.token_id.unwrap();

    let operator = sub.operator("DescribeInstanceToken");
    assert_eq!(listed(core, &operator, &acme, Page::ALL).await, (1, vec!["own".to_owned()]));
    assert_eq!(listed(core, &acme.operator, &acme, Page::ALL).await.1, ["main", "own", "tests"]);
    let id = || acme.id.clone();
    let change = || TokenChange::Enabled(false);
    let modify = sub.operator("ModifyInstanceToken");
    let modified = core.modify_instance_token(modify.clone(), id(), of_main.clone(), change()).await;
    assert!(matches!(modified, Err(Error::InstanceTokenNotFound(_))));
    let deleted =
        core.delete_instance_token(sub.operator("DeleteInstanceToken"), id(), of_main.clone()).await;
    assert!(matches!(deleted, Err(Error::InstanceTokenNotFound(_))));
    core.modify_instance_token(modify, id(), own.clone(), change()).await.unwrap();
    core.delete_instance_token(acme.operator.clone(), id(), own).await.unwrap();

    let nobody = SubAccount::new(core).await;
    let refused = core.list_instance_tokens(nobody.operator("DescribeInstanceToken"), id(), Page::ALL).await;
    assert!(matches!(refused, Err(Error::Unauthorized { .. })));
    let refused = core.delete_instance_token(nobody.operator("DeleteInstanceToken"), id(), of_main).await;
    assert!(matches!(refused, Err(Error::Unauthorized { .. })));
}

#[tokio::test]
async fn one_instances_token_is_not_there_for_another() {
    let fixture = Fixture::new().await;
    let (core, acme) = (&fixture.core, fixture.instance("acme").await);
    let other = fixture.instance("other").await;
    let token = create(core, &acme.operator, &acme, "ci").await;
    let id = token.token_id.clone().unwrap();
    let deleted = core.delete_instance_token(other.operator.clone(), other.id.clone(), id.clone()).await;
    assert!(matches!(deleted, Err(Error::InstanceTokenNotFound(_))));
    let change = TokenChange::Enabled(false);
    let modified = core.modify_instance_token(other.operator.clone(), other.id.clone(), id, change).await;
    assert!(matches!(modified, Err(Error::InstanceTokenNotFound(_))));
    fixture.log_in(&token).await.unwrap();
}

#[tokio::test]
async fn an_instance_that_is_not_made_yet_has_none() {
    let fixture = Fixture::new().await;
    let acme = fixture.instance("acme").await;
    let new = NewInstance {
        name: "pending".to_owned(),
        edition: Edition::Basic,
        region: &REGIONS[0],
        prepaid: None,
        deletion_protection: false,
        versioning: false,
        tags: Vec::new(),
    };
    let id = fixture.core.create_instance(acme.operator.clone(), new).await.unwrap();
    for kind in [TokenKind::Temporary, TokenKind::LongTerm { description: String::new() }] {
        let refused = fixture.core.create_instance_token(acme.operator.clone(), id.clone(), kind).await;
        assert!(matches!(refused, Err(Error::InstanceNotRunning { .. })));
    }
    let found = fixture.core.list_instance_tokens(acme.operator.clone(), id, Page::ALL).await.unwrap();
    assert_eq!((found.total, found.page.len()), (0, 0));
}
