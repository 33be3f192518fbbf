//! Takes up signing keys that another process made or retired.

use wharf_core::Core;

pub(crate) async fn run(core: &Core) {
    if let Err(error) = core.refresh_signing_keys().await {
        tracing::error!(%error, "the signing keys could not be read");
    }
}
