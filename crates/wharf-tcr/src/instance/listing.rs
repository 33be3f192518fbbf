//! Describing instances.

use wharf_cloudapi::{Action, Call, choice, input, output};
use wharf_core::{Core, Error, Instance, InstanceFilter};

use super::known;
use crate::{filter::key_and_value, paging, tag_specification::ShownTags};

choice! {
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
    /// A condition of a listing of instances: one of its values is enough. An instance passes all conditions.
    pub struct Filter {
        /// What it looks at.
        name: InstanceFilterName = "Name",
        /// What it lets pass.
        values: Vec<String> = "Values" in 1..=10,
    }

    /// Lists instances, newest first: those with these ids, or those of the request's region, that pass all
    /// filters. Of a filter's values one is enough.
    pub struct DescribeInstances {
        /// Only these; without them, all of the account.
        registry_ids: Option<Vec<String>> = "Registryids",
        /// Instances left out at the start.
        offset: Option<i64> = "Offset" in 0..,
        /// Instances at the most: 20, and never more than 100.
        limit: Option<i64> = "Limit" in 1..,
        /// Conditions.
        filters: Option<Vec<Filter>> = "Filters",
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
        let region = (!self.all_region.unwrap_or(false)).then(|| call.region.name.to_owned());
        let filter = filter(self.filters.unwrap_or_default(), region)?;
        let found = match self.registry_ids.filter(|ids| !ids.is_empty()) {
            Some(ids) => call.core.find_instances(call.operator, known(&ids), filter, page).await?,
            None => call.core.list_instances(call.operator, filter, page).await?,
        };
        let registries = found.page.into_iter().map(|(instance, tags)| registry(&call.core, instance, tags));
        Ok(DescribeInstancesOutput { total_count: found.total, registries: registries.collect() })
    }
}

fn filter(filters: Vec<Filter>, region: Option<String>) -> Result<InstanceFilter, Error> {
    let mut wanted = InstanceFilter { region, ..InstanceFilter::default() };
    for Filter { name: InstanceFilterName(by), values } in filters {
        let values = values.into_iter();
        match by {
            FilterBy::Name => wanted.names.push(values.collect()),
            FilterBy::Status => {
                wanted.statuses.push(values.map(|value| value.parse()).collect::<Result<_, _>>()?);
            }
            FilterBy::TagKey => wanted.tags.push(values.map(|key| (key, None)).collect()),
            FilterBy::Tag => wanted.tags.push(values.map(|tag| key_and_value(&tag)).collect()),
        }
    }
    Ok(wanted)
}

fn registry(core: &Core, instance: Instance, tags: Vec<(String, String)>) -> Registry {
    let region = core.limits().regions.named(&instance.region);
    Registry {
        public_domain: core.instance_domain(&instance.name),
        registry_id: instance.id.to_string(),
        registry_name: instance.name.to_string(),
        registry_type: instance.edition.name(),
        status: instance.status.name(),
        created_at: instance.created_at.to_china_time(),
        region_id: region.map_or(0, |region| region.id),
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
        enable_cos_versioning: instance.versioning,
    }
}
