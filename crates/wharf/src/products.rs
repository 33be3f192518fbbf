//! The products of the cloud API that are served.

use wharf_cloudapi::Product;

/// Every product.
pub(crate) fn all() -> Vec<Product> {
    vec![wharf_sts::product(), wharf_tag::product(), wharf_tcr::product()]
}
