//! What follows from what happened.

use wharf_core::{Core, Error, EventKind, JobKind};

/// Events turned into jobs in one transaction.
const BATCH: u64 = 100;

/// Turns every event into its jobs.
pub(crate) async fn run(core: &Core) -> Result<(), Error> {
    while core.dispatch_events(BATCH, jobs_of).await? > 0 {}
    Ok(())
}

fn jobs_of(event: EventKind) -> Vec<JobKind> {
    match event {
        EventKind::InstanceCreated => vec![JobKind::DeployInstance],
        EventKind::InstanceDeleting => vec![JobKind::RemoveInstance],
        EventKind::InstanceStorageModified => vec![JobKind::MoveInstanceStorage],
        EventKind::UploadGivenUp => vec![JobKind::DiscardUpload],
    }
}
