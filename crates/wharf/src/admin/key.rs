use serde_json::json;
use wharf_core::{Core, Error, NewAccessKey};
use wharf_model::{SecretId, Timestamp, Uin};

use super::table::table;
use crate::command_line::KeyCommand;

/// Runs one of `wharf admin key …`.
pub(super) async fn run(core: &Core, command: KeyCommand, as_json: bool) -> Result<String, Error> {
    match command {
        KeyCommand::List { uin } => {
            let uin = uin.map(|uin| uin.parse()).transpose()?;
            list(core, uin, as_json).await
        }
        KeyCommand::Create { uin } => Ok(show(&core.create_key(uin.parse()?).await?, as_json)),
        KeyCommand::Rotate { secret_id } => Ok(show(&core.rotate_key(secret_id.parse()?).await?, as_json)),
        KeyCommand::Disable { secret_id } => set_enabled(core, secret_id.parse()?, false, as_json).await,
        KeyCommand::Enable { secret_id } => set_enabled(core, secret_id.parse()?, true, as_json).await,
    }
}

async fn list(core: &Core, uin: Option<Uin>, as_json: bool) -> Result<String, Error> {
    let keys = core.list_keys(uin).await?;
    if as_json {
        let keys = keys.iter().map(|key| {
            json!({
                "secret_id": key.secret_id.as_str(),
                "uin": key.uin.to_string(),
                "enabled": key.enabled,
                "created_at": key.created_at.to_utc_fraction(),
                "last_used_at": key.last_used_at.map(Timestamp::to_utc_fraction),
            })
        });
        return Ok(json!(keys.collect::<Vec<_>>()).to_string());
    }
    let rows = keys.into_iter().map(|key| {
        let state = if key.enabled { "enabled" } else { "disabled" };
        let last_used = key.last_used_at.map_or_else(|| "never".to_owned(), Timestamp::to_utc_fraction);
        let created = key.created_at.to_utc_fraction();
        [key.secret_id.to_string(), key.uin.to_string(), state.to_owned(), created, last_used]
    });
    Ok(table(["SECRET ID", "UIN", "STATE", "CREATED", "LAST USED"], rows))
}

fn show(key: &NewAccessKey, as_json: bool) -> String {
    if as_json {
        return json!({"secret_id": key.secret_id.as_str(), "secret_key": key.secret_key}).to_string();
    }
    format!("SecretId:  {}\nSecretKey: {}", key.secret_id, key.secret_key)
}

async fn set_enabled(
    core: &Core,
    secret_id: SecretId,
    enabled: bool,
    as_json: bool,
) -> Result<String, Error> {
    core.set_key_enabled(secret_id.clone(), enabled).await?;
    if as_json {
        return Ok(json!({"secret_id": secret_id.as_str(), "enabled": enabled}).to_string());
    }
    Ok(format!("access key {secret_id} is {}", if enabled { "enabled" } else { "disabled" }))
}
