//! The Tag product's actions, version 2018-08-13, as far as they are about instances and namespaces: a file a family,
//! each action one place.
//!
//! An action only translates: its input into one call of core, core's answer into its output. Names, types and codes
//! are those of the official SDK (`tencentcloud/tag/v20180813`).

pub mod attached_tag;
pub mod changes;
mod error;
mod facts;
pub mod finding;
pub mod listing;
mod paging;
pub mod tag;

use wharf_cloudapi::Product;

/// The product `tag` with every action that there is.
pub fn product() -> Product {
    Product::new("tag", "2018-08-13", error::codes, error::VALUES, facts::of)
        .action::<attached_tag::AddResourceTag>()
        .action::<attached_tag::DeleteResourceTag>()
        .action::<changes::ModifyResourceTags>()
        .action::<changes::TagResources>()
        .action::<changes::UnTagResources>()
        .action::<finding::DescribeResourceTags>()
        .action::<finding::DescribeResourceTagsByResourceIds>()
        .action::<finding::GetResources>()
        .action::<listing::DescribeTagKeys>()
        .action::<listing::DescribeTagValues>()
        .action::<listing::GetTags>()
}
