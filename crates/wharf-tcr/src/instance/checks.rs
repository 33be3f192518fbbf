//! What there is and what there may be.

use wharf_cloudapi::{Action, Call, input, output};
use wharf_core::{Error, NameCheck};

use super::instance_id;

input! {
    /// Says whether a new instance may have this name: `DetailCode` is 0 where it is free, 1 where it is
    /// illegal, 2 where it is reserved, 3 where it is taken.
    pub struct CheckInstanceName {
        /// The name.
        registry_name: String = "RegistryName",
    }
}

output! {
    /// What [`CheckInstanceName`] answers.
    pub struct CheckInstanceNameOutput {
        is_validated: bool = "IsValidated",
        detail_code: i64 = "DetailCode",
    }
}

impl Action for CheckInstanceName {
    const NAME: &'static str = "CheckInstanceName";
    type Output = CheckInstanceNameOutput;

    async fn run(self, call: Call) -> Result<Self::Output, Error> {
        let check = call.core.check_instance_name(call.operator, &self.registry_name).await?;
        let detail_code = match check {
            NameCheck::Free => 0,
            NameCheck::Illegal => 1,
            NameCheck::Reserved => 2,
            NameCheck::Taken => 3,
        };
        Ok(CheckInstanceNameOutput { is_validated: check == NameCheck::Free, detail_code })
    }
}

input! {
    /// Says whether the account has an instance of this id, whatever its state, and in which region. Of none,
    /// `RegionId` is 0.
    pub struct CheckInstance {
        /// Which instance.
        registry_id: String = "RegistryId",
    }
}

output! {
    /// What [`CheckInstance`] answers; of an instance that is not there the region is 0.
    pub struct CheckInstanceOutput {
        is_validated: bool = "IsValidated",
        region_id: u64 = "RegionId",
    }
}

impl Action for CheckInstance {
    const NAME: &'static str = "CheckInstance";
    type Output = CheckInstanceOutput;

    async fn run(self, call: Call) -> Result<Self::Output, Error> {
        let found = match instance_id(&self.registry_id) {
            Ok(id) => call.core.check_instance(call.operator, id).await?,
            Err(_) => None,
        };
        let region = found.as_ref().and_then(|instance| call.core.limits().regions.named(&instance.region));
        Ok(CheckInstanceOutput {
            is_validated: found.is_some(),
            region_id: region.map_or(0, |region| region.id),
        })
    }
}
