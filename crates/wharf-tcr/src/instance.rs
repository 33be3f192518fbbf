//! Instances.

use wharf_cloudapi::{Action, Call, choice, input, output};
use wharf_core::{Error, Instance, InstanceFilter, NameCheck, NewInstance};
use wharf_model::{ChargeType, Edition, InstanceId, Region, RenewFlag};

use crate::{
    filter::{Filter, key_and_value},
    paging,
    tag_specification::{OfInstance, ShownTags, TagSpecification},
};

output! {
    /// What an action answers that answers nothing but its `RequestId`.
    pub struct Done {}
}

input! {
    /// Says whether a new instance may have this name.
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

choice! {
    /// An instance's edition.
    pub struct RegistryType(Edition): String {
        "basic" => Edition::Basic,
        "standard" => Edition::Standard,
        "premium" => Edition::Premium,
    }

    /// Whether an instance is paid by use or in advance.
    pub struct RegistryChargeType(ChargeType): i64 {
        0 => ChargeType::PostPaid,
        1 => ChargeType::PrePaid,
    }

    /// What happens at the end of a period: renewed by hand, renewed by itself, ended without a notice.
    pub struct AtTheEnd(RenewFlag): i64 {
        0 => RenewFlag::Manual,
        1 => RenewFlag::Automatic,
        2 => RenewFlag::None,
    }

    /// What a listing of instances can be cut down by.
    pub struct InstanceFilterName(FilterBy): String {
        "RegistryName" => FilterBy::Name,
        "RegistryStatus" => FilterBy::Status,
        "TagKey" => FilterBy::TagKey,
        "Tags" => FilterBy::Tag,
    }
}

/// What a filter of instances looks at.
#[derive(Clone, Copy, Debug)]
pub enum FilterBy {
    /// The name.
    Name,
    /// The status.
    Status,
    /// A tag's key, whatever its value.
    TagKey,
    /// A tag, `key:value`.
    Tag,
}

input! {
    /// How an instance is paid in advance.
    pub struct RegistryChargePrepaid {
        /// Months.
        period: i64 = "Period" in 1..=60,
        /// What happens at the end.
        renew_flag: AtTheEnd = "RenewFlag",
    }

    /// Asks for an instance.
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
        /// Whether the bucket keeps old versions: content is immutable here, so there are none.
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

input! {
    /// Lists instances.
    pub struct DescribeInstances {
        /// Only these; without them, all of the account.
        registry_ids: Option<Vec<String>> = "Registryids",
        /// Instances left out at the start.
        offset: Option<i64> = "Offset" in 0..,
        /// Instances at the most: 20, and never more than 100.
        limit: Option<i64> = "Limit" in 1..,
        /// Conditions.
        filters: Option<Vec<Filter<InstanceFilterName>>> = "Filters",
        /// Whether other regions' instances are shown too.
        all_region: Option<bool> = "AllRegion",
    }
}

output! {
    /// What [`DescribeInstances`] answers.
    pub struct DescribeInstancesOutput {
        total_count: u64 = "TotalCount",
        registries: Vec<Registry> = "Registries",
    }

    /// An instance.
    pub struct Registry {
        registry_id: String = "RegistryId",
        registry_name: String = "RegistryName",
        registry_type: &'static str = "RegistryType",
        status: &'static str = "Status",
        public_domain: String = "PublicDomain",
        created_at: String = "CreatedAt",
        region_name: String = "RegionName",
        region_id: u64 = "RegionId",
        enable_anonymous: bool = "EnableAnonymous",
        token_valid_time: u64 = "TokenValidTime",
        internal_endpoint: String = "InternalEndpoint",
        tag_specification: ShownTags = "TagSpecification",
        expired_at: String = "ExpiredAt",
        pay_mod: i64 = "PayMod",
        renew_flag: i64 = "RenewFlag",
        deletion_protection: bool = "DeletionProtection",
        ai_feature: bool = "AIFeature",
        enable_cos_maz: bool = "EnableCosMAZ",
        enable_cos_versioning: bool = "EnableCosVersioning",
    }
}

/// Hours that a long-term token is good for.
const TOKEN_VALID_TIME: u64 = 87_600;

impl Action for DescribeInstances {
    const NAME: &'static str = "DescribeInstances";
    type Output = DescribeInstancesOutput;

    async fn run(self, call: Call) -> Result<Self::Output, Error> {
        let page = paging::rows(self.offset, self.limit);
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

fn filter(filters: Vec<Filter<InstanceFilterName>>, region: Option<String>) -> Result<InstanceFilter, Error> {
    let mut wanted = InstanceFilter { region, ..InstanceFilter::default() };
    for filter in filters {
        let (InstanceFilterName(by), value) = filter.parts()?;
        match by {
            FilterBy::Name => wanted.name = Some(value),
            FilterBy::Status => wanted.status = Some(value.parse()?),
            FilterBy::TagKey => wanted.tag = Some((value, None)),
            FilterBy::Tag => wanted.tag = Some(key_and_value(&value)),
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
        tag_specification: ShownTags::of("instance", tags),
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
        reason: &'static str = "Reason",
    }
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
