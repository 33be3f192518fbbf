use serde_json::{Value, json};
use wharf_core::{AuditFilter, AuditPlace, Core, StoredAuditEvent};
use wharf_model::Timestamp;

use super::{print, table::table};
use crate::{
    command_line::{AuditCommand, AuditFilterFlags},
    settings,
};

/// Events read at a time.
const PAGE: u64 = 1_000;

/// Runs one of `wharf admin audit …`.
pub(super) async fn run(core: &Core, command: AuditCommand, as_json: bool) -> Result<(), String> {
    match command {
        AuditCommand::List { filter, limit, before } => {
            let before = before.as_deref().map(place).transpose()?;
            list(core, read_filter(filter)?, before, limit.into(), as_json).await
        }
        AuditCommand::Export { filter, after } => {
            export(core, read_filter(filter)?, after.as_deref().map(place).transpose()?).await
        }
    }
}

async fn list(
    core: &Core,
    filter: AuditFilter,
    before: Option<AuditPlace>,
    limit: u64,
    as_json: bool,
) -> Result<(), String> {
    let events = core.list_audit_events(filter, before, limit).await.map_err(|error| error.to_string())?;
    let next = events.last().filter(|_| events.len() as u64 == limit).map(|event| id(event.place));
    if as_json {
        let events: Vec<_> = events.iter().map(as_value).collect();
        print(&json!({"events": events, "next": next}).to_string());
        return Ok(());
    }
    let rows = events.into_iter().map(|StoredAuditEvent { event, .. }| {
        let account = event.account.map(|uin| uin.to_string()).or(event.credential);
        [
            event.time.to_utc_fraction(),
            account.unwrap_or_default(),
            event.address.unwrap_or_default(),
            format!("{}:{}", event.product, event.action),
            event.resource.unwrap_or_default(),
            event.code.unwrap_or_else(|| "ok".to_owned()),
        ]
    });
    print(&table(["TIME", "WHO", "FROM", "ACTION", "RESOURCE", "RESULT"], rows));
    if let Some(next) = next {
        print(&format!("\nThere may be more: --before {next}"));
    }
    Ok(())
}

async fn export(core: &Core, filter: AuditFilter, after: Option<AuditPlace>) -> Result<(), String> {
    let mut after = after;
    loop {
        let page = core.export_audit_events(filter.clone(), after, PAGE).await;
        let page = page.map_err(|error| error.to_string())?;
        let Some(last) = page.last() else { return Ok(()) };
        after = Some(last.place);
        print(&page.iter().map(|event| as_value(event).to_string()).collect::<Vec<_>>().join("\n"));
    }
}

fn as_value(StoredAuditEvent { place, event }: &StoredAuditEvent) -> Value {
    // What was noted as JSON is shown as JSON.
    let parameters: Option<Value> =
        event.parameters.as_ref().and_then(|text| serde_json::from_str(text).ok());
    json!({
        "id": id(*place),
        "time": event.time.to_utc_fraction(),
        "request_id": event.request_id,
        "account": event.account.map(|uin| uin.to_string()),
        "owner": event.owner.map(|uin| uin.to_string()),
        "credential": event.credential,
        "address": event.address,
        "product": event.product,
        "action": event.action,
        "region": event.region,
        "resource": event.resource,
        "code": event.code.as_deref().unwrap_or("ok"),
        "message": event.message,
        "user_agent": event.user_agent,
        "parameters": parameters,
    })
}

fn id(place: AuditPlace) -> String {
    format!("{}-{}", place.time.microseconds(), place.id)
}

fn place(text: &str) -> Result<AuditPlace, String> {
    let parts = text.split_once('-').and_then(|(time, id)| Some((time.parse().ok()?, id.parse().ok()?)));
    let (time, id) = parts.ok_or_else(|| format!("`{text}` is no id of an event"))?;
    Ok(AuditPlace { time: Timestamp::from_microseconds(time), id })
}

fn read_filter(flags: AuditFilterFlags) -> Result<AuditFilter, String> {
    let account = flags.account.map(|uin| uin.parse()).transpose();
    Ok(AuditFilter {
        since: flags.since.as_deref().map(time).transpose()?,
        until: flags.until.as_deref().map(time).transpose()?,
        account: account.map_err(|error: wharf_model::InvalidName| error.to_string())?,
        action: flags.action,
        resource: flags.resource,
        code: flags.code,
    })
}

/// A time, or how long it is ago.
fn time(text: &str) -> Result<Timestamp, String> {
    if let Ok(time) = text.parse::<jiff::Timestamp>() {
        return Ok(Timestamp::from_microseconds(time.as_microsecond()));
    }
    let ago = settings::days(text);
    ago.map(|ago| Timestamp::now().minus(ago)).map_err(|_| {
        format!("`{text}` is no time, such as 2026-01-31T12:00:00Z, and no duration, such as 7d")
    })
}

#[cfg(test)]
mod tests {
    use super::{id, place, time};

    #[test]
    fn an_id_is_read_as_it_is_written() {
        assert_eq!(id(place("1700000000000000-17").unwrap()), "1700000000000000-17");
        for wrong in ["", "17", "a-b", "1-", "-1"] {
            assert!(place(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_time_is_a_moment_or_a_while_ago() {
        assert_eq!(time("1970-01-01T00:00:01Z").unwrap().microseconds(), 1_000_000);
        assert!(time("7d").unwrap() < time("1h").unwrap());
        assert!(time("yesterday").is_err());
    }
}
