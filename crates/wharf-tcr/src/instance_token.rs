//! Instance tokens, the passwords of `docker login`.

use wharf_cloudapi::{Action, Call, choice, input, output};
use wharf_core::{Error, InstanceToken, TokenChange, TokenKind};

use crate::{
    instance::{Done, instance_id},
    paging,
};

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

    /// What of a token is changed.
    pub struct ModifyFlag(Changed): i64 {
        1 => Changed::Description,
        2 => Changed::Enabled,
    }
}

/// What of a token is changed.
#[derive(Clone, Copy, Debug)]
pub enum Changed {
    /// What it is for.
    Description,
    /// Whether it works.
    Enabled,
}

/// Characters of a description at most; the reference names no limit.
const LONGEST_DESCRIPTION: i64 = 1_000;
/// Tokens on a page at most; the reference names no limit, and Terraform's provider asks for 200.
const LARGEST_PAGE: u64 = 1_000;

input! {
    /// Makes a password for `docker login`: a temporary one for an hour, or a long-term one for ten years.
    pub struct CreateInstanceToken {
        /// Which instance.
        registry_id: String = "RegistryId",
        /// `temp`, for an hour, or `longterm`.
        token_type: Option<TokenType> = "TokenType",
        /// What a long-term token is for.
        desc: Option<String> = "Desc" in ..=LONGEST_DESCRIPTION,
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

input! {
    /// Lists long-term tokens, newest first: all of the instance's, or a sub-account's own.
    pub struct DescribeInstanceToken {
        /// Of which instance.
        registry_id: String = "RegistryId",
        /// Tokens on a page.
        limit: Option<i64> = "Limit" in 1..,
        /// Tokens left out at the start.
        offset: Option<i64> = "Offset" in 0..,
    }
}

output! {
    /// What [`DescribeInstanceToken`] answers.
    pub struct DescribeInstanceTokenOutput {
        total_count: u64 = "TotalCount",
        tokens: Vec<TcrInstanceToken> = "Tokens",
    }

    /// A long-term token; the text that opens the instance is shown once, when it is made.
    pub struct TcrInstanceToken {
        id: String = "Id",
        desc: String = "Desc",
        registry_id: String = "RegistryId",
        enabled: bool = "Enabled",
        created_at: String = "CreatedAt",
        expired_at: i64 = "ExpiredAt",
    }
}

impl Action for DescribeInstanceToken {
    const NAME: &'static str = "DescribeInstanceToken";
    type Output = DescribeInstanceTokenOutput;

    async fn run(self, call: Call) -> Result<Self::Output, Error> {
        let page = paging::rows_up_to(self.offset, self.limit, LARGEST_PAGE);
        let instance = instance_id(&self.registry_id)?;
        let found = call.core.list_instance_tokens(call.operator, instance, page).await?;
        let tokens = found.page.into_iter().map(info).collect();
        Ok(DescribeInstanceTokenOutput { total_count: found.total, tokens })
    }
}

fn info(token: InstanceToken) -> TcrInstanceToken {
    TcrInstanceToken {
        id: token.id,
        desc: token.description,
        registry_id: token.instance.to_string(),
        enabled: token.enabled,
        created_at: token.created_at.to_china_time(),
        expired_at: token.expires_at.milliseconds(),
    }
}

input! {
    /// Changes the description of a long-term token, or switches it off or on. What logged in by one that is
    /// off is refused from its next request on.
    pub struct ModifyInstanceToken {
        /// The token's id.
        token_id: String = "TokenId",
        /// Of which instance.
        registry_id: String = "RegistryId",
        /// Whether it works.
        enable: Option<bool> = "Enable",
        /// What it is for.
        desc: Option<String> = "Desc" in ..=LONGEST_DESCRIPTION,
        /// Which of them is meant: 1 the description, 2 (where the request does not say) whether it works.
        modify_flag: Option<ModifyFlag> = "ModifyFlag",
    }
}

impl Action for ModifyInstanceToken {
    const NAME: &'static str = "ModifyInstanceToken";
    type Output = Done;

    async fn run(self, call: Call) -> Result<Done, Error> {
        let change = match self.modify_flag.map_or(Changed::Enabled, |ModifyFlag(changed)| changed) {
            Changed::Description => TokenChange::Description(self.desc.ok_or(Error::MissingValue("Desc"))?),
            Changed::Enabled => TokenChange::Enabled(self.enable.ok_or(Error::MissingValue("Enable"))?),
        };
        let instance = instance_id(&self.registry_id)?;
        call.core.modify_instance_token(call.operator, instance, self.token_id, change).await?;
        Ok(Done {})
    }
}

input! {
    /// Removes a long-term token for good. What logged in by it is refused from its next request on.
    pub struct DeleteInstanceToken {
        /// Of which instance.
        registry_id: String = "RegistryId",
        /// The token's id.
        token_id: String = "TokenId",
    }
}

impl Action for DeleteInstanceToken {
    const NAME: &'static str = "DeleteInstanceToken";
    type Output = Done;

    async fn run(self, call: Call) -> Result<Done, Error> {
        let instance = instance_id(&self.registry_id)?;
        call.core.delete_instance_token(call.operator, instance, self.token_id).await?;
        Ok(Done {})
    }
}
