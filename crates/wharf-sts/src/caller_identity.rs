//! Who a caller is.

use serde::Serialize;
use wharf_cloudapi::{Action, Call, input};
use wharf_core::{Error, Principal};

input! {
    /// Says whose credentials signed the request. Nobody needs a permission for it.
    pub struct GetCallerIdentity {}
}

/// What [`GetCallerIdentity`] answers.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CallerIdentity {
    arn: String,
    account_id: String,
    user_id: String,
    principal_id: String,
    #[serde(rename = "Type")]
    kind: &'static str,
}

impl Action for GetCallerIdentity {
    const NAME: &'static str = "GetCallerIdentity";
    type Output = CallerIdentity;

    async fn run(self, call: Call) -> Result<CallerIdentity, Error> {
        let operator = call.operator;
        let (owner, uin) = (operator.uin, operator.user);
        Ok(CallerIdentity {
            account_id: owner.to_string(),
            principal_id: uin.to_string(),
            arn: operator.arn(),
        })
    }
}
