//! Forgets allowances of the cloud API that are whole again.

use wharf_core::Core;

pub(crate) async fn run(core: &Core) {
    if !core.shares_call_rates() {
        return;
    }
    if let Err(error) = core.forget_calls().await {
        tracing::error!(%error, "old allowances could not be forgotten");
    }
}
