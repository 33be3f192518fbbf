//! The states of instances.

use wharf_cloudapi::{Action, Call, input, output};
use wharf_core::{Error, Instance, InstanceFilter, Page};
use wharf_model::{InstanceStatus, Timestamp};

use super::known;

input! {
    /// Tells the states of those of the instances that are the account's. `Conditions` say what keeps an
    /// instance from being in use.
    pub struct DescribeInstanceStatus {
        /// Which instances.
        registry_ids: Vec<String> = "RegistryIds",
    }
}

output! {
    /// What [`DescribeInstanceStatus`] answers.
    pub struct DescribeInstanceStatusOutput {
        registry_status_set: Vec<RegistryStatus> = "RegistryStatusSet",
    }

    /// An instance's state.
    pub struct RegistryStatus {
        registry_id: String = "RegistryId",
        status: &'static str = "Status",
        conditions: Vec<RegistryCondition> = "Conditions",
    }

    /// A part of a state.
    pub struct RegistryCondition {
        r#type: &'static str = "Type",
        status: &'static str = "Status",
        reason: String = "Reason",
    }
}

impl Action for DescribeInstanceStatus {
    const NAME: &'static str = "DescribeInstanceStatus";
    type Output = DescribeInstanceStatusOutput;

    async fn run(self, call: Call) -> Result<Self::Output, Error> {
        let (ids, everything) = (known(&self.registry_ids), InstanceFilter::default());
        let found = call.core.find_instances(call.operator, ids, everything, Page::ALL).await?;
        let grace = call.core.limits().prepaid_grace;
        let status = |(instance, _): (Instance, _)| RegistryStatus {
            registry_id: instance.id.to_string(),
            status: instance.status.name(),
            conditions: vec![condition(&instance, |isolated: Timestamp| isolated.plus(grace))],
        };
        Ok(DescribeInstanceStatusOutput { registry_status_set: found.page.into_iter().map(status).collect() })
    }
}

/// What keeps an instance from being in use, and what ends that. Of one in use there is nothing to say.
fn condition(instance: &Instance, deleted_at: impl Fn(Timestamp) -> Timestamp) -> RegistryCondition {
    let (r#type, reason) = match instance.status {
        InstanceStatus::Pending => ("Bucket", "its content store is about to be made".to_owned()),
        InstanceStatus::Deploying => ("Bucket", "its content store is being made".to_owned()),
        InstanceStatus::Isolate => {
            let time = |moment: Option<Timestamp>| moment.map(Timestamp::to_china_time).unwrap_or_default();
            let (ended, deleted) = (time(instance.expires_at), time(instance.isolated_at.map(deleted_at)));
            (
                "Expiry",
                format!("its paid period ended at {ended}: unless it is renewed, it is deleted at {deleted}"),
            )
        }
        InstanceStatus::Deleting if instance.delete_bucket => {
            ("Removal", "it is being removed with its content".to_owned())
        }
        InstanceStatus::Deleting => ("Removal", "it is being removed, and its content is kept".to_owned()),
        _ => ("", String::new()),
    };
    RegistryCondition { r#type, status: instance.status.name(), reason }
}
