//! Where an instance's content lies.

use wharf_cloudapi::{Action, Call, input};
use wharf_core::Error;

use crate::instance::{Done, instance_id};

input! {
    /// Moves an instance's content to another store of the configuration while it is served; see
    /// [stores.md](../stores.md#moving-one-instance). Refused where it is already there, or on its way.
    pub struct ModifyInstanceStorage {
        /// Which instance.
        registry_id: String = "RegistryId",
        /// The instance's region: its content does not leave it.
        target_region: String = "TargetRegion",
        /// What the configuration calls the store.
        target_storage_name: String = "TargetStorageName",
    }
}

impl Action for ModifyInstanceStorage {
    const NAME: &'static str = "ModifyInstanceStorage";
    type Output = Done;

    async fn run(self, call: Call) -> Result<Done, Error> {
        let id = instance_id(&self.registry_id)?;
        let (region, target) = (self.target_region, self.target_storage_name);
        call.core.modify_instance_storage(call.operator, id, region, &target).await?;
        Ok(Done {})
    }
}
