//! Takes a new instance from Pending over Deploying to Running.

use wharf_core::{Core, Error};

pub(crate) async fn run(core: &Core, instance: &str) -> Result<(), Error> {
    core.deploy_instance(instance.parse()?).await
}
