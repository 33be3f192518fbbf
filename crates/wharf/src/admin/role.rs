use serde_json::json;
use wharf_core::{Core, Role, RolePolicies};
use wharf_model::{RoleArn, RoleKey, RoleName, Uin};

use super::{
    policy::{owner_of, said_or, text},
    policy_test,
    table::table,
};
use crate::command_line::RoleCommand;

/// Runs one of `wharf admin role …`.
pub(super) async fn run(core: &Core, command: RoleCommand, as_json: bool) -> Result<String, String> {
    match command {
        RoleCommand::Create { name, trust, description, owner } => {
            let (owner, name) = (owner_of(owner)?, parse(&name)?);
            let trust = policy_test::read(&trust)?;
            let role = core.create_role(owner, name, &trust, &description).await.map_err(text)?;
            let said = json!({"name": role.name.as_str(), "id": role.id.to_string(), "arn": arn(&role)});
            Ok(said_or(said, as_json, || format!("role {} is made: attach policies to it", arn(&role))))
        }
        RoleCommand::List { owner } => {
            let owner = owner.map(|owner| owner.parse()).transpose().map_err(text)?;
            list(core, owner, as_json).await
        }
        RoleCommand::Delete { name, owner } => {
            core.delete_role(owner_of(owner)?, parse(&name)?).await.map_err(text)?;
            core.noticed_everywhere().await;
            let said = json!({"name": name, "deleted": true});
            Ok(said_or(said, as_json, || format!("role {name} is deleted")))
        }
        RoleCommand::Attach { name, policy, owner } => {
            core.attach_role_policy(owner_of(owner)?, parse(&name)?, &policy).await.map_err(text)?;
            Ok(attached(core, &name, &policy, true, as_json).await)
        }
        RoleCommand::Detach { name, policy, owner } => {
            core.detach_role_policy(owner_of(owner)?, parse(&name)?, &policy).await.map_err(text)?;
            Ok(attached(core, &name, &policy, false, as_json).await)
        }
    }
}

async fn list(core: &Core, owner: Option<Uin>, as_json: bool) -> Result<String, String> {
    let roles = core.list_roles(owner).await.map_err(text)?;
    let policies =
        |role: &RolePolicies| role.policies.iter().map(|policy| policy.name.clone()).collect::<Vec<_>>();
    if as_json {
        let roles = roles.iter().map(|found| {
            json!({
                "name": found.role.name.as_str(),
                "id": found.role.id.to_string(),
                "arn": arn(&found.role),
                "owner_uin": found.role.owner.to_string(),
                "description": found.role.description,
                "policies": policies(found),
                "created_at": found.role.created_at.to_utc_fraction(),
            })
        });
        return Ok(json!(roles.collect::<Vec<_>>()).to_string());
    }
    let rows = roles.iter().map(|found| {
        [
            found.role.name.to_string(),
            arn(&found.role),
            policies(found).join(", "),
            found.role.description.clone(),
        ]
    });
    Ok(table(["NAME", "ARN", "POLICIES", "DESCRIPTION"], rows))
}

async fn attached(core: &Core, name: &str, policy: &str, attached: bool, as_json: bool) -> String {
    core.noticed_everywhere().await;
    let said = json!({"role": name, "policy": policy, "attached": attached});
    let state = if attached { "attached to" } else { "detached from" };
    said_or(said, as_json, || format!("policy {policy} is {state} role {name}"))
}

fn arn(role: &Role) -> String {
    RoleArn { owner: role.owner, role: RoleKey::Name(role.name.clone()) }.to_string()
}

fn parse(name: &str) -> Result<RoleName, String> {
    name.parse().map_err(text)
}
