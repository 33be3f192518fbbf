//! Forgets signed requests that are too old to come again.

use wharf_core::Core;

pub(crate) async fn run(core: &Core) {
    if let Err(error) = core.forget_requests().await {
        tracing::error!(%error, "old requests could not be forgotten");
    }
}
