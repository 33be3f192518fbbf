//! Who may assume a role: CAM's policy document with principals.

use std::str::FromStr;

use serde::Deserialize;

use crate::Uin;

/// Bytes of a document.
const LIMIT: usize = 6144;
const ACTIONS: [&str; 2] = ["sts:AssumeRole", "name/sts:AssumeRole"];

/// Who may assume a role, and with which external id.
///
/// `{"version":"2.0","statement":[{"effect":"allow","action":"name/sts:AssumeRole","principal":{"qcs":[…]}}]}`, where a
/// principal is `qcs::cam::uin/OWNER:root`, an account with all its sub-accounts, or `qcs::cam::uin/OWNER:uin/UIN`, one
/// of these. A condition may ask for an external id: `{"string_equal":{"sts:external_id":"…"}}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trust(Vec<Statement>);

/// A text that is no such document.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the document that says who may assume the role is not valid: {0}")]
pub struct InvalidTrust(String);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Statement {
    allows: bool,
    principals: Vec<Principal>,
    external_ids: Option<Vec<String>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Principal {
    Account(Uin),
    User { owner: Uin, uin: Uin },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    version: String,
    statement: Vec<RawStatement>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawStatement {
    effect: String,
    action: OneOrMore,
    principal: RawPrincipal,
    condition: Option<RawCondition>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPrincipal {
    qcs: OneOrMore,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCondition {
    string_equal: ExternalId,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExternalId {
    #[serde(rename = "sts:external_id")]
    values: OneOrMore,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMore {
    One(String),
    More(Vec<String>),
}

impl Trust {
    /// Whether a user of the account `owner`, or that account itself, may assume the role. A statement that denies beats
    /// one that allows.
    pub fn allows(&self, owner: Uin, uin: Uin, external_id: Option<&str>) -> bool {
        let mut applying =
            self.0.iter().filter(|statement| statement.names(owner, uin, external_id)).peekable();
        applying.peek().is_some() && applying.all(|statement| statement.allows)
    }
}

impl Statement {
    fn names(&self, owner: Uin, uin: Uin, external_id: Option<&str>) -> bool {
        let is_named = self.principals.iter().any(|principal| match principal {
            Principal::Account(account) => *account == owner,
            Principal::User { owner: account, uin: user } => *account == owner && *user == uin,
        });
        is_named
            && self
                .external_ids
                .as_ref()
                .is_none_or(|ids| ids.iter().any(|id| Some(id.as_str()) == external_id))
    }

    fn read(raw: RawStatement) -> Result<Self, String> {
        let allows = match raw.effect.as_str() {
            "allow" => true,
            "deny" => false,
            other => return Err(format!("the effect `{other}` is neither allow nor deny")),
        };
        let actions = raw.action.all();
        if let Some(other) = actions.iter().find(|action| !ACTIONS.contains(&action.as_str())) {
            return Err(format!("the action `{other}` is not name/sts:AssumeRole"));
        }
        let principals: Vec<_> =
            raw.principal.qcs.all().iter().map(|text| principal(text)).collect::<Result<_, _>>()?;
        if actions.is_empty() || principals.is_empty() {
            return Err("a statement names an action and a principal".to_owned());
        }
        let external_ids = raw.condition.map(|condition| condition.string_equal.values.all());
        Ok(Self { allows, principals, external_ids })
    }
}

impl OneOrMore {
    fn all(self) -> Vec<String> {
        match self {
            Self::One(value) => vec![value],
            Self::More(values) => values,
        }
    }
}

fn principal(text: &str) -> Result<Principal, String> {
    let parse = || {
        let (owner, user) = text.strip_prefix("qcs::cam::uin/")?.split_once(':')?;
        let owner = owner.parse().ok()?;
        match user.strip_prefix("uin/") {
            Some(uin) => Some(Principal::User { owner, uin: uin.parse().ok()? }),
            None => (user == "root").then_some(Principal::Account(owner)),
        }
    };
    parse().ok_or_else(|| {
        format!("the principal `{text}` is neither qcs::cam::uin/UIN:root nor qcs::cam::uin/OWNER:uin/UIN")
    })
}

impl FromStr for Trust {
    type Err = InvalidTrust;

    fn from_str(text: &str) -> Result<Self, InvalidTrust> {
        if text.len() > LIMIT {
            return Err(InvalidTrust(format!("it is longer than {LIMIT} bytes")));
        }
        let document: Document =
            serde_json::from_str(text).map_err(|error| InvalidTrust(error.to_string()))?;
        if document.version != "2.0" {
            return Err(InvalidTrust(format!("its version is `{}`, not 2.0", document.version)));
        }
        if document.statement.is_empty() {
            return Err(InvalidTrust("it has no statement".to_owned()));
        }
        document
            .statement
            .into_iter()
            .map(Statement::read)
            .collect::<Result<_, _>>()
            .map(Self)
            .map_err(InvalidTrust)
    }
}

#[cfg(test)]
mod tests {
    use super::Trust;
    use crate::Uin;

    const OWNER: Uin = Uin::from_number(1);
    const USER: Uin = Uin::from_number(2);
    const OTHER: Uin = Uin::from_number(3);

    fn statement(effect: &str, principal: &str, rest: &str) -> String {
        format!(
            r#"{{"effect":"{effect}","action":"name/sts:AssumeRole","principal":{{"qcs":["{principal}"]}}{rest}}}"#
        )
    }

    fn trust(statements: &[String]) -> Result<Trust, String> {
        let text = format!(r#"{{"version":"2.0","statement":[{}]}}"#, statements.join(","));
        text.parse().map_err(|error: super::InvalidTrust| error.to_string())
    }

    #[test]
    fn an_account_or_one_of_its_users_is_trusted() {
        let account = trust(&[statement("allow", "qcs::cam::uin/1:root", "")]).unwrap();
        let user = trust(&[statement("allow", "qcs::cam::uin/1:uin/2", "")]).unwrap();
        for (owner, uin, by_account, by_user) in [
            (OWNER, OWNER, true, false),
            (OWNER, USER, true, true),
            (OWNER, OTHER, true, false),
            (OTHER, USER, false, false),
            (OTHER, OTHER, false, false),
        ] {
            assert_eq!(account.allows(owner, uin, None), by_account, "{owner} {uin}");
            assert_eq!(user.allows(owner, uin, None), by_user, "{owner} {uin}");
        }
    }

    #[test]
    fn deny_beats_allow() {
        let allow = statement("allow", "qcs::cam::uin/1:root", "");
        let deny = statement("deny", "qcs::cam::uin/1:uin/2", "");
        for statements in [[allow.clone(), deny.clone()], [deny, allow]] {
            let trust = trust(&statements).unwrap();
            assert!(trust.allows(OWNER, OTHER, None));
            assert!(!trust.allows(OWNER, USER, None));
        }
    }

    #[test]
    fn an_external_id_is_asked_for() {
        let condition = r#","condition":{"string_equal":{"sts:external_id":"secret-handshake"}}"#;
        let trust = trust(&[statement("allow", "qcs::cam::uin/1:root", condition)]).unwrap();
        assert!(trust.allows(OWNER, USER, Some("secret-handshake")));
        assert!(!trust.allows(OWNER, USER, Some("secret")));
        assert!(!trust.allows(OWNER, USER, None));
    }

    #[test]
    fn what_is_wrong_is_named() {
        let allow = |principal: &str| statement("allow", principal, "");
        for (statements, wrong) in [
            (vec![], "no statement"),
            (vec![allow("qcs::cam::uin/1")], "`qcs::cam::uin/1`"),
            (vec![allow("qcs::cam::uin/x:root")], "`qcs::cam::uin/x:root`"),
            (vec![statement("maybe", "qcs::cam::uin/1:root", "")], "`maybe`"),
            (vec![allow("qcs::cam::uin/1:root").replace("AssumeRole", "Assume")], "`name/sts:Assume`"),
            (vec![statement("allow", "qcs::cam::uin/1:root", r#","resource":"*""#)], "`resource`"),
        ] {
            let error = trust(&statements).unwrap_err();
            assert!(error.contains(wrong), "{error}");
        }
        assert!("{}".parse::<Trust>().is_err());
        assert!(" ".repeat(7000).parse::<Trust>().is_err());
    }
}
