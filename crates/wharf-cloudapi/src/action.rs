use wharf_core::{Core, Error, Operator};
use wharf_model::Region;

use crate::{Encode, Input};

/// What an action knows of the request beside its input.
#[derive(Clone)]
pub struct Call {
    /// The rules.
    pub core: Core,
    /// Who signed.
    pub operator: Operator,
    /// The region that the request names (`X-TC-Region`); for an action that uses none, any.
    pub region: &'static Region,
}

/// One action of a product: what it takes, what it answers, and what it does.
pub trait Action: Input + Send + 'static {
    /// The action's name.
    const NAME: &'static str;
    /// What it answers, without `RequestId`.
    type Output: Encode + Send;

    /// Does it.
    fn run(self, call: Call) -> impl Future<Output = Result<Self::Output, Error>> + Send;
}
