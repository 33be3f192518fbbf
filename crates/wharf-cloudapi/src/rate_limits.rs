//! How often an action may be called, as core keeps count of it.

use wharf_core::{Core, Operator, RatedCall};
use wharf_model::Region;

use crate::{ApiError, Product};

/// Counts a call.
///
/// # Errors
/// `RequestLimitExceeded`, with the action and its limit.
pub(crate) fn check(
    core: &Core,
    product: &Product,
    action: &str,
    operator: Operator,
    region: &Region,
) -> Result<(), ApiError> {
    let call = RatedCall {
        caller: operator.uin,
        product: product.service,
        action,
        region: region.name,
        documented: product.rate(action),
    };
    core.admit_call(&call).map_err(|error| ApiError::new("RequestLimitExceeded", error.to_string()))
}
