use wharf_core::AuditSettings;

use super::{Sources, parse};

/// `[audit]`
pub(super) fn read(sources: &mut Sources<'_>) -> AuditSettings {
    let default = AuditSettings::default();
    AuditSettings {
        reads: sources.value_or("audit.reads", parse::truth, default.reads),
        keep: sources.value_or("audit.keep", parse::days, default.keep),
    }
}
