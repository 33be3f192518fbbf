//! Renews instances whose paid period ended, or isolates them, and deletes those that were isolated for long enough.

use wharf_core::{Core, PeriodsSettled};
use wharf_model::Timestamp;

pub(crate) async fn run(core: &Core) {
    match core.settle_periods(Timestamp::now()).await {
        Ok(settled) if settled == PeriodsSettled::default() => {}
        Ok(PeriodsSettled { renewed, isolated, deleted }) => {
            tracing::info!(renewed, isolated, deleted, "paid periods of instances ended");
        }
        Err(error) => tracing::error!(%error, "what is due of paid periods could not be done"),
    }
}
