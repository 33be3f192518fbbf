//! Service accounts of an instance: names and passwords for machines, which may do a few things in some namespaces.

use std::{collections::BTreeMap, fmt, sync::Arc, time::Duration};

use wharf_db::{
    Page, Transaction, namespaces,
    service_accounts::{self, Password, ServiceAccount},
};
use wharf_model::{
    InstanceId, NamespaceName, Quota, ServiceAccountName, ServiceActions, Timestamp, policy::ResourcePath,
};

use crate::{
    Core, Error, Operator,
    instances::{cut, running_instance},
    random,
};

const DAY: Duration = Duration::from_secs(86_400);
/// The latest end: the year 9999 is over, in milliseconds.
const LATEST: i64 = 253_402_300_800_000;
/// The most days: a hundred years.
const MOST_DAYS: i64 = 36_500;
/// What stands for no end, as Harbor has it.
const NO_END: i64 = -1;

/// What service accounts are let do in namespaces.
pub type ServicePermissions = Vec<(NamespaceName, ServiceActions)>;

/// When a service account ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServiceAccountEnd(Option<Timestamp>);

/// A service account to be made (`CreateServiceAccount`).
#[derive(Clone, Debug)]
pub struct NewServiceAccount {
    /// Its name.
    pub name: ServiceAccountName,
    /// What it may do. What is said of a namespace twice is put together.
    pub permissions: ServicePermissions,
    /// What it is for.
    pub description: String,
    /// When it ends; without that, never.
    pub end: Option<ServiceAccountEnd>,
    /// Whether it does not work yet.
    pub disabled: bool,
}

/// A service account that was made. The password is shown once.
#[derive(Clone)]
pub struct MadeServiceAccount {
    /// Its name.
    pub name: ServiceAccountName,
    /// Its password.
    pub password: String,
    /// When it ends; nothing for never.
    pub expires_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// What of a service account is to change (`ModifyServiceAccount`); the rest stays.
#[derive(Clone, Debug, Default)]
pub struct ServiceAccountChanges {
    /// What it is for.
    pub description: Option<String>,
    /// When it ends.
    pub end: Option<ServiceAccountEnd>,
    /// Whether it does not work.
    pub disabled: Option<bool>,
    /// All that it may do.
    pub permissions: Option<ServicePermissions>,
}

/// Another password for a service account.
#[derive(Clone)]
pub enum ServicePassword {
    /// A random one.
    Random,
    /// One that somebody chose.
    Chosen(String),
}

/// Service accounts of a listing.
#[derive(Clone, Debug)]
pub struct ServiceAccounts {
    /// How many there are in all.
    pub total: u64,
    /// Those of the page, each with what it may do.
    pub page: Vec<(ServiceAccount, ServicePermissions)>,
}

/// A rule for service accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServiceAccountRule {
    /// Of `Duration`.
    Days,
    /// Of `ExpiresAt`.
    End,
    /// Of a password that somebody chose.
    Password,
    /// A password has to be given where none is to be made.
    PasswordMissing,
}

impl fmt::Display for ServiceAccountRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Days => "a number of days from 1 to 36500, or -1 for no end",
            Self::End => "a time to come, in milliseconds since 1970 and before the year 10000, or -1 for no end",
            Self::Password => {
                "8 to 20 characters, with an upper-case letter, a lower-case letter and a digit among them, and no \
                 control characters"
            }
            Self::PasswordMissing => "a password is needed where Random is false",
        })
    }
}

impl ServiceAccountEnd {
    /// Reads `Duration`, in days, which goes over `ExpiresAt`, in milliseconds since 1970; nothing where neither is
    /// given.
    ///
    /// # Errors
    /// [`Error::InvalidServiceAccount`] when the one that counts is no time to come.
    pub fn read(days: Option<i64>, milliseconds: Option<i64>, now: Timestamp) -> Result<Option<Self>, Error> {
        let refused = |name, rule| Err(Error::InvalidServiceAccount { name, rule });
        match (days, milliseconds) {
            (None, None) => Ok(None),
            (Some(NO_END), _) | (None, Some(NO_END)) => Ok(Some(Self(None))),
            (Some(days @ 1..=MOST_DAYS), _) => {
                let days = u32::try_from(days).unwrap_or_default();
                Ok(Some(Self(Some(now.plus(DAY * days)))))
            }
            (Some(_), _) => refused("Duration", ServiceAccountRule::Days),
            (None, Some(end)) if end > now.milliseconds() && end < LATEST => {
                Ok(Some(Self(Some(Timestamp::from_microseconds(end * 1_000)))))
            }
            (None, Some(_)) => refused("ExpiresAt", ServiceAccountRule::End),
        }
    }

    /// The form of the API: milliseconds since 1970, or -1 for never.
    pub fn milliseconds(expires_at: Option<Timestamp>) -> i64 {
        expires_at.map_or(NO_END, Timestamp::milliseconds)
    }
}

impl ServicePassword {
    fn text(self) -> Result<String, Error> {
        match self {
            Self::Random => random::service_password(),
            Self::Chosen(text) if is_good(&text) => Ok(text),
            Self::Chosen(_) => {
                Err(Error::InvalidServiceAccount { name: "Password", rule: ServiceAccountRule::Password })
            }
        }
    }
}

/// Whether a password that somebody chose keeps the rules of `ModifyServiceAccountPassword`.
fn is_good(password: &str) -> bool {
    let has = |kind: fn(char) -> bool| password.chars().any(kind);
    (8..=20).contains(&password.chars().count())
        && has(|c| c.is_ascii_uppercase())
        && has(|c| c.is_ascii_lowercase())
        && has(|c| c.is_ascii_digit())
        && !has(char::is_control)
}

impl Core {
    /// Makes a service account with a random password.
    ///
    /// # Errors
    /// When the account has no such running instance, the operator may not, the name is in use, a namespace is not
    /// there, or the instance's edition allows no more.
    pub async fn create_service_account(
        &self,
        operator: Operator,
        instance: InstanceId,
        new: NewServiceAccount,
    ) -> Result<MadeServiceAccount, Error> {
        let now = Self::now();
        let expires_at = new.end.and_then(|ServiceAccountEnd(end)| end);
        let account = ServiceAccount {
            id: 0,
            instance,
            name: new.name,
            description: new.description,
            enabled: !new.disabled,
            expires_at,
            created_at: now,
            updated_at: now,
        };
        let (text, password) =
            self.new_password(&operator, &account.instance, &account.name, ServicePassword::Random).await?;
        let made =
            MadeServiceAccount { name: account.name.clone(), password: text, expires_at, created_at: now };
        let limits = Arc::clone(&self.limits);
        self.write(move |tx| {
            let instance = &account.instance;
            let found = running_instance(tx, &operator, instance, ResourcePath::Instance(instance))?;
            let permissions = numbered(tx, instance, &new.permissions)?;
            let used = service_accounts::count(tx, instance)?;
            let exists = || Error::ServiceAccountExists(account.name.clone());
            if service_accounts::find(tx, instance, &account.name)?.is_some() {
                return Err(exists());
            }
            limits.check_quota(&found, Quota::ServiceAccounts, used)?;
            let id = service_accounts::insert(tx, &account, &password)?.ok_or_else(exists)?;
            Ok(service_accounts::replace_permissions(tx, id, &permissions)?)
        })
        .await?;
        Ok(made)
    }

    /// An instance's service accounts by name, or those of them that have one of `names`; with what they may do where
    /// `with_permissions` says so.
    ///
    /// # Errors
    /// When the account has no such running instance, or the operator may not.
    pub async fn list_service_accounts(
        &self,
        operator: Operator,
        instance: InstanceId,
        names: Option<Vec<ServiceAccountName>>,
        with_permissions: bool,
        page: Page,
    ) -> Result<ServiceAccounts, Error> {
        self.read(move |tx| {
            running_instance(tx, &operator, &instance, ResourcePath::Instance(&instance))?;
            let (total, page) = match &names {
                None => {
                    let total = service_accounts::count(tx, &instance)?;
                    (total, service_accounts::list(tx, &instance, page)?)
                }
                Some(names) => {
                    let found = named(tx, &instance, names)?;
                    (found.len() as u64, cut(found, page))
                }
            };
            let with = |account: ServiceAccount| match with_permissions {
                true => Ok((account.clone(), service_accounts::list_permissions(tx, account.id)?)),
                false => Ok((account, Vec::new())),
            };
            Ok(ServiceAccounts { total, page: page.into_iter().map(with).collect::<Result<_, Error>>()? })
        })
        .await
    }

    /// Changes what a service account may do, whether it works, and until when; from the next request on.
    ///
    /// # Errors
    /// When the operator may not, or there is no such running instance, account or namespace.
    pub async fn modify_service_account(
        &self,
        operator: Operator,
        instance: InstanceId,
        name: ServiceAccountName,
        changes: ServiceAccountChanges,
    ) -> Result<(), Error> {
        let now = Self::now();
        self.write(move |tx| {
            let mut account = own_account(tx, &operator, &instance, &name)?;
            let changes = changes.clone();
            account.description = changes.description.unwrap_or(account.description);
            account.enabled = changes.disabled.map_or(account.enabled, |disabled| !disabled);
            account.expires_at = changes.end.map_or(account.expires_at, |ServiceAccountEnd(end)| end);
            account.updated_at = now;
            if let Some(permissions) = &changes.permissions {
                let permissions = numbered(tx, &instance, permissions)?;
                service_accounts::replace_permissions(tx, account.id, &permissions)?;
            }
            Ok(service_accounts::update(tx, &account)?)
        })
        .await
    }

    /// Gives a service account another password, which is answered. The one before is worth nothing from the next
    /// request on, nor are bearer tokens that were got with it.
    ///
    /// # Errors
    /// When the operator may not, there is no such running instance or account, or the chosen password breaks
    /// the rules.
    pub async fn set_service_account_password(
        &self,
        operator: Operator,
        instance: InstanceId,
        name: ServiceAccountName,
        password: ServicePassword,
    ) -> Result<String, Error> {
        let now = Self::now();
        let (text, password) = self.new_password(&operator, &instance, &name, password).await?;
        self.write(move |tx| {
            let account = own_account(tx, &operator, &instance, &name)?;
            Ok(service_accounts::set_password(tx, account.id, &password, now)?)
        })
        .await?;
        Ok(text)
    }

    /// Removes a service account.
    ///
    /// # Errors
    /// When the operator may not, or there is no such running instance or account.
    pub async fn delete_service_account(
        &self,
        operator: Operator,
        instance: InstanceId,
        name: ServiceAccountName,
    ) -> Result<(), Error> {
        self.write(move |tx| {
            let account = own_account(tx, &operator, &instance, &name)?;
            Ok(service_accounts::delete(tx, &account)?)
        })
        .await
    }

    /// A password, and what is kept of it. A hash costs much: it is made for an operator that may make service
    /// accounts.
    async fn new_password(
        &self,
        operator: &Operator,
        instance: &InstanceId,
        name: &ServiceAccountName,
        password: ServicePassword,
    ) -> Result<(String, Password), Error> {
        let text = password.text()?;
        let (operator, instance) = (operator.clone(), instance.clone());
        let may = move |tx: &Transaction<'_>| {
            running_instance(tx, &operator, &instance, ResourcePath::Instance(&instance)).map(drop)
        };
        self.read(may).await?;
        let turn = self.password_checks.turn().await?;
        let hash = self.password_checks.hash(text.clone(), &turn).await?;
        let mark = self.master_key.password_mark(name, &text);
        Ok((text, Password { id: random::token_id()?, mark, hash }))
    }
}

fn own_account(
    tx: &Transaction<'_>,
    operator: &Operator,
    instance: &InstanceId,
    name: &ServiceAccountName,
) -> Result<ServiceAccount, Error> {
    running_instance(tx, operator, instance, ResourcePath::Instance(instance))?;
    let found = service_accounts::find(tx, instance, name)?;
    found.ok_or_else(|| Error::ServiceAccountNotFound(name.clone()))
}

/// Those of an instance's accounts that have one of these names, by name.
fn named(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    names: &[ServiceAccountName],
) -> Result<Vec<ServiceAccount>, Error> {
    let mut names: Vec<_> = names.iter().collect();
    names.sort();
    names.dedup();
    let mut found = Vec::new();
    for name in names {
        found.extend(service_accounts::find(tx, instance, name)?);
    }
    Ok(found)
}

/// The permissions by the namespaces' numbers, each once.
fn numbered(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    permissions: &[(NamespaceName, ServiceActions)],
) -> Result<Vec<(i64, ServiceActions)>, Error> {
    let mut all = BTreeMap::new();
    for (name, actions) in permissions {
        let known = all.entry(name).or_insert(ServiceActions::NONE);
        *known = *known | *actions;
    }
    let number = |(name, actions): (&NamespaceName, ServiceActions)| {
        let found = namespaces::find(tx, instance, name)?;
        let found = found.ok_or_else(|| Error::NamespaceNotFound(name.clone()))?;
        Ok((found.id, actions))
    };
    all.into_iter().map(number).collect()
}

#[cfg(test)]
mod tests {
    use wharf_model::Timestamp;

    use super::{ServiceAccountEnd, is_good};
    use crate::Error;

    /// 2025-01-02T03:04:05.000Z, and some microseconds.
    const NOW: Timestamp = Timestamp::from_microseconds(1_735_787_045_000_123);

    fn end(days: Option<i64>, milliseconds: Option<i64>) -> Result<Option<i64>, &'static str> {
        match ServiceAccountEnd::read(days, milliseconds, NOW) {
            Ok(end) => Ok(end.map(|ServiceAccountEnd(end)| ServiceAccountEnd::milliseconds(end))),
            Err(Error::InvalidServiceAccount { name, .. }) => Err(name),
            Err(_) => Err("something else"),
        }
    }

    #[test]
    fn an_end_is_a_number_of_days_or_a_time_to_come_or_never() {
        let now = NOW.milliseconds();
        assert_eq!(end(None, None), Ok(None));
        assert_eq!(end(Some(10), None), Ok(Some(now + 10 * 86_400_000)));
        assert_eq!(end(Some(10), Some(1)), Ok(Some(now + 10 * 86_400_000)), "days go over a time");
        assert_eq!(end(None, Some(now + 1)), Ok(Some(now + 1)));
        assert_eq!(end(Some(-1), Some(1)), Ok(Some(-1)));
        assert_eq!(end(None, Some(-1)), Ok(Some(-1)));
        for days in [0, -2, 36_501, i64::MAX, i64::MIN] {
            assert_eq!(end(Some(days), None), Err("Duration"), "{days}");
        }
        for milliseconds in [0, -2, now, 1_676_897_989, i64::MAX, i64::MIN] {
            assert_eq!(end(None, Some(milliseconds)), Err("ExpiresAt"), "{milliseconds}");
        }
    }

    #[test]
    fn a_chosen_password_has_letters_of_both_cases_and_a_digit() {
        for password in ["NewPass123", "aB3aB3aB", "aB3:/ $ä", &"aB3x".repeat(5)] {
            assert!(is_good(password), "{password}");
        }
        let long = format!("{}x", "aB3x".repeat(5));
        for password in ["", "aB3aB3a", "newpass123", "NEWPASS123", "NewPasswd", "aB3aB3aB\n", &long] {
            assert!(!is_good(password), "{password}");
        }
    }
}
