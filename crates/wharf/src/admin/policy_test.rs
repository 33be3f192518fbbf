//! `wharf admin policy test`: what policies say of a request, and why.

use std::{fs, io, net::IpAddr};

use serde_json::{Value, json};
use wharf_core::Core;
use wharf_model::{
    Timestamp, Uin,
    policy::{Decision, Effect, Outcome, Policy, Request, ResourceName, ResourcePath, decide, explain},
};

use super::table::table;
use crate::command_line::PolicyTest;

/// A policy, and what people know it by.
type Named = (String, Policy);

/// Asks the policies that are attached to a sub-account.
pub(super) async fn run_attached(
    core: &Core,
    uin: Uin,
    test: &PolicyTest,
    as_json: bool,
) -> Result<String, String> {
    let attached = core.list_attached_policies(uin).await.map_err(text)?;
    let owner = core.owner_of(uin).await.map_err(text)?;
    let policies = attached.into_iter().map(|policy| (policy.name, policy.document));
    run(&parsed(policies)?, owner, test, as_json)
}

/// Asks the policies in documents. It needs no store.
pub(super) fn run_offline(test: &PolicyTest, as_json: bool) -> Result<String, String> {
    let owner = test.owner.as_deref().map_or(Ok(Uin::ROOT), |owner| owner.parse().map_err(text))?;
    let documents = test.documents.iter().map(|path| Ok((path.clone(), read(path)?)));
    let documents: Vec<_> = documents.collect::<Result<_, String>>()?;
    run(&parsed(documents.into_iter())?, owner, test, as_json)
}

/// The text of a file, or of the standard input for `-`.
pub(super) fn read(path: &str) -> Result<String, String> {
    let read = if path == "-" { io::read_to_string(io::stdin()) } else { fs::read_to_string(path) };
    read.map_err(|error| format!("{path}: {error}"))
}

fn parsed(documents: impl Iterator<Item = (String, String)>) -> Result<Vec<Named>, String> {
    let parse = |(name, document): (String, String)| {
        let policy = document.parse().map_err(|error| format!("{name}: {error}"))?;
        Ok((name, policy))
    };
    documents.map(parse).collect()
}

fn run(policies: &[Named], owner: Uin, test: &PolicyTest, as_json: bool) -> Result<String, String> {
    let service = match test.action.split_once(':') {
        Some((service, action)) if !service.is_empty() && !action.is_empty() && !action.contains('*') => {
            service
        }
        _ => return Err(format!("--action: `{}` is no action such as tcr:PullRepository", test.action)),
    };
    let resource = ResourceName::parse(&test.resource, "", owner);
    let mut resource = resource.map_err(|error| format!("--resource: {error}"))?;
    if matches!(resource.path, ResourcePath::Everything) {
        resource.service = service;
    }
    if resource.account != owner {
        let account = resource.account;
        return Err(format!(
            "--resource: it belongs to account {account}, of which policies of {owner} say nothing"
        ));
    }
    let address = test.ip.as_deref().map(str::parse::<IpAddr>).transpose();
    let request = Request {
        action: &test.action,
        resource: &resource,
        address: address.map_err(|error| format!("--ip: {error}"))?,
        time: test.time.as_deref().map_or(Ok(Timestamp::now()), time)?,
        owner,
    };
    let decision = decide(policies.iter().map(|(_, policy)| policy), &request);
    let outcomes = policies.iter().flat_map(|(name, policy)| {
        explain(policy, &request)
            .enumerate()
            .map(move |(statement, outcome)| (name.as_str(), statement, outcome))
    });
    let outcomes: Vec<_> = outcomes.collect();
    let (action, resource) = (&test.action, resource.to_string());
    Ok(if as_json {
        let statements = outcomes.iter().map(|(policy, statement, outcome)| {
            json!({"policy": policy, "statement": statement, "outcome": words(*outcome)})
        });
        let mut answer = verdict(policies, decision);
        answer["action"] = json!(action);
        answer["resource"] = json!(resource);
        answer["statements"] = statements.collect();
        answer.to_string()
    } else {
        let rows = outcomes.iter().map(|(policy, statement, outcome)| {
            [(*policy).to_owned(), format!("statement[{statement}]"), words(*outcome)]
        });
        let table = table(["POLICY", "STATEMENT", "OUTCOME"], rows);
        format!("{action} on {resource} is {}\n\n{table}", sentence(policies, decision))
    })
}

fn time(text: &str) -> Result<Timestamp, String> {
    let time = text.parse::<jiff::Timestamp>();
    let time = time.map_err(|_| format!("--time: `{text}` is no time such as 2026-01-01T00:00:00Z"))?;
    Ok(Timestamp::from_microseconds(time.as_microsecond()))
}

fn verdict(policies: &[Named], decision: Decision) -> Value {
    let by = |decision: &str, policy: usize, statement: usize| {
        let policy = policies.get(policy).map(|(name, _)| name);
        json!({"decision": decision, "policy": policy, "statement": statement})
    };
    match decision {
        Decision::Allow { policy, statement } => by("allow", policy, statement),
        Decision::ExplicitDeny { policy, statement } => by("explicit_deny", policy, statement),
        Decision::ImplicitDeny => json!({"decision": "implicit_deny", "policy": null, "statement": null}),
    }
}

fn sentence(policies: &[Named], decision: Decision) -> String {
    let by = |word: &str, policy: usize, statement: usize| {
        let policy = policies.get(policy).map_or("", |(name, _)| name);
        format!("{word} by statement[{statement}] of {policy}")
    };
    match decision {
        Decision::Allow { policy, statement } => by("allowed", policy, statement),
        Decision::ExplicitDeny { policy, statement } => by("denied", policy, statement),
        Decision::ImplicitDeny => "refused: no statement allows it".to_owned(),
    }
}

fn words(outcome: Outcome) -> String {
    match outcome {
        Outcome::OtherAction => "is for other actions".to_owned(),
        Outcome::OtherResource => "is for other resources".to_owned(),
        Outcome::UnmetCondition(operator) => format!("condition {operator} does not hold"),
        Outcome::Applies(Effect::Allow) => "allows".to_owned(),
        Outcome::Applies(Effect::Deny) => "denies".to_owned(),
    }
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}
