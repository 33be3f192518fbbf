//! Loads a registry: reads a plan from standard input, does it, and prints what came of it, both as JSON.

mod chunks;
mod connection;
mod content;
mod error;
mod head;
mod plan;
mod push;
mod run;
mod shared;
mod tally;
mod transport;
mod work;

use std::io::{self, Write};

fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let plan = serde_json::from_reader(io::stdin().lock())?;
    let outcome = run::run(plan)?;
    let mut output = io::stdout().lock();
    serde_json::to_writer(&mut output, &outcome)?;
    Ok(writeln!(output)?)
}
