use std::sync::Arc;

use wharf_db::instances;
use wharf_model::{Edition, InstanceId, policy::ResourcePath};

use super::running_instance;
use crate::{Core, Error, Operator, quotas};

/// What is to become of an instance (`ModifyInstance`); what is not said stays.
#[derive(Clone, Copy, Debug, Default)]
pub struct InstanceChanges {
    /// Its edition.
    pub edition: Option<Edition>,
    /// Whether `DeleteInstance` is refused.
    pub deletion_protection: Option<bool>,
    /// Whether content that is deleted is kept for a while.
    pub versioning: Option<bool>,
}

impl Core {
    /// Changes an instance, all of it or nothing.
    ///
    /// # Errors
    /// When the account has no such running instance, the operator may not, or more of something is there than the new
    /// edition allows.
    pub async fn modify_instance(
        &self,
        operator: Operator,
        id: InstanceId,
        changes: InstanceChanges,
    ) -> Result<(), Error> {
        let limits = Arc::clone(&self.limits);
        self.write(move |tx| {
            let mut instance = running_instance(tx, &operator, &id, ResourcePath::Instance(&id))?;
            if let Some(edition) = changes.edition {
                limits.check_fits(&instance, edition, &quotas::in_use(tx, &instance)?)?;
                instance.edition = edition;
            }
            instance.deletion_protection =
                changes.deletion_protection.unwrap_or(instance.deletion_protection);
            instance.versioning = changes.versioning.unwrap_or(instance.versioning);
            Ok(instances::set_properties(tx, &instance)?)
        })
        .await
    }
}
