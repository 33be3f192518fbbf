use std::{
    io::{IsTerminal, Write, stderr},
    time::{Duration, Instant},
};

use bytesize::ByteSize;
use serde_json::json;
use wharf_core::{Core, Error, Finding, MoveProgress};
use wharf_model::StorageName;

use super::{print, table::table};
use crate::command_line::StorageCommand;

/// How often a move tells how far it is.
const REPORT: Duration = Duration::from_secs(1);

/// Runs one of `wharf admin storage …`.
pub(super) async fn run(core: &Core, command: StorageCommand, as_json: bool) -> Result<(), String> {
    match command {
        StorageCommand::Check { store } => check(core, store, as_json).await,
        StorageCommand::Moves => moves(core, as_json).await.map_err(|error| error.to_string()),
        StorageCommand::Migrate => migrate(core, as_json).await,
    }
}

async fn check(core: &Core, store: Option<String>, as_json: bool) -> Result<(), String> {
    let name = store.map(|name| name.parse()).transpose();
    let name = name.map_err(|error: wharf_model::InvalidName| error.to_string())?.unwrap_or_default();
    let findings = core.examine_storage(&name).await.map_err(|error| error.to_string())?;
    print(&if as_json { findings_as_json(&findings) } else { findings_as_table(&findings) });
    match findings.iter().filter(|finding| finding.outcome.is_err()).count() {
        0 => Ok(()),
        failed => Err(format!("{failed} of {} steps failed", findings.len())),
    }
}

fn findings_as_json(findings: &[Finding]) -> String {
    let findings = findings.iter().map(|finding| {
        json!({
            "step": finding.what,
            "ok": finding.outcome.is_ok(),
            "error": finding.outcome.as_ref().err(),
            "milliseconds": finding.took.as_millis(),
        })
    });
    json!(findings.collect::<Vec<_>>()).to_string()
}

fn findings_as_table(findings: &[Finding]) -> String {
    let rows = findings.iter().map(|finding| {
        let outcome = finding.outcome.as_ref().err().map_or("ok", String::as_str);
        [finding.what.to_owned(), format!("{} ms", finding.took.as_millis()), outcome.to_owned()]
    });
    table(["STEP", "TIME", "OUTCOME"], rows)
}

async fn moves(core: &Core, as_json: bool) -> Result<(), Error> {
    let moves = core.list_instance_moves().await?;
    if as_json {
        let moves = moves.iter().map(|moving| {
            json!({
                "instance": moving.instance.as_str(),
                "from": moving.sources.iter().map(StorageName::as_str).collect::<Vec<_>>(),
                "to": moving.target.as_str(),
                "state": moving.state.name(),
                "blobs": moving.blobs,
                "bytes": moving.bytes,
                "moved": moving.moved,
                "moved_bytes": moving.moved_bytes,
                "missing": moving.missing,
                "began_at": moving.began_at.to_utc_fraction(),
            })
        });
        print(&json!(moves.collect::<Vec<_>>()).to_string());
        return Ok(());
    }
    let rows = moves.into_iter().map(|moving| {
        let sources: Vec<_> = moving.sources.iter().map(StorageName::as_str).collect();
        [
            moving.instance.to_string(),
            sources.join(","),
            moving.target.to_string(),
            moving.state.name().to_owned(),
            format!("{} of {}", moving.moved, moving.blobs),
            format!("{} of {}", ByteSize(moving.moved_bytes), ByteSize(moving.bytes)),
            moving.missing.to_string(),
            moving.began_at.to_utc_fraction(),
        ]
    });
    print(&table(["INSTANCE", "FROM", "TO", "STATE", "BLOBS", "BYTES", "MISSING", "BEGAN"], rows));
    Ok(())
}

async fn migrate(core: &Core, as_json: bool) -> Result<(), String> {
    let mut told = Instant::now();
    let report = |progress: &MoveProgress| {
        if told.elapsed() >= REPORT {
            told = Instant::now();
            tell(progress);
        }
    };
    let moved = core.move_storage(report).await;
    end_line();
    let released = core.release_leases().await;
    let progress = moved.map_err(|error| error.to_string())?;
    released.map_err(|error| error.to_string())?;
    let missing: Vec<_> =
        progress.missing.iter().map(|(instance, digest)| format!("{instance} {digest}")).collect();
    let (moved, bytes) = (progress.moved, progress.moved_bytes);
    if as_json {
        print(&json!({"moved": moved, "bytes": bytes, "missing": missing}).to_string());
    } else {
        print(&format!("{moved} blobs ({}) were moved", ByteSize(bytes)));
    }
    match progress.missing_count {
        0 if as_json => Ok(()),
        0 => {
            print("All content is in the store in use: `storage.previous` can be removed.");
            Ok(())
        }
        count => Err(format!("{count} blobs are in neither store:\n{}", missing.join("\n"))),
    }
}

/// What is said next begins a line of its own.
fn end_line() {
    let mut out = stderr();
    if out.is_terminal() {
        let _ = writeln!(out);
    }
}

/// On a terminal, in place.
fn tell(progress: &MoveProgress) {
    let (seen, blobs, moved) = (progress.seen, progress.blobs, progress.moved);
    let line = format!("{seen} of {blobs} blobs seen, {moved} moved ({})", ByteSize(progress.moved_bytes));
    let mut out = stderr();
    // Nobody who does not look is told.
    let _ = if out.is_terminal() { write!(out, "\r{line}\x1b[K") } else { writeln!(out, "{line}") };
}
