//! `/healthz`, `/readyz`, `/metrics`: for those who look after the process.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    Router,
    extract::State,
    response::{IntoResponse, Response},
    routing::get,
};
use http::{StatusCode, header};
use tokio::sync::Mutex;
use wharf_core::Core;

use super::Metrics;

/// How long an answer about the stores is good.
const FRESH: Duration = Duration::from_millis(500);

/// The paths of operations.
pub(crate) fn operations(core: Core, metrics: Arc<Metrics>) -> Router {
    Router::new()
        .route("/healthz", get(async || "ok\n"))
        .route("/readyz", get(ready).with_state(Readiness { core, looked: Arc::default() }))
        .route("/metrics", get(text).with_state(metrics))
}

/// Whether the stores answer, as it was found a moment ago. Whoever asks often does not make them work.
#[derive(Clone)]
struct Readiness {
    core: Core,
    looked: Arc<Mutex<Option<(Instant, bool)>>>,
}

impl Readiness {
    async fn is_ready(&self) -> bool {
        // Those who ask meanwhile wait for the same answer.
        let mut looked = self.looked.lock().await;
        if let Some((_, is_ready)) = looked.filter(|(at, _)| at.elapsed() < FRESH) {
            return is_ready;
        }
        let checked = self.core.check().await;
        if let Err(error) = &checked {
            tracing::error!(%error, "not ready");
        }
        looked.insert((Instant::now(), checked.is_ok())).1
    }
}

/// 200 when both stores answer, else 503.
async fn ready(State(readiness): State<Readiness>) -> Response {
    if readiness.is_ready().await {
        return "ready\n".into_response();
    }
    (StatusCode::SERVICE_UNAVAILABLE, "a store does not answer\n").into_response()
}

async fn text(State(metrics): State<Arc<Metrics>>) -> Response {
    match metrics.text() {
        Ok(text) => ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response(),
        Err(error) => {
            tracing::error!(%error, "the metrics cannot be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
