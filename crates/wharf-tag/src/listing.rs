//! Which keys and values there are.

use std::collections::BTreeSet;

use wharf_cloudapi::{Action, Call, input, output};
use wharf_core::{Error, ResourceTagFilter};

use crate::{finding::is_custom, paging::Page, tag::TagRow};

/// Tags on a page at most.
const RESULTS_LIMIT: u64 = 1000;

input! {
    /// The keys that the account's resources have.
    pub struct DescribeTagKeys {
        /// The account that made them.
        create_uin: Option<i64> = "CreateUin",
        /// Keys left out.
        offset: Option<i64> = "Offset",
        /// Keys at most.
        limit: Option<i64> = "Limit",
        /// Whether projects are keys: there are none.
        show_project: Option<i64> = "ShowProject",
        /// `Custom`, `System` or `All`.
        category: Option<String> = "Category",
    }

    /// The values that the account's resources have under some keys.
    pub struct DescribeTagValues {
        /// The keys.
        tag_keys: Vec<String> = "TagKeys",
        /// The account that made them.
        create_uin: Option<i64> = "CreateUin",
        /// Values left out.
        offset: Option<i64> = "Offset",
        /// Values at most.
        limit: Option<i64> = "Limit",
        /// `Custom`, `System` or `All`.
        category: Option<String> = "Category",
    }

    /// The tags that the account's resources have.
    pub struct GetTags {
        /// Where the page begins.
        pagination_token: Option<String> = "PaginationToken",
        /// Tags at most.
        max_results: Option<i64> = "MaxResults",
        /// Only these keys'.
        tag_keys: Option<Vec<String>> = "TagKeys",
        /// `Custom`, `System` or `All`.
        category: Option<String> = "Category",
    }
}

output! {
    /// What [`DescribeTagKeys`] answers.
    pub struct DescribeTagKeysOutput {
        total_count: usize = "TotalCount",
        offset: u64 = "Offset",
        limit: u64 = "Limit",
        tags: Vec<String> = "Tags",
    }
}

output! {
    /// What [`DescribeTagValues`] answers.
    pub struct DescribeTagValuesOutput {
        total_count: usize = "TotalCount",
        offset: u64 = "Offset",
        limit: u64 = "Limit",
        tags: Vec<TagRow> = "Tags",
    }
}

output! {
    /// What [`GetTags`] answers.
    pub struct GetTagsOutput {
        pagination_token: String = "PaginationToken",
        tags: Vec<TagRow> = "Tags",
    }
}

impl Action for DescribeTagKeys {
    const NAME: &'static str = "DescribeTagKeys";
    type Output = DescribeTagKeysOutput;

    async fn run(self, call: Call) -> Result<Self::Output, Error> {
        let page = Page::of(self.offset, self.limit)?;
        let tags = tags(&call, self.create_uin, self.category.as_deref()).await?;
        let keys: BTreeSet<String> = tags.into_iter().map(|(key, _)| key).collect();
        Ok(DescribeTagKeysOutput {
            total_count: keys.len(),
            offset: page.offset,
            limit: page.limit,
            tags: page.cut(keys.into_iter().collect()),
        })
    }
}

impl Action for DescribeTagValues {
    const NAME: &'static str = "DescribeTagValues";
    type Output = DescribeTagValuesOutput;

    async fn run(self, call: Call) -> Result<Self::Output, Error> {
        let page = Page::of(self.offset, self.limit)?;
        let mut tags = tags(&call, self.create_uin, self.category.as_deref()).await?;
        tags.retain(|(key, _)| self.tag_keys.contains(key));
        Ok(DescribeTagValuesOutput {
            total_count: tags.len(),
            offset: page.offset,
            limit: page.limit,
            tags: rows(page, tags),
        })
    }
}

impl Action for GetTags {
    const NAME: &'static str = "GetTags";
    type Output = GetTagsOutput;

    async fn run(self, call: Call) -> Result<Self::Output, Error> {
        let page = Page::after(self.pagination_token.as_deref(), self.max_results, RESULTS_LIMIT)?;
        let mut tags = tags(&call, None, self.category.as_deref()).await?;
        if let Some(keys) = self.tag_keys.filter(|keys| !keys.is_empty()) {
            tags.retain(|(key, _)| keys.contains(key));
        }
        Ok(GetTagsOutput { pagination_token: page.next(tags.len()), tags: rows(page, tags) })
    }
}

/// The keys and values that the account's resources have, each once.
async fn tags(
    call: &Call,
    create_uin: Option<i64>,
    category: Option<&str>,
) -> Result<BTreeSet<(String, String)>, Error> {
    let is_ours = create_uin.is_none_or(|uin| uin == call.operator.owner.number());
    if !is_custom(category)? || !is_ours {
        return Ok(BTreeSet::new());
    }
    let tags = call.core.list_resource_tags(call.operator.clone(), ResourceTagFilter::default()).await?;
    Ok(tags.into_iter().map(|tag| (tag.key, tag.value)).collect())
}

fn rows(page: Page, tags: BTreeSet<(String, String)>) -> Vec<TagRow> {
    let tags = page.cut(tags.into_iter().collect());
    tags.iter().map(|(key, value)| TagRow::new(key, value)).collect()
}
