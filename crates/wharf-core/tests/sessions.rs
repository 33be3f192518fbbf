//! What temporary credentials may do, and until when.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod fixture;

use std::time::Duration;

use fixture::{
    Fixture, Running, root,
    session::{assumed, federated, log_in},
    sub_account::{SubAccount, document},
};
use wharf_core::{Caller, Error, Operator, TokenKind};
use wharf_model::{Digest, Uin};

const TRUST: &str = r#"{"version":"2.0","statement":[{"effect":"allow","action":"name/sts:AssumeRole","principal":{"qcs":"PRINCIPAL"}}]}"#;

/// Everything of one instance but pushes.
fn reader(acme: &Running) -> String {
    let resource = format!("qcs::tcr:::repository/{}/* qcs::tcr:::instance/{}", acme.id, acme.id);
    document(&[("allow", "tcr:Describe* tcr:PullRepository tcr:CreateInstanceToken", &resource)])
}

async fn pull(fixture: &Fixture, acme: &Running, caller: &Caller, digest: &Digest) -> Result<(), Error> {
    fixture.pull_blob(caller, &acme.target("team/app"), digest).await.map(drop)
}

/// A repository of an instance, and a blob in it.
async fn pushed(fixture: &Fixture) -> (Running, Digest) {
    let acme = fixture.instance("acme").await;
    let digest = fixture.push_blob(&acme.caller, &acme.target("team/app"), b"content").await.unwrap();
    (acme, digest)
}

#[tokio::test]
async fn a_token_opens_no_more_than_the_credentials_that_made_it() {
    let fixture = Fixture::new().await;
    let (acme, digest) = pushed(&fixture).await;
    let operator = federated(&fixture.core, &acme.operator, &reader(&acme), None).await.unwrap();
    let caller = log_in(&fixture, &acme, &operator).await.unwrap();
    pull(&fixture, &acme, &caller, &digest).await.unwrap();
    pull(&fixture, &acme, &caller, &digest).await.unwrap();
    let refused = fixture.push_blob(&caller, &acme.target("team/app"), b"new").await.unwrap_err();
    assert!(matches!(refused, Error::Denied { .. }), "{refused}");
    let kind = TokenKind::LongTerm { description: String::new() };
    let long = fixture.core.create_instance_token(operator, acme.id.clone(), kind).await.err().unwrap();
    assert!(matches!(long, Error::TemporaryCredential), "{long}");
}

#[tokio::test]
async fn credentials_end_and_their_tokens_with_them() {
    let fixture = Fixture::new().await;
    let (acme, digest) = pushed(&fixture).await;
    let core = &fixture.core;
    let operator = federated(core, &acme.operator, &reader(&acme), Some(2)).await.unwrap();
    let session = operator.session.clone().unwrap();
    let caller = log_in(&fixture, &acme, &operator).await.unwrap();
    pull(&fixture, &acme, &caller, &digest).await.unwrap();
    while wharf_model::Timestamp::now() < session.expires_at {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let refused = pull(&fixture, &acme, &caller, &digest).await.unwrap_err();
    assert!(matches!(refused, Error::InvalidBearer), "{refused}");
    assert_eq!(core.forget_sessions().await.unwrap(), 1);
    assert!(core.signing_credential(session.secret_id.clone()).await.unwrap().is_none());
    assert!(matches!(pull(&fixture, &acme, &caller, &digest).await, Err(Error::InvalidBearer)));
}

#[tokio::test]
async fn credentials_are_for_a_time_and_ask_for_no_others() {
    let fixture = Fixture::new().await;
    let core = &fixture.core;
    let all = document(&[("allow", "*", "*")]);
    let sub = SubAccount::with(core, "sts", &[("allow", "sts:*", "*")]).await.operator("");
    for (operator, seconds, allowed) in [
        (root(Uin::ROOT), 0, false),
        (root(Uin::ROOT), 7200, true),
        (root(Uin::ROOT), 7201, false),
        (sub.clone(), 129_600, true),
        (sub, 129_601, false),
    ] {
        match federated(core, &operator, &all, Some(seconds)).await {
            Ok(holder) => {
                assert!(allowed);
                let again = federated(core, &holder, &all, None).await.unwrap_err();
                assert!(matches!(again, Error::TemporaryCredential), "{again}");
            }
            Err(error) => assert!(!allowed && matches!(error, Error::SessionTooLong { .. }), "{error}"),
        }
    }
    let wrong = federated(core, &root(Uin::ROOT), "{}", None).await.unwrap_err();
    assert!(matches!(wrong, Error::InvalidPolicy(_)), "{wrong}");
    let unbound = SubAccount::new(core).await.operator("");
    let refused = federated(core, &unbound, &all, None).await.unwrap_err();
    assert!(matches!(refused, Error::Unauthorized { .. }), "{refused}");
}

#[tokio::test]
async fn a_role_does_what_its_policies_say_for_whom_it_trusts() {
    let fixture = Fixture::new().await;
    let (acme, digest) = pushed(&fixture).await;
    let core = &fixture.core;
    let arn = "qcs::cam::uin/100000000001:roleName/reader";
    let assumes = [("allow", "sts:AssumeRole", "qcs::cam::uin/100000000001:roleName/*")];
    let (trusted, other) =
        (SubAccount::with(core, "a", &assumes).await, SubAccount::with(core, "b", &assumes).await);
    let trust = TRUST.replace("PRINCIPAL", &format!("qcs::cam::uin/100000000001:uin/{}", trusted.0));
    let name = || "reader".parse().unwrap();
    core.create_role(Uin::ROOT, name(), &trust, "").await.unwrap();
    let again = core.create_role(Uin::ROOT, name(), &trust, "").await.unwrap_err();
    assert!(matches!(again, Error::RoleExists(_)), "{again}");

    let refused = assumed(core, &other.operator(""), arn).await.unwrap_err();
    assert!(matches!(refused, Error::Unauthorized { .. }), "{refused}");
    let missing = assumed(core, &trusted.operator(""), "qcs::cam::uin/100000000001:roleName/x").await;
    assert!(matches!(missing, Err(Error::RoleNotFound(_))));

    let operator = assumed(core, &trusted.operator(""), arn).await.unwrap();
    assert!(matches!(log_in(&fixture, &acme, &operator).await, Err(Error::Unauthorized { .. })));
    core.create_policy(Uin::ROOT, "reader", &reader(&acme)).await.unwrap();
    core.attach_role_policy(Uin::ROOT, name(), "reader").await.unwrap();
    let in_use = core.delete_policy(Uin::ROOT, "reader").await.unwrap_err();
    assert!(matches!(in_use, Error::PolicyInUse { .. }), "{in_use}");
    let caller = log_in(&fixture, &acme, &operator).await.unwrap();
    pull(&fixture, &acme, &caller, &digest).await.unwrap();
    let pushed = fixture.push_blob(&caller, &acme.target("team/app"), b"new").await;
    assert!(matches!(pushed, Err(Error::Denied { .. })));

    core.detach_role_policy(Uin::ROOT, name(), "reader").await.unwrap();
    assert!(matches!(pull(&fixture, &acme, &caller, &digest).await, Err(Error::Denied { .. })));
    core.attach_role_policy(Uin::ROOT, name(), "reader").await.unwrap();
    pull(&fixture, &acme, &caller, &digest).await.unwrap();
    core.set_account_enabled(trusted.0, false).await.unwrap();
    assert!(matches!(pull(&fixture, &acme, &caller, &digest).await, Err(Error::InvalidBearer)));
    core.set_account_enabled(trusted.0, true).await.unwrap();
    core.delete_role(Uin::ROOT, name()).await.unwrap();
    assert!(matches!(pull(&fixture, &acme, &caller, &digest).await, Err(Error::InvalidBearer)));
}

#[tokio::test]
async fn a_role_of_another_account_acts_on_what_that_account_has() {
    let fixture = Fixture::new().await;
    let (acme, digest) = pushed(&fixture).await;
    let core = &fixture.core;
    let guest = core.create_account("guest", None).await.unwrap().uin;
    let trust = TRUST.replace("PRINCIPAL", &format!("qcs::cam::uin/{guest}:root"));
    let trust = trust
        .replace(r#""effect""#, r#""condition":{"string_equal":{"sts:external_id":"handshake"}},"effect""#);
    core.create_role(Uin::ROOT, "guests".parse().unwrap(), &trust, "").await.unwrap();
    core.create_policy(Uin::ROOT, "reader", &reader(&acme)).await.unwrap();
    core.attach_role_policy(Uin::ROOT, "guests".parse().unwrap(), "reader").await.unwrap();
    let arn = "qcs::cam::uin/100000000001:roleName/guests";
    let refused = assumed(core, &root(guest), arn).await.unwrap_err();
    assert!(matches!(refused, Error::Unauthorized { .. }), "{refused}");
    let operator = assumed(core, &root(guest), &format!("{arn} handshake")).await.unwrap();
    assert_eq!((operator.owner, operator.uin), (Uin::ROOT, guest));
    let caller = log_in(&fixture, &acme, &operator).await.unwrap();
    pull(&fixture, &acme, &caller, &digest).await.unwrap();
    let own = Operator { action: "tcr:CreateInstanceToken".into(), ..root(guest) };
    let token = core.create_instance_token(own, acme.id.clone(), TokenKind::Temporary).await;
    assert!(matches!(token, Err(Error::InstanceNotFound(_))));
}
