//! Which resources have which tags.

use wharf_cloudapi::{Action, Call, input, output};
use wharf_core::{Error, ResourceName, ResourceTag, ResourceTagFilter, resource_id};
use wharf_model::Regions;

use crate::{
    paging::Page,
    tag::{CUSTOM, SERVICE, TagResource, TagRow},
};

/// Resources in one request at most.
const IDS_LIMIT: usize = 50;
const LIST_LIMIT: usize = 10;
/// Filters in one request, and values of each, at most.
const FILTERS_LIMIT: usize = 6;
const VALUES_LIMIT: usize = 10;
/// Resources on a page at most.
const RESULTS_LIMIT: u64 = 200;

input! {
    /// The tags of the account's resources, one row each.
    pub struct DescribeResourceTags {
        /// The account that made the resources.
        create_uin: Option<i64> = "CreateUin",
        /// The region that the resources are in.
        resource_region: Option<String> = "ResourceRegion",
        /// The product, `tcr`.
        service_type: Option<String> = "ServiceType",
        /// `instance` or `namespace`.
        resource_prefix: Option<String> = "ResourcePrefix",
        /// One resource.
        resource_id: Option<String> = "ResourceId",
        /// Rows left out.
        offset: Option<i64> = "Offset",
        /// Rows at most.
        limit: Option<i64> = "Limit",
        /// 1 for resources of another product.
        cos_resource_id: Option<i64> = "CosResourceId",
    }

    /// The tags of some resources, one row each.
    pub struct DescribeResourceTagsByResourceIds {
        /// The product, `tcr`.
        service_type: String = "ServiceType",
        /// `instance` or `namespace`.
        resource_prefix: String = "ResourcePrefix",
        /// The resources.
        resource_ids: Vec<String> = "ResourceIds",
        /// The region that they are in.
        resource_region: String = "ResourceRegion",
        /// Rows left out.
        offset: Option<i64> = "Offset",
        /// Rows at most.
        limit: Option<i64> = "Limit",
        /// `Custom`, `System` or `All`.
        category: Option<String> = "Category",
    }

    /// Resources with their tags: those that are named, or that have certain tags.
    pub struct GetResources {
        /// The resources, each in six segments.
        resource_list: Option<Vec<String>> = "ResourceList",
        /// Tags that a resource has, all of them.
        tag_filters: Option<Vec<TagFilter>> = "TagFilters",
        /// Where the page begins.
        pagination_token: Option<String> = "PaginationToken",
        /// Resources at most.
        max_results: Option<i64> = "MaxResults",
    }

    /// A key, and the values of which a tag has one.
    pub struct TagFilter {
        /// The key.
        key: String = "TagKey",
        /// The values; none for any.
        values: Option<Vec<String>> = "TagValue",
    }
}

output! {
    /// What [`DescribeResourceTags`] answers.
    pub struct DescribeResourceTagsOutput {
        total_count: usize = "TotalCount",
        offset: u64 = "Offset",
        limit: u64 = "Limit",
        rows: Vec<TagResource> = "Rows",
    }
}

output! {
    /// What [`DescribeResourceTagsByResourceIds`] answers.
    pub struct DescribeResourceTagsByResourceIdsOutput {
        total_count: usize = "TotalCount",
        offset: u64 = "Offset",
        limit: u64 = "Limit",
        tags: Vec<TagResource> = "Tags",
    }
}

output! {
    /// What [`GetResources`] answers.
    pub struct GetResourcesOutput {
        pagination_token: String = "PaginationToken",
        resource_tag_mapping_list: Vec<ResourceTagMapping> = "ResourceTagMappingList",
    }
}

output! {
    /// A resource with its tags.
    pub struct ResourceTagMapping {
        resource: String = "Resource",
        tags: Vec<TagRow> = "Tags",
    }
}

impl Action for DescribeResourceTags {
    const NAME: &'static str = "DescribeResourceTags";
    type Output = DescribeResourceTagsOutput;

    async fn run(self, call: Call) -> Result<Self::Output, Error> {
        let page = Page::of(self.offset, self.limit)?;
        let ids = self.resource_id.as_slice();
        let regions = call.core.limits().regions;
        let filter = filter(self.resource_prefix.as_deref(), self.resource_region.as_deref(), ids, regions)?;
        let is_ours = self.service_type.as_deref().is_none_or(|service| service == SERVICE)
            && self.cos_resource_id.unwrap_or(0) == 0
            && self.create_uin.is_none_or(|uin| uin == call.operator.owner.number());
        let mut rows = match is_ours {
            true => call.core.list_resource_tags(call.operator, filter).await?,
            false => Vec::new(),
        };
        if let Some(id) = &self.resource_id {
            rows.retain(|row| resource_id(row) == *id);
        }
        Ok(DescribeResourceTagsOutput {
            total_count: rows.len(),
            offset: page.offset,
            limit: page.limit,
            rows: page.cut(rows).into_iter().map(TagResource::new).collect(),
        })
    }
}

impl Action for DescribeResourceTagsByResourceIds {
    const NAME: &'static str = "DescribeResourceTagsByResourceIds";
    type Output = DescribeResourceTagsByResourceIdsOutput;

    async fn run(self, call: Call) -> Result<Self::Output, Error> {
        let page = Page::of(self.offset, self.limit)?;
        too_many(self.resource_ids.len(), IDS_LIMIT)?;
        if self.service_type != SERVICE {
            let rule = format!("tags are kept of resources of {SERVICE}");
            return Err(Error::InvalidValue { name: "ServiceType", rule });
        }
        let (prefix, region) = (Some(self.resource_prefix.as_str()), Some(self.resource_region.as_str()));
        let filter = filter(prefix, region, &self.resource_ids, call.core.limits().regions)?;
        let mut rows = match is_custom(self.category.as_deref())? {
            true => call.core.list_resource_tags(call.operator, filter).await?,
            false => Vec::new(),
        };
        rows.retain(|row| self.resource_ids.contains(&resource_id(row)));
        Ok(DescribeResourceTagsByResourceIdsOutput {
            total_count: rows.len(),
            offset: page.offset,
            limit: page.limit,
            tags: page.cut(rows).into_iter().map(TagResource::new).collect(),
        })
    }
}

impl Action for GetResources {
    const NAME: &'static str = "GetResources";
    type Output = GetResourcesOutput;

    async fn run(self, call: Call) -> Result<Self::Output, Error> {
        let page = Page::after(self.pagination_token.as_deref(), self.max_results, RESULTS_LIMIT)?;
        let named = self.resource_list.unwrap_or_default();
        too_many(named.len(), LIST_LIMIT)?;
        let named = named.iter().map(|text| text.parse()).collect::<Result<Vec<ResourceName>, Error>>()?;
        let filters = self.tag_filters.unwrap_or_default();
        check_filters(&filters)?;
        let owner = call.operator.owner;
        let tags = call.core.list_resource_tags(call.operator, ResourceTagFilter::default()).await?;
        let is_same = |one: &ResourceTag, other: &ResourceTag| {
            one.instance == other.instance && one.namespace == other.namespace
        };
        let mut resources: Vec<&[ResourceTag]> = tags.chunk_by(is_same).collect();
        resources.retain(|tags| filters.iter().all(|filter| tags.iter().any(|tag| filter.lets_pass(tag))));
        if !named.is_empty() {
            resources.retain(|tags| named.iter().any(|name| name.names(&tags[0], owner)));
        }
        let total = resources.len();
        // Of resources that are named, all are answered.
        let whole = !named.is_empty();
        let shown = if whole { resources } else { page.cut(resources) };
        let mapping = |tags: &[ResourceTag]| ResourceTagMapping {
            resource: ResourceName::of(&tags[0], owner).to_string(),
            tags: tags.iter().map(|tag| TagRow::new(&tag.key, &tag.value)).collect(),
        };
        Ok(GetResourcesOutput {
            pagination_token: if whole { String::new() } else { page.next(total) },
            resource_tag_mapping_list: shown.into_iter().map(mapping).collect(),
        })
    }
}

impl TagFilter {
    fn lets_pass(&self, tag: &ResourceTag) -> bool {
        let is_value = |values: &Vec<String>| values.is_empty() || values.contains(&tag.value);
        tag.key == self.key && self.values.as_ref().is_none_or(is_value)
    }
}

fn check_filters(filters: &[TagFilter]) -> Result<(), Error> {
    let rule = if filters.len() > FILTERS_LIMIT {
        format!("{FILTERS_LIMIT} at most")
    } else if filters.iter().any(|filter| filter.values.as_ref().is_some_and(|all| all.len() > VALUES_LIMIT))
    {
        format!("{VALUES_LIMIT} values each at most")
    } else {
        return Ok(());
    };
    Err(Error::InvalidValue { name: "TagFilters", rule })
}

/// Of one instance alone, where all `ids` are of it, so that no others' tags are read.
fn filter(
    prefix: Option<&str>,
    region: Option<&str>,
    ids: &[String],
    regions: Regions,
) -> Result<ResourceTagFilter, Error> {
    let namespaces = match prefix {
        None => None,
        Some("instance") => Some(false),
        Some("namespace") => Some(true),
        Some(_) => {
            let rule = "it is instance or namespace".to_owned();
            return Err(Error::InvalidValue { name: "ResourcePrefix", rule });
        }
    };
    let region = region.filter(|region| !region.is_empty());
    if region.is_some_and(|region| regions.named(region).is_none()) {
        let rule = "there is no such region".to_owned();
        return Err(Error::InvalidValue { name: "ResourceRegion", rule });
    }
    let mut instances = ids.iter().filter_map(|id| id.split('/').next());
    let first = instances.next();
    let instance =
        first.filter(|first| instances.all(|other| other == *first)).and_then(|id| id.parse().ok());
    Ok(ResourceTagFilter { region: region.map(str::to_owned), instance, namespaces })
}

/// Whether tags that somebody made are asked for: others there are none.
pub(crate) fn is_custom(category: Option<&str>) -> Result<bool, Error> {
    match category {
        None | Some("All" | CUSTOM) => Ok(true),
        Some("System") => Ok(false),
        Some(_) => {
            Err(Error::InvalidValue { name: "Category", rule: "it is Custom, System or All".to_owned() })
        }
    }
}

fn too_many(found: usize, limit: usize) -> Result<(), Error> {
    if found > limit { Err(Error::TooManyResources { found, limit }) } else { Ok(()) }
}
