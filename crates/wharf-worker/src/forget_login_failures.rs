//! Forgets failed log-ins that no longer count.

use wharf_core::Core;

pub(crate) async fn run(core: &Core) {
    if let Err(error) = core.forget_login_failures().await {
        tracing::error!(%error, "failed log-ins could not be forgotten");
    }
}
