//! What is noted of each request: an id that its log lines and its answer carry, its log line, its metrics.

use std::{sync::Arc, time::Instant};

use axum::{
    Router,
    extract::{Request, State},
    middleware::{self, Next},
    response::Response,
};
use http::{HeaderName, HeaderValue, Method, StatusCode};
use tracing::{Instrument, info_span};
use uuid::Uuid;
use wharf_model::Peer;

use super::Metrics;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Routes whose every request is noted.
pub(crate) fn observed(routes: Router, metrics: Arc<Metrics>) -> Router {
    routes.layer(middleware::from_fn_with_state(metrics, observe))
}

async fn observe(State(metrics): State<Arc<Metrics>>, mut request: Request, next: Next) -> Response {
    let id = Uuid::new_v4().to_string();
    let header = HeaderValue::from_str(&id).ok();
    if let Some(header) = &header {
        // A client's own is not taken: ids are for finding one request in the log.
        request.headers_mut().insert(REQUEST_ID, header.clone());
    }
    let span = info_span!("request", request_id = id);
    let mut response = note(metrics, request, next).instrument(span).await;
    if let Some(header) = header {
        response.headers_mut().insert(REQUEST_ID, header);
    }
    response
}

async fn note(metrics: Arc<Metrics>, request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let peer = request.extensions().get::<Peer>().map(|peer| peer.0.to_string());
    let mut running = Running::begin(metrics, resource(&path), request.method().clone());
    let response = next.run(request).await;
    running.status = Some(response.status());
    tracing::info!(
        method = running.method.as_str(),
        path,
        status = response.status().as_u16(),
        microseconds = u64::try_from(running.began.elapsed().as_micros()).unwrap_or(u64::MAX),
        peer,
        "request"
    );
    response
}

/// A request that is being answered. It is counted when it ends, however that is.
struct Running {
    metrics: Arc<Metrics>,
    resource: &'static str,
    method: Method,
    began: Instant,
    status: Option<StatusCode>,
}

impl Running {
    fn begin(metrics: Arc<Metrics>, resource: &'static str, method: Method) -> Self {
        metrics.begin();
        Self { metrics, resource, method: known(method), began: Instant::now(), status: None }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.metrics.end(self.resource, self.method.as_str(), self.status, self.began.elapsed());
    }
}

/// Methods of a client's own making would be as many metrics.
fn known(method: Method) -> Method {
    match method {
        Method::GET | Method::HEAD | Method::POST | Method::PUT | Method::PATCH | Method::DELETE => method,
        _ => Method::OPTIONS,
    }
}

/// The kind of resource that a path names.
fn resource(path: &str) -> &'static str {
    match path {
        "/" => "cloud_api",
        "/service/token" => "token",
        "/healthz" | "/readyz" | "/metrics" => "operations",
        _ if !path.starts_with("/v2") => "other",
        "/v2/_catalog" => "catalog",
        _ if path.contains("/blobs/uploads") => "upload",
        _ if path.contains("/blobs/") => "blob",
        _ if path.contains("/manifests/") => "manifest",
        _ if path.ends_with("/tags/list") => "tags",
        _ if path.contains("/referrers/") => "referrers",
        _ => "registry",
    }
}
