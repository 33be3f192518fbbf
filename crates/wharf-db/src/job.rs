use tokio::sync::oneshot;

use crate::{Error, Transaction};

/// A transaction as an engine runs it: the work, and whom to tell once it is durable or lost.
pub(crate) trait Job: Send {
    /// Runs the work; says whether its changes are to be kept. It may be run again, where nothing of the try before
    /// was kept.
    fn run(&mut self, transaction: &Transaction<'_>) -> bool;

    /// Tells the caller what the last run answered, or the engine's error.
    fn answer(self: Box<Self>, outcome: Result<(), Error>);
}

/// Work and where its answer goes.
struct Task<T, E, F> {
    work: F,
    result: Option<Result<T, E>>,
    caller: oneshot::Sender<Result<T, E>>,
}

/// The job that runs `work`, and its answer; a job that is dropped before it answered leaves none.
pub(crate) fn job<T, E, F>(work: F) -> (Box<dyn Job>, oneshot::Receiver<Result<T, E>>)
where
    F: FnMut(&Transaction<'_>) -> Result<T, E> + Send + 'static,
    T: Send + 'static,
    E: From<Error> + Send + 'static,
{
    let (caller, answer) = oneshot::channel();
    (Box::new(Task { work, result: None, caller }), answer)
}

impl<T, E, F> Job for Task<T, E, F>
where
    F: FnMut(&Transaction<'_>) -> Result<T, E> + Send,
    T: Send,
    E: From<Error> + Send,
{
    fn run(&mut self, transaction: &Transaction<'_>) -> bool {
        self.result.insert((self.work)(transaction)).is_ok()
    }

    fn answer(self: Box<Self>, outcome: Result<(), Error>) {
        let answer = match outcome {
            Ok(()) => self.result.unwrap_or_else(|| Err(Error::Aborted.into())),
            Err(error) => Err(error.into()),
        };
        // A caller that went away needs no answer.
        let _ = self.caller.send(answer);
    }
}
