//! The worker: what is done later. Events become jobs, jobs run one by one, and periodic tasks compare what is with what
//! should be.
//!
//! A round is activated by a signal and, whatever happens, again by a timer: so a missed signal or a crash heals by
//! itself, and one path serves both cases. A job may run more than once and goes on where it stopped.

mod deploy_instance;
mod events;
mod expire_uploads;
mod note_pulls;
mod refresh_signing_keys;
mod remove_instance;

use std::{panic::AssertUnwindSafe, time::Duration};

use futures_util::FutureExt;
use tokio::{
    sync::watch,
    time::{Instant, sleep},
};
use wharf_core::{Core, Error, Job, JobKind};

/// How long a round waits for a signal.
const IDLE: Duration = Duration::from_secs(1);

/// Works until `stop` is told; then notes what is still in memory.
pub async fn run(core: Core, mut stop: watch::Receiver<bool>) {
    let mut pulls = Periodic::every(Duration::from_secs(2));
    let mut signing_keys = Periodic::every(Duration::from_secs(5));
    let mut uploads = Periodic::every(Duration::from_secs(60));
    while !*stop.borrow() {
        if let Err(error) = round(&core).await {
            tracing::error!(%error, "the worker could not work");
            sleep(IDLE).await;
        }
        if pulls.is_due() {
            note_pulls::run(&core).await;
        }
        if signing_keys.is_due() {
            refresh_signing_keys::run(&core).await;
        }
        if uploads.is_due() {
            expire_uploads::run(&core).await;
        }
        tokio::select! {
            () = core.work() => {}
            () = sleep(IDLE) => {}
            _ = stop.changed() => {}
        }
    }
    note_pulls::run(&core).await;
}

/// When a periodic task runs next.
struct Periodic {
    period: Duration,
    next: Instant,
}

impl Periodic {
    fn every(period: Duration) -> Self {
        Self { period, next: Instant::now() }
    }

    fn is_due(&mut self) -> bool {
        let now = Instant::now();
        let due = now >= self.next;
        if due {
            self.next = now + self.period;
        }
        due
    }
}

/// Turns all events into jobs and runs all jobs that are due.
async fn round(core: &Core) -> Result<(), Error> {
    events::run(core).await?;
    while let Some(job) = core.lease_job().await? {
        work(core, job).await?;
    }
    Ok(())
}

async fn work(core: &Core, job: Job) -> Result<(), Error> {
    // A job that panics has failed; the worker goes on.
    let outcome = AssertUnwindSafe(dispatch(core, &job)).catch_unwind().await;
    let outcome = outcome.unwrap_or_else(|_| Err(Error::Internal("the job panicked".to_owned())));
    match outcome {
        Ok(()) => {
            tracing::info!(kind = job.kind, subject = job.subject, "job done");
            core.finish_job(job.id).await
        }
        Err(error) => {
            tracing::warn!(kind = job.kind, subject = job.subject, attempts = job.attempts, %error, "job failed");
            core.postpone_job(job.id, job.attempts, error.to_string()).await
        }
    }
}

async fn dispatch(core: &Core, job: &Job) -> Result<(), Error> {
    let unknown = || Error::Internal(format!("no job is called {}: a newer version wrote it", job.kind));
    match JobKind::named(&job.kind).ok_or_else(unknown)? {
        JobKind::DeployInstance => deploy_instance::run(core, &job.subject).await,
        JobKind::RemoveInstance => remove_instance::run(core, &job.subject).await,
    }
}
