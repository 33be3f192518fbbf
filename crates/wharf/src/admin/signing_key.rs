use serde_json::json;
use wharf_core::{Core, Error};

use super::table::table;
use crate::command_line::SigningKeyCommand;

/// Runs one of `wharf admin signing-key …`.
pub(super) async fn run(core: &Core, command: SigningKeyCommand, as_json: bool) -> Result<String, Error> {
    match command {
        SigningKeyCommand::List => list(core, as_json).await,
        SigningKeyCommand::Rotate => {
            let id = core.rotate_signing_key().await?;
            Ok(if as_json {
                json!({"id": id}).to_string()
            } else {
                format!("signing key {id} signs from now on")
            })
        }
        SigningKeyCommand::Retire { id } => {
            core.retire_signing_key(id.clone()).await?;
            Ok(if as_json { json!({"id": id}).to_string() } else { format!("signing key {id} is retired") })
        }
    }
}

async fn list(core: &Core, as_json: bool) -> Result<String, Error> {
    let keys = core.list_signing_keys().await?;
    if as_json {
        let keys = keys.iter().map(
            |key| json!({"id": key.key_id, "signs": key.signs, "created_at": key.created_at.to_utc_fraction()}),
        );
        return Ok(json!(keys.collect::<Vec<_>>()).to_string());
    }
    let rows = keys.into_iter().map(|key| {
        let use_of = if key.signs { "signs" } else { "verifies" };
        [key.key_id, use_of.to_owned(), key.created_at.to_utc_fraction()]
    });
    Ok(table(["ID", "USE", "CREATED"], rows))
}
