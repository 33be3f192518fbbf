use std::{path::Path, sync::Arc};

use tokio::sync::oneshot;

use crate::{Error, Transaction, sqlite};

/// The metadata store. Clones share it.
#[derive(Clone)]
pub struct Store {
    engine: Arc<sqlite::Engine>,
}

/// A transaction as the engine runs it: the work, and what to tell its caller once it is durable or lost.
pub(crate) type Job = Box<dyn FnOnce(&Transaction<'_>) -> Outcome + Send>;

/// What a finished closure leaves to do.
pub(crate) struct Outcome {
    /// Whether its changes are to be kept.
    pub(crate) keep: bool,
    /// Tells the caller: with the engine's error when the changes could not be made durable.
    pub(crate) answer: Box<dyn FnOnce(Result<(), Error>) + Send>,
}

impl Store {
    /// Opens the database at `address` (`sqlite:FILE`), brings its schema up to date and starts its threads.
    ///
    /// # Errors
    /// When the address is of no known form, the file cannot be opened, or its schema is newer than this program.
    pub fn open(address: &str) -> Result<Self, Error> {
        let path = address.strip_prefix("sqlite:").filter(|path| !path.is_empty());
        let path = path.ok_or_else(|| Error::Address(address.to_owned()))?;
        Ok(Self { engine: Arc::new(sqlite::Engine::open(Path::new(path))?) })
    }

    /// Runs `work` on a consistent view of the store.
    ///
    /// # Errors
    /// What `work` answers, or the engine's error.
    pub async fn read<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: FnOnce(&Transaction<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let (job, answer) = job(work);
        self.engine.read(job)?;
        answer.await.unwrap_or_else(|_| Err(E::from(Error::Aborted)))
    }

    /// Runs `work` as one transaction: kept whole when it answers `Ok`, and only then; answered when it is durable.
    /// An engine may have to run it again (a serialization failure), so it must not use up what it captured.
    ///
    /// # Errors
    /// What `work` answers, or the engine's error; in both cases nothing was changed.
    pub async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: FnMut(&Transaction<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let (job, answer) = job(work);
        self.engine.write(job)?;
        answer.await.unwrap_or_else(|_| Err(E::from(Error::Aborted)))
    }
}

fn job<T, E, F>(work: F) -> (Job, oneshot::Receiver<Result<T, E>>)
where
    F: FnOnce(&Transaction<'_>) -> Result<T, E> + Send + 'static,
    T: Send + 'static,
    E: From<Error> + Send + 'static,
{
    let (sender, receiver) = oneshot::channel();
    let job: Job = Box::new(move |transaction| {
        let result = work(transaction);
        let keep = result.is_ok();
        let answer = Box::new(move |durable: Result<(), Error>| {
            // A caller that went away needs no answer.
            let _ = sender.send(durable.map_err(E::from).and(result));
        });
        Outcome { keep, answer }
    });
    (job, receiver)
}
