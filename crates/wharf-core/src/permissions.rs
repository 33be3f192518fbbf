//! What policies let somebody do: those of a sub-account, and the one that a session was narrowed to.

use std::{net::IpAddr, sync::Arc};

use wharf_db::{Transaction, policies, roles};
use wharf_model::{
    Timestamp, Uin,
    policy::{Coverage, Decision, Policy, Request, ResourceName, decide},
};

use crate::{Error, Principal, Session, StoredPolicy};

/// The product whose resources these are.
pub(crate) const TCR: &str = "tcr";

/// The policies that bind somebody, as they were read in one transaction.
#[derive(Debug)]
pub(crate) struct Permissions {
    owner: Uin,
    /// Of a sub-account or role; a main account needs none.
    own: Option<Vec<Policy>>,
    session: Option<Arc<Policy>>,
    /// Bytes of the policies' documents.
    size: usize,
}

/// What somebody wants to do, and when and from where.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked<'a> {
    pub(crate) action: &'a str,
    pub(crate) address: Option<IpAddr>,
    pub(crate) time: Timestamp,
}

/// What all policies together say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Allowed,
    /// A statement denies it.
    Denied,
    /// No statement allows it.
    Unsaid,
}

impl Permissions {
    /// What binds `uin`, which acts as `principal` on what `owner` has.
    ///
    /// # Errors
    /// When the store fails, or keeps a policy that this program cannot read: it may deny something.
    pub(crate) fn of(
        tx: &Transaction<'_>,
        owner: Uin,
        uin: Uin,
        principal: Principal,
        session: Option<&Session>,
    ) -> Result<Self, Error> {
        let attached = match principal {
            Principal::Root => None,
            Principal::SubAccount => Some(policies::list_attached(tx, uin)?),
            Principal::Role(id) => Some(roles::list_policies(tx, id)?),
        };
        let read = |stored: &StoredPolicy| {
            let unreadable = |error| Error::Internal(format!("policy `{}` of {owner}: {error}", stored.name));
            stored.document.parse::<Policy>().map_err(unreadable)
        };
        let own_size: usize = attached.iter().flatten().map(|stored| stored.document.len()).sum();
        let own = attached.map(|attached| attached.iter().map(read).collect()).transpose()?;
        let size = own_size + session.map_or(0, |session| session.policy_size);
        Ok(Self { owner, own, session: session.and_then(|session| session.policy.clone()), size })
    }

    /// Bytes of the policies that are kept here, as documents.
    pub(crate) fn size(&self) -> usize {
        self.size
    }

    pub(crate) fn decide(&self, asked: &Asked<'_>, resource: &ResourceName<'_>) -> Verdict {
        let request = self.request(asked, resource);
        let mut verdict = Verdict::Allowed;
        for policies in self.sets() {
            match decide(policies, &request) {
                Decision::Allow { .. } => {}
                Decision::ExplicitDeny { .. } => return Verdict::Denied,
                Decision::ImplicitDeny => verdict = Verdict::Unsaid,
            }
        }
        verdict
    }

    pub(crate) fn allows(&self, asked: &Asked<'_>, resource: &ResourceName<'_>) -> bool {
        self.decide(asked, resource) == Verdict::Allowed
    }

    /// How much may be done to the resources whose path begins with `prefix`, which are in the region and account of
    /// `resource`, or in any region.
    pub(crate) fn coverage(
        &self,
        asked: &Asked<'_>,
        resource: &ResourceName<'_>,
        prefix: &str,
        regions: bool,
    ) -> Coverage {
        let request = self.request(asked, resource);
        let covered = self.sets().map(|policies| Coverage::of(policies, &request, prefix, regions));
        covered.min().unwrap_or(Coverage::All)
    }

    /// The sets of policies that must allow, each by itself.
    fn sets(&self) -> impl Iterator<Item = &[Policy]> {
        let session = self.session.as_deref().map(std::slice::from_ref);
        [self.own.as_deref(), session].into_iter().flatten()
    }

    fn request<'r>(&self, asked: &Asked<'r>, resource: &'r ResourceName<'r>) -> Request<'r> {
        let Asked { action, address, time } = *asked;
        Request { action, resource, address, time, owner: self.owner }
    }
}
