//! Making instances.

use wharf_cloudapi::{Action, Call, choice, input, output};
use wharf_core::{Error, NewInstance};
use wharf_model::{ChargeType, RenewFlag};

use super::{RegistryChargePrepaid, RegistryType};
use crate::tag_specification::{OfInstance, TagSpecification};

choice! {
    /// Whether an instance is paid by use or in advance.
    pub struct RegistryChargeType(ChargeType): i64 {
        0 => ChargeType::PostPaid,
        1 => ChargeType::PrePaid,
    }
}

input! {
    /// Asks for an instance, which is `Pending`, then `Deploying`, and `Running` within a moment. An account
    /// has `limits.instances_per_account` at most.
    pub struct CreateInstance {
        /// Its name.
        registry_name: String = "RegistryName",
        /// Its edition.
        registry_type: RegistryType = "RegistryType",
        /// Its cloud tags.
        tag_specification: Option<TagSpecification<OfInstance>> = "TagSpecification",
        /// How it is paid: by use, where the request does not say.
        registry_charge_type: Option<RegistryChargeType> = "RegistryChargeType",
        /// The period that is paid in advance.
        registry_charge_prepaid: Option<RegistryChargePrepaid> = "RegistryChargePrepaid",
        /// Whether the bucket carries the instance's tags: local buckets carry none.
        sync_tag: Option<bool> = "SyncTag",
        /// Whether the bucket is kept in several zones: a local bucket lies where its disk is.
        enable_cos_maz: Option<bool> = "EnableCosMAZ",
        /// Whether deletion is refused.
        deletion_protection: Option<bool> = "DeletionProtection",
        /// Whether content that is deleted is kept for a while.
        enable_cos_versioning: Option<bool> = "EnableCosVersioning",
    }
}

output! {
    /// What [`CreateInstance`] answers.
    pub struct CreateInstanceOutput {
        registry_id: String = "RegistryId",
    }
}

impl Action for CreateInstance {
    const NAME: &'static str = "CreateInstance";
    type Output = CreateInstanceOutput;

    async fn run(self, call: Call) -> Result<Self::Output, Error> {
        let prepaid = self.prepaid()?;
        let new = NewInstance {
            name: self.registry_name,
            edition: self.registry_type.0,
            region: call.region,
            prepaid,
            deletion_protection: self.deletion_protection.unwrap_or(false),
            versioning: self.enable_cos_versioning.unwrap_or(false),
            tags: TagSpecification::read(self.tag_specification),
        };
        let id = call.core.create_instance(call.operator, new).await?;
        Ok(CreateInstanceOutput { registry_id: id.to_string() })
    }
}

impl CreateInstance {
    fn prepaid(&self) -> Result<Option<(i64, RenewFlag)>, Error> {
        match (&self.registry_charge_type, &self.registry_charge_prepaid) {
            (None | Some(RegistryChargeType(ChargeType::PostPaid)), _) => Ok(None),
            (Some(RegistryChargeType(ChargeType::PrePaid)), Some(prepaid)) => {
                Ok(Some((prepaid.period, prepaid.renew_flag.0)))
            }
            (Some(RegistryChargeType(ChargeType::PrePaid)), None) => Err(Error::PrepaidWithoutPeriod),
        }
    }
}
