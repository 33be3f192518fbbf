//! Who may do what on the data plane. Every operation there asks [`authorize`] in the transaction in which it acts; a pull
//! asks the [`Standing`] that is remembered, as long as nothing changed.

use std::net::IpAddr;

use wharf_db::{Transaction, accounts, instances, namespaces, repositories, service_accounts};
use wharf_model::{
    Actions, InstanceId, InstanceStatus, NamespaceName, RepositoryName, SecretId, ServiceActions, Timestamp,
    policy::{Coverage, ResourceName, ResourcePath},
};

use crate::{
    Caller, Core, Error, Identity, Instance, Operator, Principal, Scope, Target,
    identity::{Validity, validity},
    permissions::{Asked, Permissions, TCR, Verdict},
    service_logins::ServiceReach,
    sessions,
};

/// The data plane's actions, as policies call them.
const NAMED: [(Actions, &str); 3] = [
    (Actions::PULL, "tcr:PullRepository"),
    (Actions::PUSH, "tcr:PushRepository"),
    (Actions::DELETE, "tcr:DeleteImage"),
];

/// What of a service account's permissions is what on the data plane. None of them lets it delete.
const SERVICE: [(ServiceActions, Actions); 2] =
    [(ServiceActions::PULL, Actions::PULL), (ServiceActions::PUSH, Actions::PUSH)];

impl Core {
    /// Whether the caller may do `actions`, for an edge that must know before it reads a body.
    ///
    /// # Errors
    /// As every operation that needs these actions.
    pub async fn check_access(&self, caller: Caller, target: Target, actions: Actions) -> Result<(), Error> {
        self.read(move |tx| authorize(tx, &caller, &target, actions).map(drop)).await
    }
}

/// The instance of `target`, when `caller` may do `actions` there.
///
/// An instance that is not there and one of somebody else are answered alike.
pub(crate) fn authorize(
    tx: &Transaction<'_>,
    caller: &Caller,
    target: &Target,
    actions: Actions,
) -> Result<Instance, Error> {
    let standing = standing(tx, &caller.identity, target)?;
    let instance = standing.allow(caller, target, actions)?;
    if actions.contains(Actions::PUSH)
        && !standing.grants.creates
        && repositories::find(tx, &instance.id, &target.repository)?.is_none()
    {
        return Err(denied("create", target));
    }
    Ok(instance.clone())
}

/// Fails unless an operator of the cloud API may do `actions` to a repository's content, as the data plane would let it.
pub(crate) fn authorize_operator(
    tx: &Transaction<'_>,
    operator: &Operator,
    instance: &Instance,
    repository: &RepositoryName,
    actions: Actions,
) -> Result<(), Error> {
    let permissions = operator.permissions(tx)?;
    let resource = resource(instance, ResourcePath::Repository(&instance.id, repository));
    for (action, name) in NAMED.iter().filter(|(action, _)| actions.contains(*action)) {
        let asked = Asked { action: name, ..operator.asked() };
        let is_allowed = match permissions.decide(&asked, &resource) {
            Verdict::Allowed => true,
            Verdict::Denied => false,
            Verdict::Unsaid => {
                *action == Actions::PULL && is_public(tx, &instance.id, &repository.namespace)?
            }
        };
        if !is_allowed {
            return Err(Error::Unauthorized { action: (*name).to_owned(), resource: resource.to_string() });
        }
    }
    Ok(())
}

/// What an identity is to a namespace: all that [`authorize`] needs to know of the store.
pub(crate) struct Standing {
    /// Until when the identity is valid; without an end, where its token alone has one.
    validity: Validity,
    grants: Grants,
}

/// What an identity may do in a namespace of an instance.
struct Grants {
    instance: Option<Instance>,
    /// To all repositories of the namespace.
    permitted: Actions,
    /// Whether a push may make a repository.
    creates: bool,
    /// What a sub-account may do to each of them. What these say nothing of is as `permitted`.
    permissions: Option<Permissions>,
}

/// How far into an instance an identity gets.
pub(crate) enum Reach {
    /// It may do everything.
    Everything,
    /// It is a sub-account.
    Policies(Permissions),
    /// It is a service account of the instance.
    Service(ServiceReach),
    /// It may pull what is public.
    Public,
}

/// What the store knows of `identity` and the instance and namespace of `target`.
pub(crate) fn standing(
    tx: &Transaction<'_>,
    identity: &Identity,
    target: &Target,
) -> Result<Standing, Error> {
    Ok(Standing { validity: validity(tx, identity)?, grants: grants(tx, identity, target)? })
}

fn grants(tx: &Transaction<'_>, identity: &Identity, target: &Target) -> Result<Grants, Error> {
    let Some(instance) = instances::find_by_label(tx, &target.instance)? else {
        return Ok(Grants { instance: None, permitted: Actions::NONE, creates: true, permissions: None });
    };
    let namespace = &target.repository.namespace;
    if let Identity::ServiceAccount { instance: opened, password_id, .. } = identity
        && *opened == instance.id
    {
        let granted = service_accounts::permitted(tx, password_id, namespace)?;
        let permitted = SERVICE.iter().filter(|(action, _)| granted.contains(*action));
        let permitted = permitted.fold(public(tx, &instance, namespace)?, |all, (_, action)| all | *action);
        let creates = granted.contains(ServiceActions::CREATE);
        return Ok(Grants { instance: Some(instance), permitted, creates, permissions: None });
    }
    let permissions = match reach(tx, identity, &instance)? {
        Reach::Everything => {
            let (permitted, creates) = (Actions::ALL, true);
            return Ok(Grants { instance: Some(instance), permitted, creates, permissions: None });
        }
        Reach::Policies(permissions) => Some(permissions),
        Reach::Service(_) | Reach::Public => None,
    };
    let permitted = public(tx, &instance, namespace)?;
    Ok(Grants { instance: Some(instance), permitted, creates: true, permissions })
}

/// What everybody may do in a namespace.
fn public(tx: &Transaction<'_>, instance: &Instance, namespace: &NamespaceName) -> Result<Actions, Error> {
    Ok(if is_public(tx, &instance.id, namespace)? { Actions::PULL } else { Actions::NONE })
}

fn denied(actions: &str, target: &Target) -> Error {
    let (repository, instance) = (target.repository.clone(), target.instance.clone());
    Error::Denied { actions: actions.to_owned(), repository, instance }
}

impl Grants {
    /// Those of `actions` that the caller may do to a repository.
    fn permitted(&self, target: &Target, actions: Actions, address: Option<IpAddr>) -> Actions {
        match (&self.permissions, &self.instance) {
            (Some(permissions), Some(instance)) => {
                let path = ResourcePath::Repository(&instance.id, &target.repository);
                let time = Timestamp::now();
                let is_permitted = |(action, name): &(Actions, &str)| {
                    let asked = Asked { action: name, address, time };
                    actions.contains(*action)
                        && match permissions.decide(&asked, &resource(instance, path)) {
                            Verdict::Allowed => true,
                            Verdict::Denied => false,
                            Verdict::Unsaid => self.permitted.contains(*action),
                        }
                };
                let permitted = NAMED.iter().filter(|named| is_permitted(named));
                permitted.fold(Actions::NONE, |all, (action, _)| all | *action)
            }
            _ => self.permitted.intersection(actions),
        }
    }
}

impl Standing {
    /// Of policies that bind the identity, how many bytes they have.
    pub(crate) fn policies_size(&self) -> Option<usize> {
        self.grants.permissions.as_ref().map(Permissions::size)
    }

    /// Whether what is refused now may be allowed in a moment, though nothing that this process knows of changed: another
    /// may have attached a policy, or put off a service account's end.
    pub(crate) fn may_gain(&self) -> bool {
        self.grants.permissions.is_some() || matches!(self.validity, Validity::Until(_))
    }

    /// The instance of `target`, when `caller` may do `actions` there. Its counts may be old.
    pub(crate) fn allow(
        &self,
        caller: &Caller,
        target: &Target,
        actions: Actions,
    ) -> Result<&Instance, Error> {
        if !self.validity.holds() {
            return Err(Error::InvalidBearer);
        }
        let grants = &self.grants;
        match &grants.instance {
            Some(instance) if grants.permitted(target, actions, caller.address) == actions => {
                if !serves(instance.status, actions) {
                    return Err(Error::InstanceNotRunning {
                        id: instance.id.clone(),
                        status: instance.status,
                    });
                }
                if !caller.covers(target, actions) {
                    let repository = target.repository.clone();
                    return Err(Error::InsufficientScope { actions: actions.to_string(), repository });
                }
                Ok(instance)
            }
            _ if caller.identity == Identity::Anonymous => Err(Error::Unauthenticated),
            _ => Err(denied(&actions.to_string(), target)),
        }
    }
}

/// Whether an instance in that state does such things: one whose paid period ended only answers pulls.
fn serves(status: InstanceStatus, actions: Actions) -> bool {
    status == InstanceStatus::Running || status.is_readable() && Actions::PULL.contains(actions)
}

/// How far `identity` gets into an instance: an account whose token opens it does what it wants there, a sub-account of
/// its owner what the policies say, everybody else pulls what is public.
pub(crate) fn reach(tx: &Transaction<'_>, identity: &Identity, instance: &Instance) -> Result<Reach, Error> {
    let uin = match identity {
        Identity::Account { instance: opened, session: Some(session), .. } if *opened == instance.id => {
            return session_reach(tx, session, instance);
        }
        Identity::Account { uin, instance: opened, .. } if *opened == instance.id => *uin,
        Identity::ServiceAccount { instance: opened, password_id, .. } if *opened == instance.id => {
            return ServiceReach::of(tx, password_id).map(Reach::Service);
        }
        _ => return Ok(Reach::Public),
    };
    if uin == instance.uin {
        return Ok(Reach::Everything);
    }
    let owner = accounts::find_holder(tx, uin)?.and_then(|holder| holder.owner);
    if owner != Some(instance.uin) {
        return Ok(Reach::Public);
    }
    Permissions::of(tx, instance.uin, uin, Principal::SubAccount, None).map(Reach::Policies)
}

fn session_reach(tx: &Transaction<'_>, session: &SecretId, instance: &Instance) -> Result<Reach, Error> {
    match sessions::find_credential(tx, session)? {
        Some((_, credential)) if credential.owner == instance.uin => {
            credential.permissions(tx).map(Reach::Policies)
        }
        _ => Ok(Reach::Public),
    }
}

impl Reach {
    /// How many of an instance's repositories may be pulled. Public ones may be others.
    pub(crate) fn pulls(&self, instance: &Instance, address: Option<IpAddr>) -> Coverage {
        match self {
            Self::Everything => Coverage::All,
            Self::Public => Coverage::Nothing,
            Self::Service(reach) => {
                if reach.pulls() {
                    Coverage::Some
                } else {
                    Coverage::Nothing
                }
            }
            Self::Policies(permissions) => {
                let all = resource(instance, ResourcePath::Below(&instance.id));
                permissions.coverage(&pull(address), &all, &format!("repository/{}/", instance.id), false)
            }
        }
    }

    /// Whether a repository may be pulled, whose namespace is public or not.
    pub(crate) fn may_pull(
        &self,
        instance: &Instance,
        repository: &RepositoryName,
        address: Option<IpAddr>,
        is_public: bool,
    ) -> bool {
        match self {
            Self::Everything => true,
            Self::Public => is_public,
            Self::Service(reach) => is_public || reach.may_pull(repository),
            Self::Policies(permissions) => {
                let path = ResourcePath::Repository(&instance.id, repository);
                match permissions.decide(&pull(address), &resource(instance, path)) {
                    Verdict::Allowed => true,
                    Verdict::Denied => false,
                    Verdict::Unsaid => is_public,
                }
            }
        }
    }
}

fn pull(address: Option<IpAddr>) -> Asked<'static> {
    Asked { action: NAMED[0].1, address, time: Timestamp::now() }
}

fn resource<'r>(instance: &'r Instance, path: ResourcePath<'r>) -> ResourceName<'r> {
    ResourceName { service: TCR, region: instance.region.as_str().into(), account: instance.uin, path }
}

/// Whether anybody may pull what is in a namespace.
pub(crate) fn is_public(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    namespace: &NamespaceName,
) -> Result<bool, Error> {
    Ok(namespaces::find(tx, instance, namespace)?.is_some_and(|namespace| namespace.public))
}

/// What of `scope` the identity may do, from an address and now.
pub(crate) fn cut(
    tx: &Transaction<'_>,
    identity: &Identity,
    scope: Scope,
    address: Option<IpAddr>,
) -> Result<Scope, Error> {
    let actions = grants(tx, identity, &scope.target)?.permitted(&scope.target, scope.actions, address);
    Ok(Scope { actions, ..scope })
}
