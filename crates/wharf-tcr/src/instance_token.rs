//! Instance tokens, the passwords of `docker login`.

use wharf_cloudapi::{Action, Call, choice, input, output};
use wharf_core::{Error, TokenKind};

use crate::instance::instance_id;

/// How long a token is good for.
#[derive(Clone, Copy, Debug)]
pub enum Lifetime {
    /// An hour.
    Temporary,
    /// Until it is deleted, or for ten years.
    LongTerm,
}

choice! {
    /// The kind of a token.
    pub struct TokenType(Lifetime): String {
        "longterm" => Lifetime::LongTerm,
        "temp" => Lifetime::Temporary,
    }
}

input! {
    /// Makes the password of a `docker login` to one instance.
    pub struct CreateInstanceToken {
        /// Which instance.
        registry_id: String = "RegistryId",
        /// `temp`, for an hour, or `longterm`.
        token_type: Option<TokenType> = "TokenType",
        /// What a long-term token is for.
        desc: Option<String> = "Desc",
    }
}

output! {
    /// What [`CreateInstanceToken`] answers.
    pub struct CreateInstanceTokenOutput {
        username: String = "Username",
        token: String = "Token",
        exp_time: i64 = "ExpTime",
        token_id: String = "TokenId",
    }
}

impl Action for CreateInstanceToken {
    const NAME: &'static str = "CreateInstanceToken";
    type Output = CreateInstanceTokenOutput;

    async fn run(self, call: Call) -> Result<Self::Output, Error> {
        let kind = match self.token_type {
            Some(TokenType(Lifetime::LongTerm)) => {
                TokenKind::LongTerm { description: self.desc.unwrap_or_default() }
            }
            Some(TokenType(Lifetime::Temporary)) | None => TokenKind::Temporary,
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
