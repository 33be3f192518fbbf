//! What the token service reads: scopes, actions, form pairs and Basic credentials.

use base64::{Engine, prelude::BASE64_STANDARD};
use percent_encoding::{NON_ALPHANUMERIC, percent_encode, utf8_percent_encode};
use wharf_model::Actions;
use wharf_registry::fuzzing::{basic, scopes, url_pairs};

use crate::grammar;

/// Takes the bytes as a query, as one scope, as a header and as credentials.
pub fn check(input: &[u8]) {
    credentials(input);
    let Ok(text) = str::from_utf8(input) else { return };
    pairs(text);
    actions(text);
    asked(text);
    asked(&format!("scope={}", utf8_percent_encode(text, NON_ALPHANUMERIC)));
}

/// Scopes come back as they went, and only so many do.
fn asked(query: &str) {
    for host in [None, Some("acme")] {
        let asked = scopes(query, host);
        assert!(asked.len() <= 64);
        for scope in asked {
            let repository = scope.target.repository.to_string();
            assert!(grammar::REPOSITORY.describes(&repository));
            let name = match host {
                Some(host) => {
                    assert_eq!(scope.target.instance, host);
                    repository
                }
                None => format!("{}/{repository}", scope.target.instance),
            };
            let text = format!("repository:{name}:{}", scope.actions);
            let again = format!("scope={}", utf8_percent_encode(&text, NON_ALPHANUMERIC));
            assert_eq!(scopes(&again, host), [scope]);
        }
    }
}

/// Actions are never more than all, are what is named, and print as what they are.
fn actions(text: &str) {
    let parsed = Actions::parse_scope(text);
    assert_eq!(Actions::parse_scope(&parsed.to_string()), parsed);
    assert!(Actions::ALL.contains(parsed));
    for (action, name) in [(Actions::PULL, "pull"), (Actions::PUSH, "push"), (Actions::DELETE, "delete")] {
        let named = text.split(',').map(str::trim).any(|word| word == name || word == "*");
        assert_eq!(parsed.contains(action), named);
    }
}

/// A query has a pair for each of its parts, and what is escaped comes back.
fn pairs(text: &str) {
    let read = url_pairs(text);
    assert_eq!(read.len(), text.split('&').filter(|part| !part.is_empty()).count());
    let escape = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let again: Vec<_> =
        read.iter().map(|(name, value)| format!("{}={}", escape(name), escape(value))).collect();
    assert_eq!(url_pairs(&again.join("&")), read);
    let whole = format!("x={}", percent_encode(text.as_bytes(), NON_ALPHANUMERIC));
    assert_eq!(url_pairs(&whole), [("x".to_owned(), text.to_owned())]);
}

/// A user name and a password come back from a Basic header, and nothing comes from another.
fn credentials(input: &[u8]) {
    let header = format!("Basic {}", BASE64_STANDARD.encode(input));
    let expected = str::from_utf8(input).ok().and_then(|text| text.split_once(':'));
    assert_eq!(basic(&header), expected.map(|(user, password)| (user.to_owned(), password.to_owned())));
    let Some((user, password)) = str::from_utf8(input).ok().and_then(basic) else { return };
    let again = format!("Basic {}", BASE64_STANDARD.encode(format!("{user}:{password}")));
    assert_eq!(basic(&again), Some((user, password)));
}
