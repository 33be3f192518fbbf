//! Writes the events of the audit log that wait in memory.

use wharf_core::Core;

pub(crate) async fn run(core: &Core) {
    if let Err(error) = core.note_audit_events().await {
        tracing::error!(%error, "events of the audit log could not be written: they wait");
    }
}
