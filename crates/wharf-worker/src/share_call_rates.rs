//! Tells other processes of the calls that this one let through, and learns of theirs.

use std::time::Duration;

use tokio::{sync::watch, time::sleep};
use wharf_core::Core;

/// Between two reports: calls of so long go into one transaction.
const PAUSE: Duration = Duration::from_millis(50);
/// After a report that failed.
const LONG_PAUSE: Duration = Duration::from_secs(1);

pub(crate) async fn run(core: &Core, mut stop: watch::Receiver<bool>) {
    if !core.shares_call_rates() {
        return;
    }
    while !*stop.borrow() {
        tokio::select! {
            () = core.calls_to_report() => {}
            _ = stop.changed() => continue,
        }
        let pause = match core.report_calls().await {
            Ok(()) => PAUSE,
            Err(error) => {
                tracing::warn!(%error, "other processes could not be told of calls: each limits them on its own");
                LONG_PAUSE
            }
        };
        sleep(pause).await;
    }
}
