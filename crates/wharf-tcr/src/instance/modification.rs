//! Changing instances.

use wharf_cloudapi::{Action, Call, input};
use wharf_core::{Error, InstanceChanges};

use super::{Done, RegistryType, instance_id};

input! {
    /// Changes what is given, all or nothing. A lower edition is refused while there is more than it allows
    /// of something, which the message names with both numbers.
    pub struct ModifyInstance {
        /// Which instance.
        registry_id: String = "RegistryId",
        /// Its edition.
        registry_type: Option<RegistryType> = "RegistryType",
        /// Whether deletion is refused.
        deletion_protection: Option<bool> = "DeletionProtection",
        /// Whether content that is deleted is kept for a while.
        enable_cos_versioning: Option<bool> = "EnableCosVersioning",
    }
}

impl Action for ModifyInstance {
    const NAME: &'static str = "ModifyInstance";
    type Output = Done;

    async fn run(self, call: Call) -> Result<Done, Error> {
        let changes = InstanceChanges {
            edition: self.registry_type.map(|edition| edition.0),
            deletion_protection: self.deletion_protection,
            versioning: self.enable_cos_versioning,
        };
        call.core.modify_instance(call.operator, instance_id(&self.registry_id)?, changes).await?;
        Ok(Done {})
    }
}
