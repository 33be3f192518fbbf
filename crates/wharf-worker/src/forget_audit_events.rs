//! Forgets events of the audit log that are older than they are to be kept.

use wharf_core::Core;

pub(crate) async fn run(core: &Core) {
    match core.forget_audit_events().await {
        Ok(0) => {}
        Ok(count) => tracing::info!(count, "old events of the audit log forgotten"),
        Err(error) => tracing::error!(%error, "old events of the audit log could not be forgotten"),
    }
}
