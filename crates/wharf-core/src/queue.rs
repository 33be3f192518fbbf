//! The outbox and the job queue, as the worker sees them.

use std::{fmt, time::Duration};

use wharf_db::{
    Transaction, events,
    jobs::{self, Kinds},
};

use crate::{Core, Error, Job, leases::LEASE};

/// The wait after the first failed try; it doubles with each further one, up to [`LONGEST_WAIT`].
const FIRST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_secs(600);

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventKind {
    /// An instance was asked for; its subject is the instance's id.
    InstanceCreated,
    /// An instance is to go; its subject is the instance's id.
    InstanceDeleting,
    /// An instance's content is to go to another store; its subject is the instance's id.
    InstanceStorageModified,
    /// An upload session ended without a blob; its subject is INSTANCE/SESSION, or INSTANCE/SESSION/STORE.
    UploadGivenUp,
}

/// Jobs that a worker does one after the other, beside those of the other lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// What takes moments.
    Short,
    /// Moves of content, which may take days.
    Long,
}

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobKind {
    /// Take a new instance to Running.
    DeployInstance,
    /// Take a deleted instance's content and rows away.
    RemoveInstance,
    /// Copy an instance's content to its new store, and empty the others of it.
    MoveInstanceStorage,
    /// Take the bytes of an upload session away.
    DiscardUpload,
}

macro_rules! named {
    ($type:ty { $($variant:ident => $name:literal),* $(,)? }) => {
        impl $type {
            /// The word that stores keep.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),* }
            }

            /// The kind that a store's word stands for.
            pub fn named(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$variant),)* _ => None }
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.name())
            }
        }
    };
}

named!(EventKind {
    InstanceCreated => "instance.created",
    InstanceDeleting => "instance.deleting",
    InstanceStorageModified => "instance.storage-modified",
    UploadGivenUp => "upload.given-up",
});
named!(JobKind {
    DeployInstance => "instance.deploy",
    RemoveInstance => "instance.remove",
    MoveInstanceStorage => "instance.move-storage",
    DiscardUpload => "upload.discard",
});

impl Lane {
    const fn kinds(self) -> Kinds {
        let long = JobKind::MoveInstanceStorage.name();
        match self {
            Self::Short => Kinds::AllBut(long),
            Self::Long => Kinds::Only(long),
        }
    }
}

impl Core {
    /// How often a worker is to hold on to the job that it runs.
    pub const HOLD: Duration = Duration::from_secs(LEASE.as_secs() / 3);

    /// Turns the oldest events into the jobs that `jobs_of` names, each event once. Says how many there were.
    /// Events that it does not know are left for a newer program.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn dispatch_events(
        &self,
        limit: u64,
        jobs_of: impl Fn(EventKind) -> Vec<JobKind> + Send + 'static,
    ) -> Result<usize, Error> {
        if self.read(|tx| Ok(events::list(tx, 1)?)).await?.is_empty() {
            return Ok(0);
        }
        let now = Self::now();
        self.write(move |tx| {
            let mut dispatched = 0;
            for event in events::list(tx, limit)? {
                let Some(kind) = EventKind::named(&event.kind) else { continue };
                if events::delete(tx, event.id)? {
                    for job in jobs_of(kind) {
                        jobs::insert(tx, job.name(), &event.subject, now, now)?;
                    }
                    dispatched += 1;
                }
            }
            Ok(dispatched)
        })
        .await
    }

    /// Takes the job of a lane that is due longest, so that no other worker does while it runs and is held on to.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn lease_job(&self, lane: Lane) -> Result<Option<Job>, Error> {
        let (kinds, now) = (lane.kinds(), Self::now());
        if !self.read(move |tx| Ok(jobs::is_due(tx, kinds, now)?)).await? {
            return Ok(None);
        }
        self.write(move |tx| Ok(jobs::lease(tx, kinds, now, now.plus(LEASE))?)).await
    }

    /// Holds on to a job that still runs. Says whether it could: else another worker has it by now.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn hold_job(&self, job: Job) -> Result<bool, Error> {
        let until = Self::now().plus(LEASE);
        self.write(move |tx| Ok(jobs::renew(tx, &job, until)?)).await
    }

    /// Takes a finished job out of the queue.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn finish_job(&self, job: Job) -> Result<(), Error> {
        self.write(move |tx| Ok(jobs::delete(tx, &job).map(drop)?)).await
    }

    /// Puts a job back that is not done yet, to go on after `wait`.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn continue_job(&self, job: Job, wait: Duration) -> Result<(), Error> {
        let now = Self::now();
        let run_at = now.plus(wait);
        self.write(move |tx| {
            // Another job, so that waits after failures are counted anew.
            if jobs::delete(tx, &job)? {
                jobs::insert(tx, &job.kind, &job.subject, run_at, now)?;
            }
            Ok(())
        })
        .await
    }

    /// Puts a job back that this process cannot do and another can. The wait is left to chance, so that each process gets
    /// its turn.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn leave_job(&self, job: Job) -> Result<(), Error> {
        self.continue_job(job, Duration::from_millis(fastrand::u64(500..2_500))).await
    }

    /// Puts a failed job back for a later try.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn postpone_job(&self, job: Job, error: String) -> Result<(), Error> {
        let doublings = u32::try_from(job.attempts.saturating_sub(1)).unwrap_or(u32::MAX).min(16);
        let wait = (FIRST_WAIT * 2u32.pow(doublings)).min(LONGEST_WAIT);
        let run_at = Self::now().plus(wait);
        self.write(move |tx| Ok(jobs::postpone(tx, &job, run_at, &error)?)).await
    }
}

/// Writes an event in the transaction of the change it tells of.
pub(crate) fn emit(tx: &Transaction<'_>, kind: EventKind, subject: &str) -> Result<(), Error> {
    Ok(events::insert(tx, kind.name(), subject, Core::now())?)
}
