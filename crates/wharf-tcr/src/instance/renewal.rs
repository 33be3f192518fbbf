//! Paying instances in advance.

use wharf_cloudapi::{Action, Call, choice, input, output};
use wharf_core::{Error, Renewal};
use wharf_model::ChargeType;

use super::{RegistryChargePrepaid, instance_id};

choice! {
    /// How an instance is paid that is to be paid in advance: so already, or by use so far.
    pub struct RenewalFlag(ChargeType): i64 {
        0 => ChargeType::PrePaid,
        1 => ChargeType::PostPaid,
    }
}

input! {
    /// Adds a period to an instance that is paid in advance, and takes an isolated one back to `Running`; or
    /// lets one that is paid by use be paid in advance from now on.
    pub struct RenewInstance {
        /// Which instance.
        registry_id: String = "RegistryId",
        /// The period.
        registry_charge_prepaid: RegistryChargePrepaid = "RegistryChargePrepaid",
        /// Whether it is renewed or was paid by use until now.
        flag: RenewalFlag = "Flag",
    }
}

output! {
    /// What [`RenewInstance`] answers.
    pub struct RenewInstanceOutput {
        registry_id: String = "RegistryId",
    }
}

impl Action for RenewInstance {
    const NAME: &'static str = "RenewInstance";
    type Output = RenewInstanceOutput;

    async fn run(self, call: Call) -> Result<Self::Output, Error> {
        let renewal = Renewal {
            from: self.flag.0,
            months: self.registry_charge_prepaid.period,
            renew_flag: self.registry_charge_prepaid.renew_flag.0,
        };
        call.core.renew_instance(call.operator, instance_id(&self.registry_id)?, renewal).await?;
        Ok(RenewInstanceOutput { registry_id: self.registry_id })
    }
}
