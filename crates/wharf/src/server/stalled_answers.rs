//! Answers of which the client takes nothing, over HTTP/2: there the socket never blocks, for a client that opens no
//! window and answers pings has nothing sent to it. So each body is watched, and a stalled one ends its connection.

use std::{
    pin::Pin,
    sync::{
        Arc, Weak,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    body::{Body, Bytes, HttpBody},
    response::Response,
};
use hyper::body::{Frame, SizeHint};
use tokio::{
    sync::Notify,
    time::{Instant, sleep},
};

/// The answers on one connection.
#[derive(Clone)]
pub(crate) struct Answers {
    stalled: Arc<Notify>,
    limit: Duration,
}

/// When a body was last asked for more, in milliseconds since it began.
#[derive(Debug)]
struct LastAsked {
    began: Instant,
    milliseconds: AtomicU64,
}

/// A body that is watched until it is dropped.
struct Watched {
    body: Body,
    asked: Arc<LastAsked>,
}

impl Answers {
    /// Answers that may stand still for `limit`.
    pub(crate) fn new(limit: Duration) -> Self {
        Self { stalled: Arc::default(), limit }
    }

    /// Ends when an answer has stood still for too long.
    pub(crate) async fn stalled(&self) {
        self.stalled.notified().await;
    }

    /// The answer with its body watched.
    pub(crate) fn watch(&self, response: Response) -> Response {
        if response.body().is_end_stream() {
            return response;
        }
        let asked = Arc::new(LastAsked { began: Instant::now(), milliseconds: AtomicU64::new(0) });
        tokio::spawn(watch(Arc::downgrade(&asked), self.clone()));
        response.map(|body| Body::new(Watched { body, asked }))
    }
}

async fn watch(asked: Weak<LastAsked>, answers: Answers) {
    let mut wait = answers.limit;
    loop {
        sleep(wait).await;
        let Some(asked) = asked.upgrade() else { return };
        wait = answers.limit.saturating_sub(asked.idle());
        if wait.is_zero() {
            answers.stalled.notify_one();
            return;
        }
    }
}

impl LastAsked {
    fn note(&self) {
        let now = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.milliseconds.store(now, Ordering::Relaxed);
    }

    fn idle(&self) -> Duration {
        let last = Duration::from_millis(self.milliseconds.load(Ordering::Relaxed));
        self.began.elapsed().saturating_sub(last)
    }
}

impl HttpBody for Watched {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        self.asked.note();
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
