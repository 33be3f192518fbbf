//! Tencent Container Registry's actions, version 2019-09-24: a file a family, each action one place.
//!
//! An action only translates: its input into one call of core, core's answer into its output.

mod error;
mod facts;
pub mod filter;
pub mod image;
pub mod instance;
pub mod instance_storage;
pub mod instance_token;
pub mod namespace;
mod paging;
pub mod region;
pub mod repository;
pub mod service_account;
pub mod tag_specification;

use wharf_cloudapi::Product;

/// The product `tcr` with every action that there is.
pub fn product() -> Product {
    Product::new("tcr", "2019-09-24", error::codes, error::VALUES, facts::of)
        .action::<image::DeleteImage>()
        .action::<image::DeleteRepositoryTags>()
        .action::<image::DescribeImageManifests>()
        .action::<image::DescribeImages>()
        .action::<instance::CheckInstance>()
        .action::<image::DuplicateImage>()
        .action::<instance::CheckInstanceName>()
        .action::<instance::CreateInstance>()
        .action::<instance::DeleteInstance>()
        .action::<instance::DescribeInstances>()
        .action::<instance::DescribeInstanceStatus>()
        .action::<instance::ModifyInstance>()
        .action::<instance::RenewInstance>()
        .action::<instance_storage::ModifyInstanceStorage>()
        .action::<instance_token::CreateInstanceToken>()
        .action::<instance_token::DeleteInstanceToken>()
        .action::<instance_token::DescribeInstanceToken>()
        .action::<instance_token::ModifyInstanceToken>()
        .action::<namespace::CreateNamespace>()
        .action::<namespace::DeleteNamespace>()
        .action::<namespace::DescribeInstanceAllNamespaces>()
        .action::<namespace::DescribeNamespaces>()
        .action::<namespace::ModifyNamespace>()
        .action::<region::DescribeRegions>()
        .action::<repository::CreateRepository>()
        .action::<repository::DeleteRepository>()
        .action::<repository::DescribeRepositories>()
        .action::<repository::ModifyRepository>()
        .action::<service_account::CreateServiceAccount>()
        .action::<service_account::DeleteServiceAccount>()
        .action::<service_account::DescribeServiceAccounts>()
        .action::<service_account::ModifyServiceAccount>()
        .action::<service_account::ModifyServiceAccountPassword>()
}
