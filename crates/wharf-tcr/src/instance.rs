//! Instances.

use serde::Serialize;
use wharf_cloudapi::{Action, Call, input};
use wharf_core::{Error, Instance, InstanceFilter, NameCheck, NewInstance};
use wharf_model::{InstanceId, Region, RenewFlag};

use crate::{
    paging,
    tag_specification::{Filter, TagSpecification, key_and_value},
};

/// What an action answers that answers nothing but its `RequestId`.
#[derive(Serialize)]
pub struct Done {}

input! {
    /// Says whether a new instance may have this name.
    pub struct CheckInstanceName {
        /// The name.
        registry_name: String = "RegistryName",
    }
}

/// What [`CheckInstanceName`] answers.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CheckInstanceNameOutput {
    is_validated: bool,
    detail_code: i64,
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
    /// How an instance is paid in advance.
    pub struct RegistryChargePrepaid {
        /// Months.
        period: i64 = "Period",
        /// What happens at the end: 0 renewed by hand, 1 renewed by itself, 2 ended without a notice.
        renew_flag: i64 = "RenewFlag",
    }

    /// Asks for an instance.
    pub struct CreateInstance {
        /// Its name.
        registry_name: String = "RegistryName",
        /// Its edition: `basic`, `standard` or `premium`.
        registry_type: String = "RegistryType",
        /// Its cloud tags.
        tag_specification: Option<TagSpecification> = "TagSpecification",
        /// 0: paid by use, 1: paid in advance.
        registry_charge_type: Option<i64> = "RegistryChargeType",
        /// The period that is paid in advance.
        registry_charge_prepaid: Option<RegistryChargePrepaid> = "RegistryChargePrepaid",
        /// Whether the bucket carries the instance's tags: local buckets carry none.
        sync_tag: Option<bool> = "SyncTag",
        /// Whether the bucket is kept in several zones: a local bucket lies where its disk is.
        enable_cos_maz: Option<bool> = "EnableCosMAZ",
        /// Whether deletion is refused.
        deletion_protection: Option<bool> = "DeletionProtection",
        /// Whether the bucket keeps old versions: content is immutable here, so there are none.
        enable_cos_versioning: Option<bool> = "EnableCosVersioning",
    }
}

/// What [`CreateInstance`] answers.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CreateInstanceOutput {
    registry_id: String,
}

impl Action for CreateInstance {
    const NAME: &'static str = "CreateInstance";
    type Output = CreateInstanceOutput;

    async fn run(self, call: Call) -> Result<Self::Output, Error> {
        let prepaid = self.prepaid()?;
        let new = NewInstance {
            name: self.registry_name,
            edition: self.registry_type.parse()?,
            region: call.region,
            prepaid,
            deletion_protection: self.deletion_protection.unwrap_or(false),
            tags: TagSpecification::read(self.tag_specification, "instance")?,
        };
        let id = call.core.create_instance(call.operator, new).await?;
        Ok(CreateInstanceOutput { registry_id: id.to_string() })
    }
}

impl CreateInstance {
    fn prepaid(&self) -> Result<Option<(i64, RenewFlag)>, Error> {
        let wrong = |name, rule: &str| Error::InvalidValue { name, rule: rule.to_owned() };
        match (self.registry_charge_type.unwrap_or(0), &self.registry_charge_prepaid) {
            (0, _) => Ok(None),
            (1, Some(prepaid)) => {
                let flag = RenewFlag::from_number(prepaid.renew_flag);
                let flag = flag.ok_or_else(|| wrong("RegistryChargePrepaid.RenewFlag", "it is 0, 1 or 2"))?;
                Ok(Some((prepaid.period, flag)))
            }
            (1, None) => Err(wrong("RegistryChargePrepaid", "a prepaid instance needs its period")),
            _ => Err(wrong("RegistryChargeType", "it is 0 or 1")),
        }
    }
}

input! {
    /// Lists instances.
    pub struct DescribeInstances {
        /// Only these; without them, all of the account.
        registry_ids: Option<Vec<String>> = "Registryids",
        /// Instances left out at the start.
        offset: Option<i64> = "Offset",
        /// Instances at the most: 20, and never more than 100.
        limit: Option<i64> = "Limit",
        /// `RegistryName`, `RegistryStatus`, `TagKey`, `Tags`.
        filters: Option<Vec<Filter>> = "Filters",
        /// Whether other regions' instances are shown too.
        all_region: Option<bool> = "AllRegion",
    }
}

/// What [`DescribeInstances`] answers.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribeInstancesOutput {
    total_count: u64,
    registries: Vec<Registry>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Registry {
    registry_id: String,
    registry_name: String,
    registry_type: &'static str,
    status: &'static str,
    public_domain: String,
    created_at: String,
    region_name: String,
    region_id: u64,
    enable_anonymous: bool,
    token_valid_time: u64,
    internal_endpoint: String,
    tag_specification: TagSpecification,
    expired_at: String,
    pay_mod: i64,
    renew_flag: i64,
    deletion_protection: bool,
    #[serde(rename = "AIFeature")]
    ai_feature: bool,
    #[serde(rename = "EnableCosMAZ")]
    enable_cos_maz: bool,
    enable_cos_versioning: bool,
}

/// Hours that a long-term token is good for.
const TOKEN_VALID_TIME: u64 = 87_600;

impl Action for DescribeInstances {
    const NAME: &'static str = "DescribeInstances";
    type Output = DescribeInstancesOutput;

    async fn run(self, call: Call) -> Result<Self::Output, Error> {
        let page = paging::rows(self.offset, self.limit)?;
        let found = match self.registry_ids.filter(|ids| !ids.is_empty()) {
            Some(ids) => call.core.find_instances(call.operator, known(&ids)).await?,
            None => {
                let region = (!self.all_region.unwrap_or(false)).then(|| call.region.name.to_owned());
                let filter = filter(self.filters.unwrap_or_default(), region)?;
                call.core.list_instances(call.operator, filter, page).await?
            }
        };
        let registry = |(instance, tags): (Instance, _)| {
            let domain = call.core.instance_domain(&instance.name);
            registry(instance, tags, domain)
        };
        let registries = found.page.into_iter().map(registry).collect();
        Ok(DescribeInstancesOutput { total_count: found.total, registries })
    }
}

fn filter(filters: Vec<Filter>, region: Option<String>) -> Result<InstanceFilter, Error> {
    let mut wanted = InstanceFilter { region, ..InstanceFilter::default() };
    for filter in filters {
        match filter.name.as_str() {
            "RegistryName" => wanted.name = Some(filter.value()?),
            "RegistryStatus" => wanted.status = Some(filter.value()?.parse()?),
            "TagKey" => wanted.tag = Some((filter.value()?, None)),
            "Tags" => wanted.tag = Some(key_and_value(&filter.value()?)),
            _ => return Err(filter.unknown("RegistryName, RegistryStatus, TagKey and Tags")),
        }
    }
    Ok(wanted)
}

/// The id in a request. A text of another form names no instance.
pub(crate) fn instance_id(text: &str) -> Result<InstanceId, Error> {
    text.parse().map_err(|_| Error::InstanceNotFound(text.chars().take(64).collect()))
}

fn known(ids: &[String]) -> Vec<InstanceId> {
    ids.iter().filter_map(|id| instance_id(id).ok()).collect()
}

fn registry(instance: Instance, tags: Vec<(String, String)>, public_domain: String) -> Registry {
    Registry {
        public_domain,
        registry_id: instance.id.to_string(),
        registry_name: instance.name.to_string(),
        registry_type: instance.edition.name(),
        status: instance.status.name(),
        created_at: instance.created_at.to_china_time(),
        region_id: Region::named(&instance.region).map_or(0, |region| region.id),
        region_name: instance.region,
        enable_anonymous: true,
        token_valid_time: TOKEN_VALID_TIME,
        internal_endpoint: String::new(),
        tag_specification: TagSpecification::write("instance", tags),
        expired_at: instance.expires_at.map(wharf_model::Timestamp::to_china_time).unwrap_or_default(),
        pay_mod: instance.charge_type.number(),
        renew_flag: instance.renew_flag.number(),
        deletion_protection: instance.deletion_protection,
        ai_feature: false,
        enable_cos_maz: false,
        enable_cos_versioning: false,
    }
}

input! {
    /// Tells the states of instances.
    pub struct DescribeInstanceStatus {
        /// Which instances.
        registry_ids: Vec<String> = "RegistryIds",
    }
}

/// What [`DescribeInstanceStatus`] answers.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribeInstanceStatusOutput {
    registry_status_set: Vec<RegistryStatus>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct RegistryStatus {
    registry_id: String,
    status: &'static str,
    conditions: Vec<RegistryCondition>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct RegistryCondition {
    r#type: &'static str,
    status: &'static str,
    reason: &'static str,
}

impl Action for DescribeInstanceStatus {
    const NAME: &'static str = "DescribeInstanceStatus";
    type Output = DescribeInstanceStatusOutput;

    async fn run(self, call: Call) -> Result<Self::Output, Error> {
        let found = call.core.find_instances(call.operator, known(&self.registry_ids)).await?;
        let status = |(instance, _): (Instance, _)| {
            let status = instance.status.name();
            let conditions = vec![RegistryCondition { r#type: "", status, reason: "" }];
            RegistryStatus { registry_id: instance.id.to_string(), status, conditions }
        };
        Ok(DescribeInstanceStatusOutput { registry_status_set: found.page.into_iter().map(status).collect() })
    }
}

input! {
    /// Takes an instance down.
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
