//! Instances.

mod checks;
mod creation;
mod deletion;
mod listing;
mod modification;
mod renewal;
mod status;

use wharf_cloudapi::{choice, input, output};
use wharf_core::Error;
use wharf_model::{Edition, InstanceId, RenewFlag};

pub use checks::{CheckInstance, CheckInstanceName, CheckInstanceNameOutput, CheckInstanceOutput};
pub use creation::{CreateInstance, CreateInstanceOutput, RegistryChargeType};
pub use deletion::DeleteInstance;
pub use listing::{
    DescribeInstances, DescribeInstancesOutput, Filter, FilterBy, InstanceFilterName, Registry,
};
pub use modification::ModifyInstance;
pub use renewal::{RenewInstance, RenewInstanceOutput, RenewalFlag};
pub use status::{DescribeInstanceStatus, DescribeInstanceStatusOutput, RegistryCondition, RegistryStatus};

output! {
    /// What an action answers that answers nothing but its `RequestId`.
    pub struct Done {}
}

choice! {
    /// An instance's edition.
    pub struct RegistryType(Edition): String {
        "basic" => Edition::Basic,
        "standard" => Edition::Standard,
        "premium" => Edition::Premium,
    }

    /// What happens at the end of a period: renewed by hand, renewed by itself, ended without a notice.
    pub struct AtTheEnd(RenewFlag): i64 {
        0 => RenewFlag::Manual,
        1 => RenewFlag::Automatic,
        2 => RenewFlag::None,
    }
}

input! {
    /// How an instance is paid in advance.
    pub struct RegistryChargePrepaid {
        /// Months.
        period: i64 = "Period" in 1..=60,
        /// What happens at the end.
        renew_flag: AtTheEnd = "RenewFlag",
    }
}

/// The id in a request. A text of another form names no instance.
pub(crate) fn instance_id(text: &str) -> Result<InstanceId, Error> {
    text.parse().map_err(|_| Error::InstanceNotFound(text.chars().take(64).collect()))
}

fn known(ids: &[String]) -> Vec<InstanceId> {
    ids.iter().filter_map(|id| instance_id(id).ok()).collect()
}
