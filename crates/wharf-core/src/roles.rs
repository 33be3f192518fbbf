//! Roles of main accounts: who may assume them, and which policies say what they may do.

use wharf_db::{Transaction, roles};
use wharf_model::{RoleName, Trust, Uin};

use crate::{
    Core, Error, Role, StoredPolicy,
    policies::{self, ATTACHED_LIMIT, main_account},
};

/// A role, and the policies that it has.
#[derive(Clone, Debug)]
pub struct RolePolicies {
    /// The role.
    pub role: Role,
    /// What it may do.
    pub policies: Vec<StoredPolicy>,
}

impl Core {
    /// Makes a role of a main account. It may do nothing until a policy is attached to it.
    ///
    /// # Errors
    /// When there is no such main account, the name is in use, or the document that says whom it trusts is not valid.
    pub async fn create_role(
        &self,
        owner: Uin,
        name: RoleName,
        trust: &str,
        description: &str,
    ) -> Result<Role, Error> {
        trust.parse::<Trust>()?;
        let (trust, description, created_at) = (trust.to_owned(), description.to_owned(), Self::now());
        self.write(move |tx| {
            main_account(tx, owner)?;
            let (id, name) = (roles::next_id(tx)?, name.clone());
            let (trust, description) = (trust.clone(), description.clone());
            let role = Role { id, owner, name, trust, description, created_at };
            match roles::insert(tx, &role)? {
                true => Ok(role),
                false => Err(Error::RoleExists(role.name)),
            }
        })
        .await
    }

    /// The roles of a main account, or of all, by name, each with its policies.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn list_roles(&self, owner: Option<Uin>) -> Result<Vec<RolePolicies>, Error> {
        self.read(move |tx| {
            let roles = roles::list(tx, owner)?.into_iter();
            roles
                .map(|role| Ok(RolePolicies { policies: roles::list_policies(tx, role.id)?, role }))
                .collect()
        })
        .await
    }

    /// Removes a role. Its temporary credentials stop at once.
    ///
    /// # Errors
    /// When there is none of that name.
    pub async fn delete_role(&self, owner: Uin, name: RoleName) -> Result<(), Error> {
        self.write(move |tx| {
            let role = find(tx, owner, &name)?;
            roles::delete(tx, role.id)?;
            Ok(())
        })
        .await
    }

    /// Attaches a policy of its main account to a role, unless it is.
    ///
    /// # Errors
    /// When there is no such role or policy, or the role has as many as it may.
    pub async fn attach_role_policy(&self, owner: Uin, name: RoleName, policy: &str) -> Result<(), Error> {
        let policy = policy.to_owned();
        self.write(move |tx| {
            let (role, policy) = (find(tx, owner, &name)?, policies::find(tx, owner, &policy)?);
            let attached = roles::list_policies(tx, role.id)?;
            let is_attached = attached.iter().any(|other| other.id == policy.id);
            if attached.len() >= ATTACHED_LIMIT && !is_attached {
                return Err(Error::TooManyPolicies { holder: role.name.to_string(), limit: ATTACHED_LIMIT });
            }
            Ok(roles::attach(tx, role.id, policy.id)?)
        })
        .await
    }

    /// Detaches a policy from a role.
    ///
    /// # Errors
    /// When there is no such role or policy, or it is not attached.
    pub async fn detach_role_policy(&self, owner: Uin, name: RoleName, policy: &str) -> Result<(), Error> {
        let policy = policy.to_owned();
        self.write(move |tx| {
            let (role, policy) = (find(tx, owner, &name)?, policies::find(tx, owner, &policy)?);
            match roles::detach(tx, role.id, policy.id)? {
                true => Ok(()),
                false => Err(Error::PolicyNotFound(policy.name)),
            }
        })
        .await
    }
}

fn find(tx: &Transaction<'_>, owner: Uin, name: &RoleName) -> Result<Role, Error> {
    let found = roles::find_by_name(tx, owner, name)?;
    found.ok_or_else(|| Error::RoleNotFound(name.to_string()))
}
