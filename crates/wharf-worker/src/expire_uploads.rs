//! Gives up the upload sessions that have lain still for too long.

use wharf_core::Core;

pub(crate) async fn run(core: &Core) {
    match core.expire_uploads().await {
        Ok(0) => {}
        Ok(expired) => tracing::info!(expired, "idle upload sessions were given up"),
        Err(error) => tracing::error!(%error, "idle upload sessions could not be given up"),
    }
}
