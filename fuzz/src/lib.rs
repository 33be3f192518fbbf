//! What must hold of everything that reads what a client sends: a module a target, each with one `check` that takes
//! any bytes and panics when a promise is broken.

pub mod accept;
pub mod authorization;
pub mod digest;
pub mod form;
pub mod hash_state;
pub mod manifest;
pub mod multipart;
pub mod names;
pub mod parameters;
pub mod query;
pub mod range;
pub mod route;
pub mod scope;
pub mod token;

mod flat;
mod grammar;
mod pace;

#[cfg(test)]
mod corpus;
