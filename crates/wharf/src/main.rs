//! Wharf, a container registry that a team runs itself and that speaks Tencent Container Registry's API.

mod admin;
mod command_line;
mod data_directory;
mod first_start;
mod logging;
mod open;
mod products;
mod serve;
mod server;
mod settings;

use std::process::ExitCode;

/// Gives memory back under many connections, where the system's own keeps three times as much.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

use clap::Parser;
use command_line::{Command, CommandLine, ConfigCommand};
use settings::Settings;

fn main() -> ExitCode {
    match run(CommandLine::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            fail(&message);
            ExitCode::FAILURE
        }
    }
}

#[expect(clippy::print_stdout, reason = "the answer of a command")]
fn run(command_line: CommandLine) -> Result<(), String> {
    let settings = Settings::load(&command_line.settings, &|name| std::env::var(name).ok());
    match command_line.command {
        Command::Version => {
            println!("wharf {}", env!("CARGO_PKG_VERSION"));
            Ok(())
        }
        Command::Config(ConfigCommand::Check) => {
            let settings = settings.map_err(|problems| problems.to_string())?;
            println!("The configuration is right: {settings}");
            Ok(())
        }
        Command::Serve => runtime()?.block_on(serve::run(settings.map_err(|problems| problems.to_string())?)),
        Command::Admin(command) => {
            if admin::run_offline(&command)? {
                return Ok(());
            }
            runtime()?.block_on(admin::run(settings.map_err(|problems| problems.to_string())?, command))
        }
    }
}

/// Threads for files: more would only wait for the same disk.
const BLOCKING_THREADS: usize = 64;

fn runtime() -> Result<tokio::runtime::Runtime, String> {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    let runtime = builder.enable_all().max_blocking_threads(BLOCKING_THREADS).build();
    runtime.map_err(|error| format!("the runtime cannot start: {error}"))
}

#[expect(clippy::print_stderr, reason = "a command's last word before it fails")]
fn fail(message: &str) {
    for line in message.lines() {
        eprintln!("wharf: {line}");
    }
}
