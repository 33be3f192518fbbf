//! The HTTP server: its listener, what it says of itself, and what it notes of each request.

mod certificate_files;
mod connections;
mod forwarded;
mod metrics;
mod observation;
mod operations;
mod own_certificates;
mod sending_files;
mod stalled_answers;
mod tls;

pub(crate) use connections::serve;
pub(crate) use forwarded::TrustedProxies;
pub(crate) use metrics::Metrics;
pub(crate) use observation::observed;
pub(crate) use operations::operations;
pub(crate) use tls::Tls;
