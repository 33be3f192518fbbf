//! The cloud API's protocol, API 3.0: signatures, decoding, dispatch, errors. It knows no product.
//!
//! A product is a table from action names to actions; an action is a declared input, an output and a `run` that makes
//! one call of core. See [`Action`] and [`input!`].

mod action;
mod audit;
mod authorization;
mod decode;
mod error;
mod flat;
#[cfg(fuzzing)]
pub mod fuzzing;
mod multipart;
mod product;
mod rate_limits;
mod request;
mod server;
mod signature_v1;
mod signature_v3;

pub use action::{Action, Call};
pub use decode::{Decode, Input, Parameter, Path};
pub use error::{ApiError, COMMON_CODES};
pub use product::{Declaration, Product};
pub use server::CloudApi;

#[doc(hidden)]
pub use decode::{member, refuse_unknown};
#[doc(hidden)]
pub use serde_json;
