use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use flume::{Receiver, Sender, bounded};
use tokio_postgres::Config;

use super::{error::Failure, migration, session::Session, statements::Statements};
use crate::{
    Error, Options, Transaction,
    changes::{Changes, Touched},
    job::Job,
    store::{self, Durability},
};

const QUEUE_LIMIT: usize = 1024;
const READ: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
const WRITE: &str = "BEGIN ISOLATION LEVEL SERIALIZABLE";
const WRITE_SOON: &str = "BEGIN ISOLATION LEVEL SERIALIZABLE; SET LOCAL synchronous_commit = off";
/// The pause after the first conflict at most, and after the first failed connection; it doubles up to the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(2);
const LONGEST_PAUSE: Duration = Duration::from_millis(200);

/// Threads that take transactions from one queue.
pub(crate) struct Engine {
    requests: Sender<Request>,
    patience: Duration,
}

struct Request {
    job: Box<dyn Job>,
    begin: &'static str,
    /// When it is given up.
    deadline: Instant,
}

impl Engine {
    pub(crate) fn open(config: Config, options: &Options, changes: &Arc<Changes>) -> Result<Self, Error> {
        migration::run(&config, options)?;
        let (requests, queue) = bounded(QUEUE_LIMIT);
        for _ in 0..options.connections {
            let worker = Worker {
                config: config.clone(),
                options: options.clone(),
                changes: changes.clone(),
                session: None,
            };
            let queue = queue.clone();
            let thread = thread::Builder::new().name("wharf-db".to_owned()).spawn(move || worker.run(&queue));
            thread.map_err(|error| Error::Unavailable(error.to_string()))?;
        }
        Ok(Self { requests, patience: options.patience })
    }

    fn enqueue(&self, job: Box<dyn Job>, begin: &'static str) -> Result<(), Error> {
        let request = Request { job, begin, deadline: Instant::now() + self.patience };
        let taken = self.requests.try_send(request);
        taken.map_err(|_| Error::Unavailable("too many transactions wait".to_owned()))
    }
}

impl store::Engine for Engine {
    fn read(&self, job: Box<dyn Job>) -> Result<(), Error> {
        self.enqueue(job, READ)
    }

    fn write(&self, job: Box<dyn Job>, durability: Durability) -> Result<(), Error> {
        let begin = match durability {
            Durability::Synced => WRITE,
            Durability::Soon => WRITE_SOON,
        };
        self.enqueue(job, begin)
    }

    fn is_shared(&self) -> bool {
        true
    }
}

/// Why a try came to nothing.
enum Miss {
    /// Nothing of it is kept; another try may come through.
    Again(Error),
    /// There is no use in another try.
    Final(Error),
}

/// One thread and its connection.
struct Worker {
    config: Config,
    options: Options,
    changes: Arc<Changes>,
    session: Option<Session>,
}

impl Worker {
    fn run(mut self, queue: &Receiver<Request>) {
        while let Ok(mut request) = queue.recv() {
            let outcome = self.try_until_deadline(&mut request);
            request.job.answer(outcome);
            // Nobody waits for the end of a transaction that changed nothing.
            self.roll_back();
        }
    }

    fn try_until_deadline(&mut self, request: &mut Request) -> Result<(), Error> {
        if Instant::now() > request.deadline {
            return Err(Error::Unavailable("it waited for a connection for too long".to_owned()));
        }
        let mut pause = FIRST_PAUSE;
        loop {
            match self.try_once(request) {
                Ok(()) => return Ok(()),
                Err(Miss::Final(error)) => return Err(error),
                Err(Miss::Again(error)) if Instant::now() + pause >= request.deadline => return Err(error),
                Err(Miss::Again(_)) => {
                    self.roll_back();
                    // For a time left to chance, so that transactions in conflict do not meet again.
                    thread::sleep(pause.mul_f64(fastrand::f64()));
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
            }
        }
    }

    fn try_once(&mut self, request: &mut Request) -> Result<(), Miss> {
        let session = self.session().map_err(Miss::Again)?;
        let statements = Statements::new(session, request.begin);
        let work = AssertUnwindSafe(|| {
            let transaction = Transaction::on(&statements);
            (request.job.run(&transaction), transaction.into_touched())
        });
        let (keep, touched) = catch_unwind(work).map_err(|_| Miss::Final(Error::Aborted))?;
        match statements.failure() {
            Some(Failure::Conflict) => Err(Miss::Again(conflict())),
            Some(Failure::Lost) => {
                self.session = None;
                Err(Miss::Again(Error::Unavailable("the connection to the database broke".to_owned())))
            }
            Some(Failure::Refused) if keep => {
                Err(Miss::Final(Error::Engine("a transaction went on after a failed statement".to_owned())))
            }
            None if keep && request.begin != READ => self.commit(&touched),
            Some(Failure::Refused) | None => Ok(()),
        }
    }

    fn commit(&mut self, touched: &Touched) -> Result<(), Miss> {
        let Some(session) = self.session.as_ref().filter(|session| session.is_in_transaction()) else {
            return Ok(());
        };
        let ended = session.end("COMMIT");
        // Also where it is not known whether the commit came through.
        self.changes.note(touched);
        ended.map_err(|lapse| match lapse.failure() {
            Failure::Conflict => Miss::Again(conflict()),
            Failure::Refused => Miss::Final(lapse.into()),
            Failure::Lost => {
                tracing::error!(error = %Error::from(lapse), "a commit was not answered");
                self.session = None;
                Miss::Final(Error::Unknown)
            }
        })
    }

    fn roll_back(&mut self) {
        let in_transaction = self.session.as_ref().filter(|session| session.is_in_transaction());
        if in_transaction.is_some_and(|session| session.end("ROLLBACK").is_err()) {
            self.session = None;
        }
    }

    /// The connection, which is made anew when it broke.
    fn session(&mut self) -> Result<&Session, Error> {
        let session = match self.session.take().filter(Session::is_open) {
            Some(session) => session,
            None => Session::connect(&self.config, &self.options)?,
        };
        Ok(self.session.insert(session))
    }
}

fn conflict() -> Error {
    Error::Unavailable("too many transactions change the same rows".to_owned())
}
