use std::{net::IpAddr, sync::Arc};

use wharf_db::{Transaction, accounts::Holder};
use wharf_model::{
    Region, RoleId, Timestamp, Uin,
    policy::{ResourceName, ResourcePath},
};

use crate::{
    Core, Error, Session,
    permissions::{Asked, Permissions, TCR, Verdict},
};

/// Who calls the cloud API, for what, and what else permissions may hang on.
#[derive(Clone, Debug)]
pub struct Operator {
    /// The main account whose resources are meant.
    pub owner: Uin,
    /// Who acts: that account, or a sub-account of it.
    pub uin: Uin,
    /// What the one who acts is to the account.
    pub principal: Principal,
    /// The action, such as `tcr:CreateNamespace`.
    pub action: Arc<str>,
    /// The region that the request names.
    pub region: &'static Region,
    /// Where the request comes from.
    pub address: Option<IpAddr>,
    /// When it came.
    pub time: Timestamp,
    /// The temporary credentials that signed.
    pub session: Option<Arc<Session>>,
}

/// Somebody who acts on the resources of a main account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Principal {
    /// The main account itself, which may do everything to what is its own.
    Root,
    /// A sub-account, which may do what the policies attached to it say.
    SubAccount,
    /// A role, which may do what the policies attached to it say; it is somebody else who acts.
    Role(RoleId),
}

impl Principal {
    pub(crate) fn of(holder: &Holder) -> Self {
        if holder.owner.is_some() { Self::SubAccount } else { Self::Root }
    }
}

impl Operator {
    /// Which policies bind the operator now.
    pub(crate) fn permissions(&self, tx: &Transaction<'_>) -> Result<Permissions, Error> {
        Permissions::of(tx, self.owner, self.uin, self.principal, self.session.as_deref())
    }

    /// Fails unless the operator may do what it asks for to a resource of its account.
    pub(crate) fn check(
        &self,
        tx: &Transaction<'_>,
        region: &str,
        path: ResourcePath<'_>,
    ) -> Result<(), Error> {
        self.check_by(&self.permissions(tx)?, region, path)
    }

    /// As [`Self::check`], by permissions that were read.
    pub(crate) fn check_by(
        &self,
        permissions: &Permissions,
        region: &str,
        path: ResourcePath<'_>,
    ) -> Result<(), Error> {
        self.decide(permissions, &self.resource(region, path))
    }

    /// Fails unless the operator may do what it asks for to a resource, which may be another account's.
    pub(crate) fn check_resource(
        &self,
        tx: &Transaction<'_>,
        resource: &ResourceName<'_>,
    ) -> Result<(), Error> {
        self.decide(&self.permissions(tx)?, resource)
    }

    fn decide(&self, permissions: &Permissions, resource: &ResourceName<'_>) -> Result<(), Error> {
        match permissions.decide(&self.asked(), resource) {
            Verdict::Allowed => Ok(()),
            Verdict::Denied | Verdict::Unsaid => Err(self.refused(resource)),
        }
    }

    pub(crate) fn asked(&self) -> Asked<'_> {
        Asked { action: &self.action, address: self.address, time: self.time }
    }

    /// A resource of the operator's account. What is of no product is the action's.
    pub(crate) fn resource<'r>(&'r self, region: &'r str, path: ResourcePath<'r>) -> ResourceName<'r> {
        let service = match path {
            ResourcePath::Everything => self.action.split(':').next().unwrap_or(TCR),
            _ => TCR,
        };
        ResourceName { service, region: region.into(), account: self.owner, path }
    }

    pub(crate) fn refused(&self, resource: &ResourceName<'_>) -> Error {
        Error::Unauthorized { action: self.action.to_string(), resource: resource.to_string() }
    }
}

impl Core {
    /// Whether the operator may call an action that is for no resource in particular.
    ///
    /// # Errors
    /// [`Error::Unauthorized`] when it may not.
    pub async fn check_operator(&self, operator: Operator) -> Result<(), Error> {
        if operator.is_unbound() {
            return Ok(());
        }
        self.read(move |tx| operator.check(tx, operator.region.name, ResourcePath::Everything)).await
    }
}

impl Operator {
    /// Whether no policy binds the operator.
    fn is_unbound(&self) -> bool {
        self.principal == Principal::Root && self.session.is_none()
    }
}
