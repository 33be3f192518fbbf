//! How often an action may be called, as core keeps count of it.

use wharf_core::{Core, Operator, RatedCall};

use crate::{ApiError, Message, Product};

/// Counts a call.
///
/// # Errors
/// `RequestLimitExceeded`, with the action and its limit.
pub(crate) fn check(
    core: &Core,
    product: &Product,
    action: &str,
    operator: &Operator,
) -> Result<(), ApiError> {
    let call = RatedCall {
        caller: operator.uin,
        product: product.service,
        action,
        region: operator.region.name,
        documented: product.rate(action),
    };
    core.admit_call(&call).map_err(|error| ApiError::new("RequestLimitExceeded", Message::of(&error)))
}
