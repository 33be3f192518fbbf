//! Permission policies of main accounts, and whom they are attached to.

use wharf_db::{Transaction, accounts, policies, roles};
use wharf_model::{RoleName, Uin, policy::Policy};

use crate::{Core, Error, StoredPolicy};

/// Policies of a sub-account or a role at most: each request reads them.
pub(crate) const ATTACHED_LIMIT: usize = 30;
const NAME_RULE: &str = "1 to 128 letters, digits and any of + = , . @ _ -";

/// A policy, and who has it.
#[derive(Clone, Debug)]
pub struct PolicyHolders {
    /// The policy.
    pub policy: StoredPolicy,
    /// The sub-accounts that it is attached to.
    pub accounts: Vec<Uin>,
    /// The roles that it is attached to.
    pub roles: Vec<RoleName>,
}

impl Core {
    /// Makes a policy of a main account. It says nothing until it is attached to somebody.
    ///
    /// # Errors
    /// When there is no such main account, the name is not one or is in use, or the document is not valid.
    pub async fn create_policy(&self, owner: Uin, name: &str, document: &str) -> Result<(), Error> {
        let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"+=,.@_-".contains(&b);
        if !(1..=128).contains(&name.len()) || !name.bytes().all(is_plain) {
            return Err(Error::InvalidValue { name: "name", rule: NAME_RULE.to_owned() });
        }
        document.parse::<Policy>()?;
        let (name, document) = (name.to_owned(), document.to_owned());
        let policy = StoredPolicy { id: 0, owner, name, document, created_at: Self::now() };
        self.write(move |tx| {
            main_account(tx, owner)?;
            match policies::insert(tx, &policy)? {
                true => Ok(()),
                false => Err(Error::PolicyExists(policy.name.clone())),
            }
        })
        .await
    }

    /// The policies of a main account, or of all, by name.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn list_policies(&self, owner: Option<Uin>) -> Result<Vec<PolicyHolders>, Error> {
        self.read(move |tx| {
            let policies = policies::list(tx, owner)?.into_iter();
            policies.map(|policy| with_holders(tx, policy)).collect()
        })
        .await
    }

    /// A main account's policy of that name.
    ///
    /// # Errors
    /// When there is none.
    pub async fn find_policy(&self, owner: Uin, name: &str) -> Result<PolicyHolders, Error> {
        let name = name.to_owned();
        self.read(move |tx| with_holders(tx, find(tx, owner, &name)?)).await
    }

    /// The policies that are attached to a sub-account, by name.
    ///
    /// # Errors
    /// When there is no such sub-account.
    pub async fn list_attached_policies(&self, uin: Uin) -> Result<Vec<StoredPolicy>, Error> {
        self.read(move |tx| {
            owner_of(tx, uin)?;
            Ok(policies::list_attached(tx, uin)?)
        })
        .await
    }

    /// The main account of a sub-account.
    ///
    /// # Errors
    /// When there is no such sub-account.
    pub async fn owner_of(&self, uin: Uin) -> Result<Uin, Error> {
        self.read(move |tx| owner_of(tx, uin)).await
    }

    /// Removes a policy.
    ///
    /// # Errors
    /// When there is none of that name, or somebody has it: what it denies would be open.
    pub async fn delete_policy(&self, owner: Uin, name: &str) -> Result<(), Error> {
        let name = name.to_owned();
        self.write(move |tx| {
            let PolicyHolders { policy, accounts, roles } = with_holders(tx, find(tx, owner, &name)?)?;
            let accounts = accounts.iter().map(Uin::to_string);
            let holders: Vec<_> = accounts.chain(roles.iter().map(RoleName::to_string)).collect();
            if !holders.is_empty() {
                return Err(Error::PolicyInUse { name: policy.name, holders });
            }
            Ok(policies::delete(tx, policy.id)?)
        })
        .await
    }

    /// Attaches a policy of its main account to a sub-account, unless it is.
    ///
    /// # Errors
    /// When there is no such sub-account or policy, or the sub-account has as many as it may.
    pub async fn attach_policy(&self, uin: Uin, name: &str) -> Result<(), Error> {
        let name = name.to_owned();
        self.write(move |tx| {
            let policy = find(tx, owner_of(tx, uin)?, &name)?;
            let attached = policies::list_attached(tx, uin)?;
            let is_attached = attached.iter().any(|other| other.id == policy.id);
            if attached.len() >= ATTACHED_LIMIT && !is_attached {
                return Err(Error::TooManyPolicies { holder: uin.to_string(), limit: ATTACHED_LIMIT });
            }
            Ok(policies::attach(tx, uin, policy.id)?)
        })
        .await
    }

    /// Detaches a policy from a sub-account.
    ///
    /// # Errors
    /// When there is no such sub-account or policy, or it is not attached.
    pub async fn detach_policy(&self, uin: Uin, name: &str) -> Result<(), Error> {
        let name = name.to_owned();
        self.write(move |tx| {
            let policy = find(tx, owner_of(tx, uin)?, &name)?;
            match policies::detach(tx, uin, policy.id)? {
                true => Ok(()),
                false => Err(Error::PolicyNotFound(policy.name)),
            }
        })
        .await
    }
}

/// Fails unless there is a main account of that number.
pub(crate) fn main_account(tx: &Transaction<'_>, uin: Uin) -> Result<(), Error> {
    match accounts::find(tx, uin)?.ok_or(Error::AccountNotFound(uin))?.owner {
        None => Ok(()),
        Some(owner) => Err(Error::NoMainAccount { uin, owner }),
    }
}

/// The main account of a sub-account.
fn owner_of(tx: &Transaction<'_>, uin: Uin) -> Result<Uin, Error> {
    let account = accounts::find(tx, uin)?.ok_or(Error::AccountNotFound(uin))?;
    account.owner.ok_or(Error::NoSubAccount(uin))
}

pub(crate) fn find(tx: &Transaction<'_>, owner: Uin, name: &str) -> Result<StoredPolicy, Error> {
    policies::find(tx, owner, name)?.ok_or_else(|| Error::PolicyNotFound(name.to_owned()))
}

fn with_holders(tx: &Transaction<'_>, policy: StoredPolicy) -> Result<PolicyHolders, Error> {
    let (accounts, roles) = (policies::list_holders(tx, policy.id)?, roles::list_holders(tx, policy.id)?);
    Ok(PolicyHolders { policy, accounts, roles })
}
