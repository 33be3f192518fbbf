//! The work of a run, ready to be done: what all connections share.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::{
    connection::{Connection, Outgoing},
    content::Source,
    error::Error,
    plan::{self, Plan, Target},
    push,
};

/// What all connections share.
pub struct Job {
    /// Header lines of each request.
    pub headers: String,
    next: AtomicU64,
    task: Task,
}

/// The kinds of work.
enum Task {
    Requests { units: Vec<Vec<Ready>>, bodies: Vec<String>, once: bool },
    PushBlobs { targets: Vec<push::Target>, source: Source, way: plan::Way },
    PushImages { targets: Vec<push::Target>, layers: Source },
}

/// A request whose text is made.
struct Ready {
    line: String,
    headers: String,
    body: Option<usize>,
    status: Option<u16>,
}

impl Job {
    /// Make the work of a plan ready.
    pub fn new(plan: Plan) -> Self {
        let mut headers = format!("Host: {}\r\n", plan.address);
        headers.push_str(&lines(&plan.headers));
        let task = match plan.work {
            plan::Work::Requests { units, bodies, once } => {
                let units = units.into_iter().map(|unit| unit.into_iter().map(Ready::from).collect());
                Task::Requests { units: units.collect(), bodies, once }
            }
            plan::Work::PushBlobs { targets, size, way, seed } => {
                Task::PushBlobs { targets: ready(targets), source: Source::new(size, seed), way }
            }
            plan::Work::PushImages { targets, layer_size, seed } => {
                Task::PushImages { targets: ready(targets), layers: Source::new(layer_size, seed) }
            }
        };
        Self { headers, next: AtomicU64::new(0), task }
    }

    /// The number of the unit to do next; nothing when all are done.
    pub fn begin(&self) -> Option<u64> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        match &self.task {
            Task::Requests { units, once, .. } => (!once || number < units.len() as u64).then_some(number),
            Task::PushBlobs { .. } | Task::PushImages { .. } => Some(number),
        }
    }

    /// Do one unit as the client of this number.
    pub async fn run(&self, client: usize, number: u64, connection: &mut Connection) -> Result<(), Error> {
        match &self.task {
            Task::Requests { units, bodies, .. } => {
                for request in &units[(number % units.len() as u64) as usize] {
                    self.request(request, bodies, connection).await?;
                }
                Ok(())
            }
            Task::PushBlobs { targets, source, way } => {
                let target = &targets[client % targets.len()];
                push::blob(connection, &self.headers, target, source, number, *way).await
            }
            Task::PushImages { targets, layers } => {
                let target = &targets[client % targets.len()];
                push::image(connection, &self.headers, target, layers, number).await
            }
        }
    }

    async fn request(
        &self,
        ready: &Ready,
        bodies: &[String],
        connection: &mut Connection,
    ) -> Result<(), Error> {
        let body = ready.body.and_then(|index| bodies.get(index));
        let request = Outgoing {
            line: &ready.line,
            headers: &[&self.headers, &ready.headers],
            body: body.map(|body| [body.as_bytes(), &[]]),
            status: ready.status,
        };
        connection.send(&request).await.map(drop)
    }
}

impl From<plan::Request> for Ready {
    fn from(request: plan::Request) -> Self {
        Self {
            line: format!("{} {} HTTP/1.1", request.method, request.path),
            headers: lines(&request.headers),
            body: request.body,
            status: request.status,
        }
    }
}

fn ready(targets: Vec<Target>) -> Vec<push::Target> {
    let ready = |target: Target| push::Target { root: target.root, headers: lines(&target.headers) };
    targets.into_iter().map(ready).collect()
}

/// Headers as they go over the wire.
fn lines<'a>(headers: impl IntoIterator<Item = (&'a String, &'a String)>) -> String {
    headers.into_iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect()
}
