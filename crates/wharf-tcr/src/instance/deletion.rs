//! Taking instances down.

use wharf_cloudapi::{Action, Call, input};
use wharf_core::Error;

use super::{Done, instance_id};

input! {
    /// Takes down an instance that is running or isolated. It is `Deleting` until it is gone.
    pub struct DeleteInstance {
        /// Which instance.
        registry_id: String = "RegistryId",
        /// Whether its content goes with it.
        delete_bucket: Option<bool> = "DeleteBucket",
        /// Whether nothing is to be done, only checked.
        dry_run: Option<bool> = "DryRun",
    }
}

impl Action for DeleteInstance {
    const NAME: &'static str = "DeleteInstance";
    type Output = Done;

    async fn run(self, call: Call) -> Result<Done, Error> {
        let delete_bucket = self.delete_bucket.unwrap_or(false);
        let dry_run = self.dry_run.unwrap_or(false);
        call.core
            .delete_instance(call.operator, instance_id(&self.registry_id)?, delete_bucket, dry_run)
            .await?;
        Ok(Done {})
    }
}
