//! OCI Distribution over HTTP (`/v2/`) and the token service (`/service/token`).
//!
//! A request becomes a [`route::Route`], its credentials a caller, and both together one call of core.

mod accept;
mod audit;
mod authentication;
mod blobs;
mod body;
mod catalog;
mod conditions;
mod content_range;
mod error;
#[cfg(fuzzing)]
pub mod fuzzing;
mod manifests;
mod page;
mod referrers;
mod registry;
mod response;
mod route;
mod tags;
mod token_service;
mod uploads;

pub use registry::{Registry, Scheme, Settings};
