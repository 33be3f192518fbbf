//! Moves an instance's content to another store, a stretch at a time.

use std::time::Duration;

use wharf_core::{Core, Error};

pub(crate) async fn run(core: &Core, instance: &str) -> Result<Option<Duration>, Error> {
    core.move_instance_storage(instance.parse()?).await
}
