//! Notes the pulls that were counted in memory.

use wharf_core::Core;

pub(crate) async fn run(core: &Core) {
    if let Err(error) = core.note_pulls().await {
        tracing::error!(%error, "pulls could not be noted");
    }
}
