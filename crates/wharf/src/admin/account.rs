use serde_json::json;
use wharf_core::{Core, Error};
use wharf_model::Uin;

use super::table::table;
use crate::command_line::AccountCommand;

/// Runs one of `wharf admin account …`.
pub(super) async fn run(core: &Core, command: AccountCommand, as_json: bool) -> Result<String, Error> {
    match command {
        AccountCommand::List => list(core, as_json).await,
        AccountCommand::Create { name, owner } => {
            let owner = owner.map(|owner| owner.parse()).transpose()?;
            create(core, &name, owner, as_json).await
        }
        AccountCommand::Disable { uin } => set_enabled(core, uin.parse()?, false, as_json).await,
        AccountCommand::Enable { uin } => set_enabled(core, uin.parse()?, true, as_json).await,
    }
}

async fn list(core: &Core, as_json: bool) -> Result<String, Error> {
    let accounts = core.list_accounts().await?;
    if as_json {
        let accounts = accounts.iter().map(|account| {
            json!({
                "uin": account.uin.to_string(),
                "name": account.name,
                "owner_uin": account.owner.map(|owner| owner.to_string()),
                "enabled": account.enabled,
                "created_at": account.created_at.to_utc_fraction(),
            })
        });
        return Ok(json!(accounts.collect::<Vec<_>>()).to_string());
    }
    let rows = accounts.into_iter().map(|account| {
        let state = if account.enabled { "enabled" } else { "disabled" };
        let owner = account.owner.map(|owner| owner.to_string()).unwrap_or_default();
        [account.uin.to_string(), account.name, owner, state.to_owned(), account.created_at.to_utc_fraction()]
    });
    Ok(table(["UIN", "NAME", "OWNER", "STATE", "CREATED"], rows))
}

async fn create(core: &Core, name: &str, owner: Option<Uin>, as_json: bool) -> Result<String, Error> {
    let account = core.create_account(name, owner).await?;
    let (uin, key) = (account.uin, &account.key);
    if as_json {
        let answer = json!({
            "uin": uin.to_string(),
            "name": account.name,
            "owner_uin": owner.map(|owner| owner.to_string()),
            "secret_id": key.secret_id.as_str(),
            "secret_key": key.secret_key,
            "password": account.password,
        });
        return Ok(answer.to_string());
    }
    Ok(format!(
        "Uin:       {uin}\nSecretId:  {}\nSecretKey: {}\nPassword:  {}",
        key.secret_id, key.secret_key, account.password
    ))
}

async fn set_enabled(core: &Core, uin: Uin, enabled: bool, as_json: bool) -> Result<String, Error> {
    core.set_account_enabled(uin, enabled).await?;
    core.noticed_everywhere().await;
    if as_json {
        return Ok(json!({"uin": uin.to_string(), "enabled": enabled}).to_string());
    }
    Ok(format!("account {uin} is {}", if enabled { "enabled" } else { "disabled" }))
}
