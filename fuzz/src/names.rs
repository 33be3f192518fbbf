//! Names: a text is a name exactly when it is of the grammar and the length, and the name prints as the text.

use std::{fmt::Display, str::FromStr};

use wharf_model::{
    InstanceId, InstanceName, NamespaceName, Reference, RepositoryName, RepositoryPath, SecretId, Tag, Uin,
};

use crate::grammar::{self, Grammar};

/// Takes the bytes as a text that may be any kind of name.
pub fn check(input: &[u8]) {
    let Ok(text) = str::from_utf8(input) else { return };
    let within = |least: usize, most: usize| (least..=most).contains(&text.len());
    name::<NamespaceName>(text, &grammar::NAMESPACE, within(2, 30));
    name::<RepositoryPath>(text, &grammar::PATH, within(1, 255));
    name::<Tag>(text, &grammar::TAG, true);
    name::<InstanceName>(text, &grammar::INSTANCE_NAME, within(2, 50));
    name::<InstanceId>(text, &grammar::INSTANCE_ID, true);
    name::<Reference>(text, &grammar::REFERENCE, true);
    name::<SecretId>(text, &grammar::SECRET_ID, true);
    let namespace = text.split('/').next().unwrap_or_default();
    let fits = within(1, 255) && (2..=30).contains(&namespace.len());
    name::<RepositoryName>(text, &grammar::REPOSITORY, fits);
    account(text);
}

fn name<T: FromStr + Display + PartialEq>(text: &str, grammar: &Grammar, fits: bool) {
    let parsed = text.parse::<T>().ok();
    assert_eq!(parsed.is_some(), fits && grammar.describes(text), "`{text}`");
    if let Some(parsed) = parsed {
        let printed = parsed.to_string();
        assert_eq!(printed, text);
        assert!(printed.parse::<T>().ok() == Some(parsed));
    }
}

/// An account's number prints without the zeros before it.
fn account(text: &str) {
    let parsed = text.parse::<Uin>().ok();
    assert_eq!(parsed.is_some(), grammar::UIN.describes(text));
    if let Some(uin) = parsed {
        let digits = text.trim_start_matches('0');
        assert_eq!(uin.to_string(), if digits.is_empty() { "0" } else { digits });
        assert_eq!(uin.to_string().parse(), Ok(uin));
    }
}
