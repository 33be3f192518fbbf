//! What is counted and measured, in Prometheus' form.

use std::time::Duration;

use http::StatusCode;
use prometheus::{HistogramOpts, HistogramVec, IntCounterVec, IntGauge, Opts, Registry, TextEncoder};

/// The counters of one process.
pub(crate) struct Metrics {
    registry: Registry,
    requests: IntCounterVec,
    durations: HistogramVec,
    in_flight: IntGauge,
}

const BUCKETS: [f64; 12] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0, 5.0, 30.0];

impl Metrics {
    pub(crate) fn new() -> Result<Self, prometheus::Error> {
        let registry = Registry::new();
        let requests =
            Opts::new("wharf_http_requests_total", "Requests answered, by kind of resource and status.");
        let requests = IntCounterVec::new(requests, &["resource", "method", "status"])?;
        let durations = HistogramOpts::new(
            "wharf_http_request_duration_seconds",
            "Time until an answer's headers were ready.",
        );
        let durations = HistogramVec::new(durations.buckets(BUCKETS.to_vec()), &["resource", "method"])?;
        let in_flight = IntGauge::new("wharf_http_requests_in_flight", "Requests being answered now.")?;
        let build = Opts::new("wharf_build_info", "The program's version.");
        let build = IntCounterVec::new(build, &["version"])?;
        build.with_label_values(&[env!("CARGO_PKG_VERSION")]).inc();
        registry.register(Box::new(requests.clone()))?;
        registry.register(Box::new(durations.clone()))?;
        registry.register(Box::new(in_flight.clone()))?;
        registry.register(Box::new(build))?;
        registry.register(Box::new(prometheus::process_collector::ProcessCollector::for_self()))?;
        Ok(Self { registry, requests, durations, in_flight })
    }

    /// A request begins.
    pub(crate) fn begin(&self) {
        self.in_flight.inc();
    }

    /// A request's answer is ready, or its client went away (without a status).
    pub(crate) fn end(&self, resource: &str, method: &str, status: Option<StatusCode>, duration: Duration) {
        self.in_flight.dec();
        let status = status.as_ref().map_or("gone", StatusCode::as_str);
        self.requests.with_label_values(&[resource, method, status]).inc();
        self.durations.with_label_values(&[resource, method]).observe(duration.as_secs_f64());
    }

    /// The text that Prometheus reads.
    pub(crate) fn text(&self) -> Result<String, prometheus::Error> {
        TextEncoder::new().encode_to_string(&self.registry.gather())
    }
}
