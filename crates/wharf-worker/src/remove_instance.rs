//! Removes a deleted instance: its content where that is to go, then its rows.

use std::time::Duration;

use wharf_core::{Core, Error};

pub(crate) async fn run(core: &Core, instance: &str) -> Result<Option<Duration>, Error> {
    core.remove_instance(instance.parse()?).await
}
