//! The first start makes the root account and prints its credentials, once.

use wharf_core::{Core, NewAccount, RootPreset};

pub(crate) async fn run(core: &Core, preset: RootPreset) -> Result<(), String> {
    let created = core.create_root_account(preset).await.map_err(|error| error.to_string())?;
    if let Some(account) = created {
        print(&account);
    }
    Ok(())
}

#[expect(clippy::print_stdout, reason = "the one place where the credentials are shown")]
fn print(account: &NewAccount) {
    println!("The root account was made. Its credentials are shown this once: keep them.");
    println!();
    println!("  Uin:       {}", account.uin);
    println!("  SecretId:  {}", account.key.secret_id);
    println!("  SecretKey: {}", account.key.secret_key);
    println!("  Password:  {}", account.password);
    println!();
}
