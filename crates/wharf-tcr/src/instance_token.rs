//! Instance tokens, the passwords of `docker login`.

use serde::Serialize;
use wharf_cloudapi::{Action, Call, input};
use wharf_core::{Error, TokenKind};

use crate::instance::instance_id;

input! {
    /// Makes the password of a `docker login` to one instance.
    pub struct CreateInstanceToken {
        /// Which instance.
        registry_id: String = "RegistryId",
        /// `temp`, for an hour, or `longterm`.
        token_type: Option<String> = "TokenType",
        /// What a long-term token is for.
        desc: Option<String> = "Desc",
    }
}

/// What [`CreateInstanceToken`] answers.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CreateInstanceTokenOutput {
    username: String,
    token: String,
    exp_time: i64,
    token_id: String,
}

impl Action for CreateInstanceToken {
    const NAME: &'static str = "CreateInstanceToken";
    type Output = CreateInstanceTokenOutput;

    async fn run(self, call: Call) -> Result<Self::Output, Error> {
        let kind = match self.token_type.as_deref().unwrap_or("temp") {
            "temp" => TokenKind::Temporary,
            "longterm" => TokenKind::LongTerm { description: self.desc.unwrap_or_default() },
            _ => {
                return Err(Error::InvalidValue {
                    name: "TokenType",
                    rule: "it is temp or longterm".to_owned(),
                });
            }
        };
        let token =
            call.core.create_instance_token(call.operator, instance_id(&self.registry_id)?, kind).await?;
        Ok(CreateInstanceTokenOutput {
            username: token.username.to_string(),
            token: token.token,
            exp_time: token.expires_at.milliseconds(),
            token_id: token.token_id.unwrap_or_default(),
        })
    }
}
