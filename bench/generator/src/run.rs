//! A run: threads with connections, one clock for all.

use std::{
    error::Error as StandardError,
    sync::{Arc, Barrier},
    thread,
    time::{Duration, Instant},
};

use futures_util::future::{join_all, try_join_all};
use tokio::{runtime, time::timeout_at};

use crate::{
    connection::Connection,
    error::Error,
    plan::{AtEnd, Plan},
    shared::Counter,
    tally::{Outcome, Tally},
    transport::Endpoint,
    work::Job,
};

/// A client that keeps failing gives up after so many errors.
const PATIENCE: usize = 10;

type Failure = Box<dyn StandardError + Send + Sync>;

/// What one thread does.
struct Share {
    endpoint: Endpoint,
    job: Arc<Job>,
    clients: Vec<usize>,
    duration: Duration,
    at_end: AtEnd,
    everybody_is_ready: Arc<Barrier>,
}

/// Do what the plan says and count.
pub fn run(plan: Plan) -> Result<Outcome, Failure> {
    let threads = plan.threads.clamp(1, plan.connections.max(1));
    let endpoint = Endpoint::new(&plan.address, plan.authority.as_deref())?;
    let (connections, duration, at_end) =
        (plan.connections, Duration::from_secs_f64(plan.seconds), plan.at_end);
    let job = Arc::new(Job::new(plan));
    let everybody_is_ready = Arc::new(Barrier::new(threads));
    let running: Vec<_> = (0..threads)
        .map(|thread| {
            let share = Share {
                endpoint: endpoint.clone(),
                job: Arc::clone(&job),
                clients: (thread..connections).step_by(threads).collect(),
                duration,
                at_end,
                everybody_is_ready: Arc::clone(&everybody_is_ready),
            };
            thread::spawn(move || share.run())
        })
        .collect();
    let mut all = Tally::new()?;
    let mut took = Duration::ZERO;
    for thread in running {
        let (counter, seconds) = thread.join().map_err(|_| "a thread panicked")??;
        all.add(&counter.lock());
        took = took.max(seconds);
    }
    Ok(all.outcome(took))
}

impl Share {
    fn run(self) -> Result<(Counter, Duration), Failure> {
        let counter = Counter::new(Tally::new()?);
        let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
        let took = runtime.block_on(self.work(&counter))?;
        Ok((counter, took))
    }

    async fn work(&self, counter: &Counter) -> Result<Duration, Error> {
        let opening = self.clients.iter().map(|&client| async move {
            let mut connection = Connection::new(self.endpoint.clone(), counter.clone());
            connection.open().await.map(|()| (client, connection))
        });
        let connections = try_join_all(opening).await;
        self.everybody_is_ready.wait();
        let start = Instant::now();
        let end = start + self.duration;
        let clients = connections?.into_iter().map(|(client, connection)| {
            let (job, counter, at_end) = (Arc::clone(&self.job), counter.clone(), self.at_end);
            tokio::spawn(async move {
                let work = work(&job, client, connection, &counter, end);
                match at_end {
                    AtEnd::Finish => work.await,
                    AtEnd::Abandon => timeout_at(end.into(), work).await.unwrap_or_default(),
                }
            })
        });
        join_all(clients).await;
        Ok(start.elapsed())
    }
}

/// One client's work: unit after unit until the time is up or nothing is left.
async fn work(job: &Job, client: usize, mut connection: Connection, counter: &Counter, end: Instant) {
    let mut failures = 0;
    while failures < PATIENCE {
        let start = Instant::now();
        if start >= end {
            return;
        }
        let Some(number) = job.begin() else { return };
        let ended = job.run(client, number, &mut connection).await;
        counter.unit(start.elapsed(), &ended);
        if ended.is_err() {
            failures += 1;
            connection.close();
        }
    }
}
