//! Who may do what: instance tokens, bearer tokens, signing keys, access keys.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod fixture;

use fixture::{Fixture, Running};
use wharf_core::{Caller, Error, Identity, Limits, Scope, TokenKind};
use wharf_model::{Actions, Reference, Uin};

/// How a pull of `team/app:v1` ends for whoever asks.
async fn pull(fixture: &Fixture, running: &Running, namespace: &str, caller: &Caller) -> Result<(), Error> {
    let target = running.target(&format!("{namespace}/app"));
    let reference = Reference::Tag("v1".parse().unwrap());
    fixture.core.pull_manifest(caller.clone(), target, reference).await.map(drop)
}

async fn bearer(fixture: &Fixture, running: &Running, identity: &Identity, actions: Actions) -> String {
    let scope = Scope { target: running.target("team/app"), actions };
    fixture
        .core
        .issue_bearer("http://localhost", identity.clone(), vec![scope], None)
        .await
        .unwrap()
        .0
        .to_string()
}

#[tokio::test]
async fn both_kinds_of_instance_tokens_open_their_instance_only() {
    let fixture = Fixture::new().await;
    let (acme, other) = (fixture.instance("acme").await, fixture.instance("other").await);
    for running in [&acme, &other] {
        fixture.push_image(running, "team/app", b"one", &["v1"]).await;
    }
    for kind in [TokenKind::Temporary, TokenKind::LongTerm { description: String::new() }] {
        let is_listed = kind != TokenKind::Temporary;
        let token =
            fixture.core.create_instance_token(acme.operator.clone(), acme.id.clone(), kind).await.unwrap();
        assert_eq!(token.token_id.is_some(), is_listed);
        let caller = Caller { identity: fixture.log_in(&token).await.unwrap(), ..Caller::ANONYMOUS };
        pull(&fixture, &acme, "team", &caller).await.unwrap();
        let denied = pull(&fixture, &other, "team", &caller).await;
        assert!(matches!(denied, Err(Error::Denied { .. })));
        for (user, password) in [("100000000002", token.token.as_str()), ("100000000001", "wrong")] {
            let refused = fixture.core.log_in(Some(user), password, None).await;
            assert!(matches!(refused, Err(Error::WrongCredentials)));
        }
    }
}

#[tokio::test]
async fn a_disabled_account_stops_at_once_and_goes_on_when_it_is_enabled() {
    let fixture = Fixture::new().await;
    let acme = fixture.instance("acme").await;
    fixture.push_image(&acme, "team/app", b"one", &["v1"]).await;
    let kind = TokenKind::Temporary;
    let token =
        fixture.core.create_instance_token(acme.operator.clone(), acme.id.clone(), kind).await.unwrap();
    let bearer = bearer(&fixture, &acme, &acme.caller.identity, Actions::PULL).await;
    for enabled in [true, false, true] {
        fixture.core.set_account_enabled(Uin::ROOT, enabled).await.unwrap();
        let with_bearer = fixture.core.verify_bearer(&bearer).await.unwrap();
        for caller in [&acme.caller, &with_bearer] {
            let pulled = pull(&fixture, &acme, "team", caller).await;
            assert_eq!(pulled.is_ok(), enabled);
            assert!(enabled || matches!(pulled, Err(Error::InvalidBearer)));
        }
        assert_eq!(fixture.log_in(&token).await.is_ok(), enabled);
    }
}

#[tokio::test]
async fn anybody_may_pull_what_is_public_and_nothing_else() {
    let fixture = Fixture::new().await;
    let acme = fixture.instance("acme").await;
    let stranger = fixture.core.create_account("stranger", None).await.unwrap();
    let foreign = fixture.instance_of(stranger.uin, "foreign").await;
    fixture.namespace(&acme, "open", true).await;
    for repository in ["team/app", "open/app"] {
        fixture.push_image(&acme, repository, b"one", &["v1"]).await;
    }
    for caller in [&Caller::ANONYMOUS, &foreign.caller] {
        pull(&fixture, &acme, "open", caller).await.unwrap();
        for namespace in ["team", "none"] {
            let error = pull(&fixture, &acme, namespace, caller).await.unwrap_err();
            assert!(matches!(error, Error::Unauthenticated | Error::Denied { .. }), "{error}");
        }
        let push = fixture.push_blob(caller, &acme.target("open/app"), b"two").await;
        assert!(matches!(push, Err(Error::Unauthenticated | Error::Denied { .. })));
    }
}

#[tokio::test]
async fn a_bearer_token_covers_what_its_holder_may_do_of_what_it_was_asked_for() {
    let fixture = Fixture::new().await;
    let acme = fixture.instance("acme").await;
    fixture.push_image(&acme, "team/app", b"one", &["v1"]).await;
    for (identity, asked, covered) in [
        (&acme.caller.identity, Actions::PULL, Actions::PULL),
        (&acme.caller.identity, Actions::ALL, Actions::ALL),
        (&Identity::Anonymous, Actions::ALL, Actions::NONE),
    ] {
        let token = bearer(&fixture, &acme, identity, asked).await;
        let caller = fixture.core.verify_bearer(&token).await.unwrap();
        assert_eq!(caller.identity, *identity);
        assert_eq!(caller.scopes.clone().unwrap()[0].actions, covered);
        let push = fixture.push_blob(&caller, &acme.target("team/app"), b"two").await;
        assert_eq!(push.is_ok(), covered.contains(Actions::PUSH));
        assert_eq!(pull(&fixture, &acme, "team", &caller).await.is_ok(), covered.contains(Actions::PULL));
        // The token was asked for one repository.
        let elsewhere = fixture.push_blob(&caller, &acme.target("team/base"), b"two").await;
        assert!(matches!(elsewhere, Err(Error::InsufficientScope { .. } | Error::Unauthenticated)));
    }
}

#[tokio::test]
async fn a_rotated_signing_key_verifies_until_it_is_retired() {
    let fixture = Fixture::new().await;
    let acme = fixture.instance("acme").await;
    let core = &fixture.core;
    let old = core.list_signing_keys().await.unwrap()[0].key_id.clone();
    let token = bearer(&fixture, &acme, &acme.caller.identity, Actions::PULL).await;
    let new = core.rotate_signing_key().await.unwrap();
    let keys = core.list_signing_keys().await.unwrap();
    let listed: Vec<_> = keys.iter().map(|key| (key.key_id.as_str(), key.signs)).collect();
    assert_eq!(listed, [(new.as_str(), true), (old.as_str(), false)]);
    core.verify_bearer(&token).await.unwrap();
    let signed_by_new = bearer(&fixture, &acme, &acme.caller.identity, Actions::PULL).await;

    let signing = core.retire_signing_key(new).await;
    assert!(matches!(signing, Err(Error::SigningKeyNotFound(_))));
    core.retire_signing_key(old).await.unwrap();
    assert!(matches!(core.verify_bearer(&token).await, Err(Error::InvalidBearer)));
    core.verify_bearer(&signed_by_new).await.unwrap();
}

#[tokio::test]
async fn an_account_has_so_many_access_keys_and_each_stops_by_itself() {
    let fixture = Fixture::with_limits(Limits { keys_per_account: 2, ..Limits::default() }).await;
    let core = &fixture.core;
    let account = core.create_account("team", None).await.unwrap();
    let second = core.create_key(account.uin).await.unwrap();
    assert!(matches!(core.create_key(account.uin).await, Err(Error::TooManyKeys { limit: 2, .. })));
    core.create_key(Uin::ROOT).await.unwrap();

    let rotated = core.rotate_key(second.secret_id.clone()).await.unwrap();
    assert!(core.signing_credential(second.secret_id).await.unwrap().is_none());
    let credential = core.signing_credential(rotated.secret_id.clone()).await.unwrap().unwrap();
    assert_eq!((credential.uin, &credential.secret_key), (account.uin, &rotated.secret_key));
    core.set_key_enabled(rotated.secret_id.clone(), false).await.unwrap();
    let enabled = |secret_id| async { core.signing_credential(secret_id).await.unwrap().unwrap().enabled };
    assert!(!enabled(rotated.secret_id).await);
    assert!(enabled(account.key.secret_id.clone()).await);
    core.set_account_enabled(account.uin, false).await.unwrap();
    assert!(!enabled(account.key.secret_id).await);
}
