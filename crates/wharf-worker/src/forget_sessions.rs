//! Forgets temporary credentials that ended.

use wharf_core::Core;

pub(crate) async fn run(core: &Core) {
    if let Err(error) = core.forget_sessions().await {
        tracing::error!(%error, "temporary credentials that ended could not be forgotten");
    }
}
