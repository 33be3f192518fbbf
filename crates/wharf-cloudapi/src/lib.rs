//! The cloud API's protocol, API 3.0: signatures, decoding, dispatch, errors. It knows no product.
//!
//! A product is a table from action names to actions; an action is a declared input, an output and a `run` that makes
//! one call of core. See [`Action`], [`input!`], [`choice!`] and [`output!`].

mod action;
mod audit;
mod authentication;
mod authorization;
mod body;
mod chinese;
mod decode;
mod encode;
mod error;
mod facts;
mod flat;
#[cfg(fuzzing)]
pub mod fuzzing;
mod json;
mod language;
mod multipart;
mod nul;
mod product;
mod rate_limits;
mod request;
mod server;
mod signature_v1;
mod signature_v3;

pub use action::{Action, Call};
pub use decode::{Decode, Ends, Input, Limits, Measured, Parameter, Path, Refusal, Unit};
pub use encode::{Encode, Field};
pub use error::{ApiError, COMMON_CODES};
pub use facts::{Facts, RegionUse};
pub use language::{Language, Message};
pub use product::{Declaration, Product};
pub use server::CloudApi;

#[doc(hidden)]
pub use decode::{member, none_of, refuse_unknown, within};
#[doc(hidden)]
pub use serde;
#[doc(hidden)]
pub use serde_json;
