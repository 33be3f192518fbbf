use serde_json::{Value, json};
use wharf_core::{Core, Error, PolicyHolders};
use wharf_model::{RoleName, Uin};

use super::{policy_test, table::table};
use crate::command_line::{Owner, PolicyCommand};

/// Runs one of `wharf admin policy …`.
pub(super) async fn run(core: &Core, command: PolicyCommand, as_json: bool) -> Result<String, String> {
    match command {
        PolicyCommand::Create { name, document, owner } => {
            let document = policy_test::read(&document)?;
            create(core, owner_of(owner)?, &name, &document, as_json).await.map_err(text)
        }
        PolicyCommand::List { owner } => {
            let owner = owner.map(|owner| owner.parse()).transpose().map_err(text)?;
            list(core, owner, as_json).await.map_err(text)
        }
        PolicyCommand::Show { name, owner } => {
            show(core, owner_of(owner)?, &name, as_json).await.map_err(text)
        }
        PolicyCommand::Delete { name, owner } => {
            let owner = owner_of(owner)?;
            core.delete_policy(owner, &name).await.map_err(text)?;
            let said = json!({"name": name, "owner_uin": owner.to_string(), "deleted": true});
            Ok(said_or(said, as_json, || format!("policy {name} is deleted")))
        }
        PolicyCommand::Attach { name, uin } => {
            set_attached(core, &name, &uin, true, as_json).await.map_err(text)
        }
        PolicyCommand::Detach { name, uin } => {
            set_attached(core, &name, &uin, false, as_json).await.map_err(text)
        }
        PolicyCommand::Test(test) => {
            let uin = test.uin.as_deref().map(str::parse::<Uin>).transpose().map_err(text)?;
            match uin {
                Some(uin) => policy_test::run_attached(core, uin, &test, as_json).await,
                None => policy_test::run_offline(&test, as_json),
            }
        }
    }
}

async fn create(core: &Core, owner: Uin, name: &str, document: &str, as_json: bool) -> Result<String, Error> {
    core.create_policy(owner, name, document).await?;
    let said = json!({"name": name, "owner_uin": owner.to_string()});
    Ok(said_or(said, as_json, || {
        format!("policy {name} of account {owner} is made: attach it to sub-accounts")
    }))
}

async fn list(core: &Core, owner: Option<Uin>, as_json: bool) -> Result<String, Error> {
    let policies = core.list_policies(owner).await?;
    if as_json {
        return Ok(json!(policies.iter().map(facts).collect::<Vec<_>>()).to_string());
    }
    let rows = policies.into_iter().map(|PolicyHolders { policy, accounts, roles }| {
        let accounts = accounts.iter().map(Uin::to_string);
        let holders = accounts.chain(roles.iter().map(RoleName::to_string)).collect::<Vec<_>>().join(", ");
        [policy.name, policy.owner.to_string(), holders, policy.created_at.to_utc_fraction()]
    });
    Ok(table(["NAME", "OWNER", "ATTACHED TO", "CREATED"], rows))
}

async fn show(core: &Core, owner: Uin, name: &str, as_json: bool) -> Result<String, Error> {
    let found = core.find_policy(owner, name).await?;
    if !as_json {
        return Ok(found.policy.document);
    }
    let mut facts = facts(&found);
    facts["document"] = serde_json::from_str(&found.policy.document).unwrap_or_default();
    Ok(facts.to_string())
}

fn facts(PolicyHolders { policy, accounts, roles }: &PolicyHolders) -> Value {
    json!({
        "name": policy.name,
        "owner_uin": policy.owner.to_string(),
        "attached_to": accounts.iter().map(Uin::to_string).collect::<Vec<_>>(),
        "roles": roles.iter().map(RoleName::as_str).collect::<Vec<_>>(),
        "created_at": policy.created_at.to_utc_fraction(),
    })
}

async fn set_attached(
    core: &Core,
    name: &str,
    uin: &str,
    attached: bool,
    as_json: bool,
) -> Result<String, Error> {
    let uin: Uin = uin.parse()?;
    if attached {
        core.attach_policy(uin, name).await?;
    } else {
        core.detach_policy(uin, name).await?;
    }
    core.noticed_everywhere().await;
    let said = json!({"name": name, "uin": uin.to_string(), "attached": attached});
    let state = if attached { "attached to" } else { "detached from" };
    Ok(said_or(said, as_json, || format!("policy {name} is {state} account {uin}")))
}

/// The main account that a command names, or the root account.
pub(super) fn owner_of(owner: Owner) -> Result<Uin, String> {
    owner.uin.map_or(Ok(Uin::ROOT), |uin| uin.parse().map_err(text))
}

pub(super) fn said_or(said: Value, as_json: bool, words: impl FnOnce() -> String) -> String {
    if as_json { said.to_string() } else { words() }
}

pub(super) fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}
