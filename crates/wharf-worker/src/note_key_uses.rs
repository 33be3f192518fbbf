//! Notes the uses of access keys that were remembered in memory: all of them, or those whose turn it is.

use wharf_core::Core;

pub(crate) async fn run(core: &Core, all: bool) {
    if let Err(error) = core.note_key_uses(all).await {
        tracing::error!(%error, "uses of access keys could not be noted");
    }
}
