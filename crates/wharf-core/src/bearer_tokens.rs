//! Bearer tokens: signed texts that say who asks and for what. Signing and checking a signature cost more than all the
//! rest of a pull, so tokens are remembered, both those that were issued and those that were checked.

use std::{
    net::IpAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use aws_lc_rs::digest::{SHA256, digest};
use quick_cache::sync::Cache;
use serde::{Deserialize, Serialize};
use wharf_model::{Actions, Timestamp};

use crate::{
    Caller, Core, Error, Identity, Scope, Target,
    access::cut,
    signing::{LEEWAY, SigningKeys},
};

/// The audience of bearer tokens, so that no other signed text passes for one.
pub(crate) const AUDIENCE: &str = "wharf-registry";
/// Tokens remembered of each kind.
const KEPT: usize = 4 << 10;
/// Scopes of a token that is remembered when it is issued, at most.
const SCOPES: usize = 4;
/// The part of its life in which a token is given to whoever asks for the same again.
const SHARED: u32 = 10;
const SHARED_AT_MOST: Duration = Duration::from_secs(30);

/// Tokens of this process. What one key signed is forgotten with it.
pub(crate) struct BearerTokens {
    /// Callers by the hash of their token, which is no secret.
    checked: Cache<[u8; 32], Checked>,
    issued: Cache<(String, Identity, Vec<Scope>), Issued>,
}

#[derive(Clone)]
struct Checked {
    caller: Caller,
    from: i64,
    until: i64,
    keys: Arc<SigningKeys>,
}

/// A token as its holder gets it.
#[derive(Clone)]
struct Issued {
    token: Arc<str>,
    at: Timestamp,
    since: Instant,
    keys: Arc<SigningKeys>,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct Claims {
    iss: String,
    aud: String,
    sub: String,
    iat: i64,
    nbf: i64,
    exp: i64,
    #[serde(flatten)]
    identity: Identity,
    access: Vec<AccessClaim>,
}

#[derive(Serialize, Deserialize)]
struct AccessClaim {
    #[serde(flatten)]
    target: Target,
    actions: String,
}

impl BearerTokens {
    pub(crate) fn new() -> Self {
        Self { checked: Cache::new(KEPT), issued: Cache::new(KEPT) }
    }
}

impl Core {
    /// A bearer token for what `identity` may do of `scopes` from `address`, when it was issued, and for how many
    /// seconds more it is good.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn issue_bearer(
        &self,
        issuer: &str,
        identity: Identity,
        scopes: Vec<Scope>,
        address: Option<IpAddr>,
    ) -> Result<(Arc<str>, Timestamp, u64), Error> {
        let whose = identity.clone();
        let cut = move |tx: &wharf_db::Transaction<'_>| {
            scopes.iter().map(|scope| cut(tx, &whose, scope.clone(), address)).collect()
        };
        let scopes: Vec<_> = self.read(cut).await?;
        let lifetime = self.limits.bearer_lifetime;
        let keys = self.signing_keys();
        let asked = (issuer.to_owned(), identity, scopes);
        let shared = SHARED_AT_MOST.min(lifetime / SHARED);
        let issued = self.bearer_tokens.issued.get(&asked);
        let issued =
            issued.filter(|issued| Arc::ptr_eq(&issued.keys, &keys) && issued.since.elapsed() < shared);
        if let Some(issued) = issued {
            let left = lifetime.saturating_sub(issued.since.elapsed());
            return Ok((issued.token, issued.at, left.as_secs()));
        }
        let (at, since) = (Self::now(), Instant::now());
        let token: Arc<str> = keys.sign(&Claims::new(&asked.0, &asked.1, &asked.2, at, lifetime))?.into();
        if asked.2.len() <= SCOPES {
            self.bearer_tokens.issued.insert(asked, Issued { token: token.clone(), at, since, keys });
        }
        Ok((token, at, lifetime.as_secs()))
    }

    /// Who holds a bearer token, and what it covers. What the holder may do is asked at each request.
    ///
    /// # Errors
    /// [`Error::InvalidBearer`] when the token is forged or not good now.
    pub async fn verify_bearer(&self, token: &str) -> Result<Caller, Error> {
        let hash = hash(token);
        let now = Self::now().seconds();
        if let Some(checked) = self.bearer_tokens.checked.get(&hash)
            && (checked.from..checked.until).contains(&now)
            && Arc::ptr_eq(&checked.keys, &self.signing_keys())
        {
            return Ok(checked.caller);
        }
        let (claims, keys) = self.verify::<Claims>(token, AUDIENCE).await?.ok_or(Error::InvalidBearer)?;
        let (from, until) = (claims.nbf - LEEWAY, claims.exp + LEEWAY);
        let caller = claims.caller();
        self.bearer_tokens.checked.insert(hash, Checked { caller: caller.clone(), from, until, keys });
        Ok(caller)
    }
}

impl Claims {
    fn new(issuer: &str, identity: &Identity, scopes: &[Scope], at: Timestamp, lifetime: Duration) -> Self {
        let access = scopes
            .iter()
            .map(|scope| AccessClaim { actions: scope.actions.to_string(), target: scope.target.clone() });
        Self {
            iss: issuer.to_owned(),
            aud: AUDIENCE.to_owned(),
            sub: identity.to_string(),
            iat: at.seconds(),
            nbf: at.seconds(),
            exp: at.plus(lifetime).seconds(),
            identity: identity.clone(),
            access: access.collect(),
        }
    }

    pub(crate) fn caller(self) -> Caller {
        let scopes = self.access.into_iter();
        let scopes =
            scopes.map(|claim| Scope { target: claim.target, actions: Actions::parse_scope(&claim.actions) });
        Caller { identity: self.identity, scopes: Some(scopes.collect()), address: None }
    }
}

fn hash(token: &str) -> [u8; 32] {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest(&SHA256, token.as_bytes()).as_ref());
    hash
}
