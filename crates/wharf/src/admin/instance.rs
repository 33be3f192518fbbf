use serde_json::json;
use wharf_core::{Core, Error};
use wharf_model::{Completeness, InstanceId};

use super::table::table;
use crate::command_line::InstanceCommand;

/// Runs one of `wharf admin instance …`.
pub(super) async fn run(core: &Core, command: InstanceCommand, as_json: bool) -> Result<String, Error> {
    match command {
        InstanceCommand::SetCompleteness { id, completeness } => {
            set_completeness(core, id.parse()?, completeness.parse()?, as_json).await
        }
        InstanceCommand::Pulls { id } => pulls(core, id.parse()?, as_json).await,
    }
}

async fn set_completeness(
    core: &Core,
    id: InstanceId,
    completeness: Completeness,
    as_json: bool,
) -> Result<String, Error> {
    core.set_completeness(id.clone(), completeness).await?;
    if as_json {
        return Ok(json!({"id": id.as_str(), "completeness": completeness.name()}).to_string());
    }
    Ok(format!("the completeness of instance {id} is {completeness}"))
}

async fn pulls(core: &Core, id: InstanceId, as_json: bool) -> Result<String, Error> {
    let pulls = core.list_pulls(id).await?;
    if as_json {
        let pulls = pulls.iter().map(|pulls| {
            json!({
                "repository": pulls.repository.to_string(),
                "tag": pulls.tag,
                "count": pulls.count,
                "last_pulled_at": pulls.last_pulled_at.to_utc_fraction(),
            })
        });
        return Ok(json!(pulls.collect::<Vec<_>>()).to_string());
    }
    let rows = pulls.into_iter().map(|pulls| {
        let last = pulls.last_pulled_at.to_utc_fraction();
        [pulls.repository.to_string(), pulls.tag.unwrap_or_default(), pulls.count.to_string(), last]
    });
    Ok(table(["REPOSITORY", "TAG", "PULLS", "LAST"], rows))
}
