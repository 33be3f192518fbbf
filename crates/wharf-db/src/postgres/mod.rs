//! PostgreSQL as the engine, and what speaks its protocol: a few threads, each with a connection of its own.
//!
//! Transactions that write are SERIALIZABLE: what core decides from what it reads holds as if transactions came one after
//! the other, on any number of processes. One that conflicts with another is run again. So is one whose connection broke
//! before its commit was sent; after that nobody can say whether it is kept, and the caller is told so.

mod error;
mod migration;
mod pool;
mod session;
mod statements;
mod tls;
mod value;

pub(crate) use pool::Engine;
#[cfg(test)]
pub(crate) use session::PLANNER;
