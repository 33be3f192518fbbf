use std::str::FromStr;

use super::{ActionPattern, Condition, Effect, Policy, ResourcePattern, Statement, json::Json};

/// Characters of a document at most, as in CAM.
const DOCUMENT_LIMIT: usize = 6_144;
/// Statements of a document at most.
const STATEMENT_LIMIT: usize = 64;
/// Values of a list at most.
const VALUE_LIMIT: usize = 128;

/// What is wrong with a policy document, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {what}")]
pub struct InvalidPolicy {
    /// Which part, such as `statement[0].action[2]`.
    pub place: String,
    /// What is wrong with it.
    pub what: String,
}

fn wrong(place: impl Into<String>, what: impl Into<String>) -> InvalidPolicy {
    InvalidPolicy { place: place.into(), what: what.into() }
}

impl FromStr for Policy {
    type Err = InvalidPolicy;

    fn from_str(document: &str) -> Result<Self, InvalidPolicy> {
        if document.chars().count() > DOCUMENT_LIMIT {
            return Err(wrong("document", format!("it has more than {DOCUMENT_LIMIT} characters")));
        }
        let json =
            serde_json::from_str(document).map_err(|error| wrong("document", format!("no JSON: {error}")))?;
        let [version, statement] = members(json, "document", ["version", "statement"])?;
        match version {
            Some(Json::Text(version)) if version == "2.0" => {}
            _ => return Err(wrong("version", "it is \"2.0\"")),
        }
        let statements = match statement.ok_or_else(|| wrong("statement", "it is missing"))? {
            Json::List(statements) => statements,
            one @ Json::Object(_) => vec![one],
            _ => return Err(wrong("statement", "it is a list of statements")),
        };
        if statements.is_empty() || statements.len() > STATEMENT_LIMIT {
            return Err(wrong("statement", format!("there are 1 to {STATEMENT_LIMIT} statements")));
        }
        let statements = statements.into_iter().enumerate();
        let statements = statements.map(|(index, json)| read_statement(json, &format!("statement[{index}]")));
        Ok(Self { statements: statements.collect::<Result<_, _>>()? })
    }
}

fn read_statement(json: Json, place: &str) -> Result<Statement, InvalidPolicy> {
    let [effect, action, resource, condition] =
        members(json, place, ["effect", "action", "resource", "condition"])?;
    let effect = match effect {
        Some(Json::Text(effect)) if effect == Effect::Allow.name() => Effect::Allow,
        Some(Json::Text(effect)) if effect == Effect::Deny.name() => Effect::Deny,
        _ => return Err(wrong(format!("{place}.effect"), "it is \"allow\" or \"deny\"")),
    };
    let actions = patterns(action, &format!("{place}.action"), ActionPattern::parse)?;
    let resources = patterns(resource, &format!("{place}.resource"), ResourcePattern::parse)?;
    let conditions = match condition {
        Some(condition) => conditions(condition, &format!("{place}.condition"))?,
        None => Vec::new(),
    };
    Ok(Statement { effect, actions, resources, conditions })
}

fn patterns<T>(
    json: Option<Json>,
    place: &str,
    parse: fn(&str) -> Result<T, String>,
) -> Result<Vec<T>, InvalidPolicy> {
    let texts = texts(json.ok_or_else(|| wrong(place, "it is missing"))?, place)?;
    let texts = texts.into_iter().enumerate();
    texts
        .map(|(index, text)| parse(&text).map_err(|what| wrong(format!("{place}[{index}] `{text}`"), what)))
        .collect()
}

/// `{OPERATOR: {KEY: VALUES, …}, …}`
fn conditions(json: Json, place: &str) -> Result<Vec<Condition>, InvalidPolicy> {
    let mut conditions = Vec::new();
    for (operator, keys) in object(json, place)? {
        let place = format!("{place}.{operator}");
        for (key, values) in object(keys, &place)? {
            let place = format!("{place}.{key}");
            let values = texts(values, &place)?;
            conditions.push(Condition::parse(&operator, &key, &values).map_err(|what| wrong(place, what))?);
        }
    }
    if conditions.len() > VALUE_LIMIT {
        return Err(wrong(place, format!("{VALUE_LIMIT} conditions at most")));
    }
    Ok(conditions)
}

/// A text, or a list of texts.
fn texts(json: Json, place: &str) -> Result<Vec<String>, InvalidPolicy> {
    let list = match json {
        Json::Text(text) => return Ok(vec![text]),
        Json::List(list) if (1..=VALUE_LIMIT).contains(&list.len()) => list,
        _ => return Err(wrong(place, format!("it is a text, or a list of 1 to {VALUE_LIMIT} texts"))),
    };
    let texts = list.into_iter().enumerate().map(|(index, item)| match item {
        Json::Text(text) => Ok(text),
        _ => Err(wrong(format!("{place}[{index}]"), "it is a text")),
    });
    texts.collect()
}

/// The members of those names. Others are refused: whoever wrote one wanted something that would not be done.
fn members<const N: usize>(
    json: Json,
    place: &str,
    names: [&str; N],
) -> Result<[Option<Json>; N], InvalidPolicy> {
    let mut found = [const { None }; N];
    for (name, value) in object(json, place)? {
        let Some(index) = names.iter().position(|known| *known == name) else {
            let what = format!("there is no element `{name}` here, only {} in lower case", names.join(", "));
            return Err(wrong(place, what));
        };
        found[index] = Some(value);
    }
    Ok(found)
}

/// The members of an object, each of which is given once.
fn object(json: Json, place: &str) -> Result<Vec<(String, Json)>, InvalidPolicy> {
    let Json::Object(members) = json else { return Err(wrong(place, "it is an object")) };
    for (index, (name, _)) in members.iter().enumerate() {
        if members[..index].iter().any(|(other, _)| other == name) {
            return Err(wrong(place, format!("`{name}` is given twice")));
        }
    }
    Ok(members)
}

#[cfg(test)]
mod tests {
    use crate::policy::Policy;

    fn refusal(document: &str) -> String {
        document.parse::<Policy>().unwrap_err().to_string()
    }

    #[test]
    fn one_text_may_stand_for_a_list() {
        let list =
            r#"{"version":"2.0","statement":[{"effect":"allow","action":["tcr:*"],"resource":["*"]}]}"#;
        let text = r#"{"version":"2.0","statement":{"effect":"allow","action":"tcr:*","resource":"*"}}"#;
        assert_eq!(list.parse::<Policy>().unwrap(), text.parse::<Policy>().unwrap());
    }

    #[test]
    fn every_refusal_names_the_part() {
        let statement = |text: &str| format!(r#"{{"version":"2.0","statement":[{text}]}}"#);
        let with =
            |rest: &str| statement(&format!(r#"{{"effect":"allow","action":"*","resource":"*",{rest}}}"#));
        for (document, expected) in [
            ("{".to_owned(), "document: no JSON"),
            ("[]".to_owned(), "document: it is an object"),
            (r#"{"statement":[]}"#.to_owned(), "version: "),
            (r#"{"version":"1.0","statement":[]}"#.to_owned(), "version: "),
            (r#"{"version":"2.0"}"#.to_owned(), "statement: it is missing"),
            (r#"{"version":"2.0","statement":[]}"#.to_owned(), "statement: there are 1 to"),
            (r#"{"version":"2.0","Statement":[]}"#.to_owned(), "document: there is no element `Statement`"),
            (statement(r#"{"effect":"Allow"}"#), "statement[0].effect"),
            (statement(r#"{"effect":"allow","action":"*"}"#), "statement[0].resource: it is missing"),
            (
                statement(r#"{"effect":"allow","action":["tcr:A","oops"],"resource":"*"}"#),
                "statement[0].action[1] `oops`",
            ),
            (statement(r#"{"effect":"allow","action":[1],"resource":"*"}"#), "statement[0].action[0]"),
            (
                statement(r#"{"effect":"allow","action":[],"resource":"*"}"#),
                "statement[0].action: it is a text",
            ),
            (
                statement(r#"{"effect":"allow","action":"*","resource":"tcr-abc"}"#),
                "statement[0].resource[0] `tcr-abc`",
            ),
            (with(r#""principal":{}"#), "statement[0]: there is no element `principal`"),
            (with(r#""effect":"deny""#), "statement[0]: `effect` is given twice"),
            (
                with(r#""condition":{"ip_like":{"qcs:ip":"::"}}"#),
                "statement[0].condition.ip_like.qcs:ip: there is no",
            ),
            (
                with(r#""condition":{"ip_equal":{"qcs:ip":"x"}}"#),
                "statement[0].condition.ip_equal.qcs:ip: `x`",
            ),
            (with(r#""condition":{"ip_equal":"::"}"#), "statement[0].condition.ip_equal: it is an object"),
        ] {
            let refusal = refusal(&document);
            assert!(refusal.starts_with(expected), "{document}: {refusal}");
        }
    }

    #[test]
    fn documents_have_limits() {
        let statements = |count: usize| {
            let statement = r#"{"effect":"deny","action":"*","resource":"*"}"#;
            format!(r#"{{"version":"2.0","statement":[{}]}}"#, vec![statement; count].join(","))
        };
        assert!(statements(64).parse::<Policy>().is_ok());
        assert!(refusal(&statements(65)).starts_with("statement: there are 1 to 64"));
        let padded = |length: usize| format!("{:length$}", statements(1));
        assert!(padded(6_144).parse::<Policy>().is_ok());
        assert!(refusal(&padded(6_145)).starts_with("document: it has more than 6144 characters"));
        let many = vec![r#""*""#; 129].join(",");
        let many = format!(
            r#"{{"version":"2.0","statement":{{"effect":"deny","action":[{many}],"resource":"*"}}}}"#
        );
        assert!(refusal(&many).starts_with("statement[0].action: it is a text, or a list of 1 to 128"));
    }
}
