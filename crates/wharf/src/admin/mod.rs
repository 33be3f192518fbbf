//! `wharf admin …`: works on the stores, whether the server runs or not.

mod account;
mod audit;
mod audited;
mod instance;
mod key;
mod policy;
mod policy_test;
mod role;
mod signing_key;
mod storage;
mod table;

use wharf_core::Core;

use crate::{
    command_line::{Admin, AdminCommand, PolicyCommand},
    open, serve,
    settings::Settings,
};

/// Runs a command that needs neither settings nor stores and prints its answer; says whether it was one.
pub(crate) fn run_offline(admin: &Admin) -> Result<bool, String> {
    let AdminCommand::Policy(PolicyCommand::Test(test)) = &admin.command else { return Ok(false) };
    if test.uin.is_some() {
        return Ok(false);
    }
    print(&policy_test::run_offline(test, admin.json)?);
    Ok(true)
}

/// Runs one command and prints its answer.
pub(crate) async fn run(settings: Settings, admin: Admin) -> Result<(), String> {
    serve::check_started(&settings)?;
    let core = open::core(&settings).await?;
    audited::run(&core, admin.command.event(), Box::pin(dispatch(&core, admin))).await
}

async fn dispatch(core: &Core, admin: Admin) -> Result<(), String> {
    let answer = match admin.command {
        AdminCommand::Account(command) => account::run(core, command, admin.json).await,
        AdminCommand::Key(command) => key::run(core, command, admin.json).await,
        AdminCommand::Policy(command) => {
            print(&policy::run(core, command, admin.json).await?);
            return Ok(());
        }
        AdminCommand::Role(command) => {
            print(&role::run(core, command, admin.json).await?);
            return Ok(());
        }
        AdminCommand::Instance(command) => instance::run(core, command, admin.json).await,
        AdminCommand::SigningKey(command) => signing_key::run(core, command, admin.json).await,
        AdminCommand::Storage(command) => return storage::run(core, command, admin.json).await,
        AdminCommand::Audit(command) => return audit::run(core, command, admin.json).await,
    };
    print(&answer.map_err(|error| error.to_string())?);
    Ok(())
}

#[expect(clippy::print_stdout, reason = "the answer of a command")]
fn print(answer: &str) {
    println!("{}", answer.trim_end());
}
