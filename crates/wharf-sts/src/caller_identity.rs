//! Who a caller is.

use wharf_cloudapi::{Action, Call, input, output};
use wharf_core::{Error, Operator, Principal};

input! {
    /// Says whose credentials signed the request. Nobody needs a permission for it.
    pub struct GetCallerIdentity {}
}

output! {
    /// What [`GetCallerIdentity`] answers.
    pub struct CallerIdentity {
        arn: String = "Arn",
        account_id: String = "AccountId",
        user_id: String = "UserId",
        principal_id: String = "PrincipalId",
        kind: String = "Type",
    }
}

impl Action for GetCallerIdentity {
    const NAME: &'static str = "GetCallerIdentity";
    type Output = CallerIdentity;

    async fn run(self, call: Call) -> Result<CallerIdentity, Error> {
        let Operator { owner, uin, principal, session, .. } = call.operator;
        let (arn, user_id) = match (principal, &session) {
            (Principal::Role(id), Some(session)) => {
                (format!("qcs::sts:{owner}:assumed-role/{id}"), format!("{id}:{}", session.name))
            }
            (_, Some(session)) => {
                (format!("qcs::sts:{owner}:federated-user/{uin}"), format!("{uin}:{}", session.name))
            }
            (_, None) => (format!("qcs::cam:{owner}:uin/{uin}"), uin.to_string()),
        };
        let kind = if matches!(principal, Principal::Role(_)) { "CAMRole" } else { "CAMUser" };
        let (account_id, principal_id) = (owner.to_string(), uin.to_string());
        Ok(CallerIdentity { arn, account_id, user_id, principal_id, kind: kind.to_owned() })
    }
}
