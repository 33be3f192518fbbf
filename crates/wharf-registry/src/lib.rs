//! OCI Distribution over HTTP (`/v2/`) and the token service (`/service/token`).
//!
//! A request becomes a [`route::Route`], its credentials a caller, and both together one call of core.

mod authentication;
mod blobs;
mod content_range;
mod error;
mod manifests;
mod registry;
mod response;
mod route;
mod tags;
mod token_service;
mod uploads;

pub use registry::{Registry, Scheme};
