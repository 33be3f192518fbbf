//! The worker: what is done later. Events become jobs, jobs run one by one in two lanes, and periodic tasks compare
//! what is with what should be.
//!
//! A round is activated by a signal and, whatever happens, again by a timer: so a missed signal or a crash heals by
//! itself, and one path serves both cases. A job may run more than once and goes on where it stopped.

mod deploy_instance;
mod discard_upload;
mod events;
mod expire_uploads;
mod forget_audit_events;
mod forget_calls;
mod forget_login_failures;
mod forget_requests;
mod forget_sessions;
mod move_instance_storage;
mod note_audit_events;
mod note_key_uses;
mod note_pulls;
mod refresh_signing_keys;
mod remove_instance;
mod settle_periods;
mod share_call_rates;

use std::{panic::AssertUnwindSafe, time::Duration};

use futures_util::{
    FutureExt,
    future::{Either, join, join3, join5, select},
};
use tokio::{
    sync::watch,
    time::{interval, sleep, timeout},
};
use wharf_core::{Core, Error, Job, JobKind, Lane};

/// How long a round waits for a signal.
const IDLE: Duration = Duration::from_secs(1);
/// Signing keys that another process made or retired are taken up within a second.
const KEYS: Duration = Duration::from_millis(500);
const AUDIT: Duration = Duration::from_secs(1);
/// How often what is counted in memory is noted.
const NOTES: Duration = Duration::from_secs(2);
/// How soon after its paid period an instance is Isolate.
const PERIODS: Duration = Duration::from_secs(2);
const CLEANING: Duration = Duration::from_secs(60);
/// How long the last notes may take when the process ends.
const FAREWELL: Duration = Duration::from_secs(3);

/// Works until `stop` is told; then notes what is still in memory.
///
/// Every process notes its own pulls and uses of access keys, and reads the signing keys. Cleaning is done by the one
/// that holds its lease, a job by the one that holds the job.
pub async fn run(core: Core, stop: watch::Receiver<bool>) {
    join3(
        join5(
            rounds(&core, stop.clone()),
            every(&core, NOTES, stop.clone(), |core| async move {
                note_pulls::run(&core).await;
                note_key_uses::run(&core, false).await;
            }),
            every(&core, KEYS, stop.clone(), |core| async move { refresh_signing_keys::run(&core).await }),
            every(&core, CLEANING, stop.clone(), |core| async move { clean(&core).await }),
            share_call_rates::run(&core, stop.clone()),
        ),
        join(
            every(&core, AUDIT, stop.clone(), |core| async move { note_audit_events::run(&core).await }),
            every(&core, PERIODS, stop.clone(), |core| async move { settle_periods::run(&core).await }),
        ),
        long_rounds(&core, stop),
    )
    .await;
    let farewell = async {
        note_pulls::run(&core).await;
        note_key_uses::run(&core, true).await;
        note_audit_events::run(&core).await;
        core.release_leases().await
    };
    if let Err(error) = timeout(FAREWELL, farewell).await.unwrap_or(Ok(())) {
        tracing::warn!(%error, "leases could not be released: they end by themselves");
    }
}

/// Runs `task` at once and then once a `period`, until `stop` is told.
async fn every<T: Future<Output = ()>>(
    core: &Core,
    period: Duration,
    mut stop: watch::Receiver<bool>,
    task: impl Fn(Core) -> T,
) {
    let mut clock = interval(period);
    clock.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    while !*stop.borrow() {
        tokio::select! {
            _ = clock.tick() => task(core.clone()).await,
            _ = stop.changed() => {}
        }
    }
}

async fn rounds(core: &Core, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        if let Err(error) = round(core).await {
            tracing::error!(%error, "the worker could not work");
            sleep(IDLE).await;
        }
        tokio::select! {
            () = core.work() => {}
            () = sleep(IDLE) => {}
            _ = stop.changed() => {}
        }
    }
}

/// Runs the jobs that take long, one after the other. What runs when `stop` is told is broken off, and goes on later.
async fn long_rounds(core: &Core, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        if let Err(error) = long_round(core, &mut stop).await {
            tracing::error!(%error, "the worker could not work");
        }
        tokio::select! {
            () = sleep(IDLE) => {}
            _ = stop.changed() => {}
        }
    }
}

async fn long_round(core: &Core, stop: &mut watch::Receiver<bool>) -> Result<(), Error> {
    while let Some(job) = core.lease_job(Lane::Long).await? {
        tokio::select! {
            worked = work(core, job.clone()) => worked?,
            _ = stop.changed() => return core.continue_job(job, Duration::ZERO).await,
        }
    }
    Ok(())
}

/// What one process does for all.
async fn clean(core: &Core) {
    match core.holds_lease("cleaning").await {
        Ok(true) => {
            expire_uploads::run(core).await;
            forget_login_failures::run(core).await;
            forget_requests::run(core).await;
            forget_sessions::run(core).await;
            forget_calls::run(core).await;
            forget_audit_events::run(core).await;
        }
        Ok(false) => {}
        Err(error) => tracing::error!(%error, "whether this process is the one to clean is not known"),
    }
}

/// Turns all events into jobs and runs all short jobs that are due.
async fn round(core: &Core) -> Result<(), Error> {
    events::run(core).await?;
    while let Some(job) = core.lease_job(Lane::Short).await? {
        work(core, job).await?;
    }
    Ok(())
}

async fn work(core: &Core, job: Job) -> Result<(), Error> {
    // A job that panics has failed; the worker goes on.
    let running = AssertUnwindSafe(dispatch(core, &job)).catch_unwind();
    let outcome = match select(Box::pin(running), Box::pin(hold(core, &job))).await {
        Either::Left((outcome, _)) => outcome.unwrap_or_else(|_| Err(panicked())),
        Either::Right(((), _)) => {
            tracing::warn!(kind = job.kind, subject = job.subject, "job lost: another worker has it by now");
            return Ok(());
        }
    };
    match outcome {
        Ok(Some(wait)) => core.continue_job(job, wait).await,
        Ok(None) => {
            tracing::info!(kind = job.kind, subject = job.subject, "job done");
            core.finish_job(job).await
        }
        Err(error @ Error::StorageUnknown { .. }) => {
            tracing::warn!(kind = job.kind, subject = job.subject, %error, "job left to another process");
            core.leave_job(job).await
        }
        Err(error) => {
            tracing::warn!(kind = job.kind, subject = job.subject, attempts = job.attempts, %error, "job failed");
            core.postpone_job(job, error.to_string()).await
        }
    }
}

/// Holds on to a job for as long as it runs; ends when another worker has it. While the store does not answer, the job
/// goes on: it may run more than once in any case.
async fn hold(core: &Core, job: &Job) {
    loop {
        sleep(Core::HOLD).await;
        match core.hold_job(job.clone()).await {
            Ok(true) => {}
            Ok(false) => return,
            Err(error) => tracing::warn!(%error, kind = job.kind, "a running job could not be held on to"),
        }
    }
}

fn panicked() -> Error {
    Error::Internal("the job panicked".to_owned())
}

/// Runs a job. Says after which wait it is to go on, when it is not done.
async fn dispatch(core: &Core, job: &Job) -> Result<Option<Duration>, Error> {
    let unknown = || Error::Internal(format!("no job is called {}: a newer version wrote it", job.kind));
    match JobKind::named(&job.kind).ok_or_else(unknown)? {
        JobKind::DeployInstance => deploy_instance::run(core, &job.subject).await.map(|()| None),
        JobKind::RemoveInstance => remove_instance::run(core, &job.subject).await,
        JobKind::MoveInstanceStorage => move_instance_storage::run(core, &job.subject).await,
        JobKind::DiscardUpload => discard_upload::run(core, &job.subject).await.map(|()| None),
    }
}
