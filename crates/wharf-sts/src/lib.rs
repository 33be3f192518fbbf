//! The Security Token Service's actions, version 2018-08-13: who a caller is, and temporary credentials.
//!
//! An action only translates: its input into one call of core, core's answer into its output.

pub mod caller_identity;
pub mod credentials;
mod error;
mod facts;

use wharf_cloudapi::Product;

/// The product `sts`.
pub fn product() -> Product {
    Product::new("sts", "2018-08-13", error::codes, error::VALUES, facts::of)
        .action::<caller_identity::GetCallerIdentity>()
        .action::<credentials::AssumeRole>()
        .action::<credentials::GetFederationToken>()
}
