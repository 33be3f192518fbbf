use wharf_db::{access_keys, accounts};
use wharf_model::{SecretId, Uin};

use crate::{Account, Core, Error, NewAccessKey, passwords, policies::main_account, random};

/// A new account's credentials. They are shown once.
#[derive(Clone)]
pub struct NewAccount {
    /// The account's number.
    pub uin: Uin,
    /// What people call it.
    pub name: String,
    /// Its first access key.
    pub key: NewAccessKey,
    /// Its console password.
    pub password: String,
}

/// The root account's credentials where somebody wants them to be known before.
#[derive(Clone, Default)]
pub struct RootPreset {
    /// Its SecretId.
    pub secret_id: Option<SecretId>,
    /// Its SecretKey.
    pub secret_key: Option<String>,
    /// Its console password.
    pub password: Option<String>,
}

impl Core {
    /// Makes the root account, unless there is one: then nothing.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn create_root_account(&self, preset: RootPreset) -> Result<Option<NewAccount>, Error> {
        if self.read(|tx| Ok(accounts::find(tx, Uin::ROOT)?)).await?.is_some() {
            return Ok(None);
        }
        let key = NewAccessKey::new(preset.secret_id, preset.secret_key)?;
        let account = NewAccount {
            uin: Uin::ROOT,
            name: "root".to_owned(),
            key,
            password: preset.password.map_or_else(random::password, Ok)?,
        };
        let row = self.account_row(&account)?;
        let key = account.key.seal(account.uin, &self.master_key)?;
        self.write(move |tx| {
            if accounts::find(tx, Uin::ROOT)?.is_some() {
                return Ok(None);
            }
            accounts::insert(tx, &row)?;
            access_keys::insert(tx, &key)?;
            Ok(Some(account.clone()))
        })
        .await
    }

    /// Makes an account with its first access key: a sub-account of `owner`, or a main account.
    ///
    /// # Errors
    /// When the name is empty or longer than 64 characters, or there is no such main account.
    pub async fn create_account(&self, name: &str, owner: Option<Uin>) -> Result<NewAccount, Error> {
        let name = name.trim();
        if name.is_empty() || name.chars().count() > 64 {
            return Err(Error::InvalidValue { name: "name", rule: "1 to 64 characters".to_owned() });
        }
        let key = NewAccessKey::new(None, None)?;
        let account =
            NewAccount { uin: Uin::ROOT, name: name.to_owned(), key, password: random::password()? };
        let row = self.account_row(&account)?;
        let master_key = self.master_key.clone();
        self.write(move |tx| {
            if let Some(owner) = owner {
                main_account(tx, owner)?;
            }
            let uin = accounts::next_uin(tx)?.unwrap_or(Uin::ROOT);
            accounts::insert(tx, &Account { uin, owner, ..row.clone() })?;
            access_keys::insert(tx, &account.key.seal(uin, &master_key)?)?;
            Ok(NewAccount { uin, ..account.clone() })
        })
        .await
    }

    /// All accounts by number.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn list_accounts(&self) -> Result<Vec<Account>, Error> {
        self.read(|tx| Ok(accounts::list(tx)?)).await
    }

    /// Enables or disables an account. The keys and tokens of a disabled one stop at once, and those of its
    /// sub-accounts.
    ///
    /// # Errors
    /// When there is no such account.
    pub async fn set_account_enabled(&self, uin: Uin, enabled: bool) -> Result<(), Error> {
        self.write(move |tx| match accounts::set_enabled(tx, uin, enabled)? {
            true => Ok(()),
            false => Err(Error::AccountNotFound(uin)),
        })
        .await
    }

    fn account_row(&self, account: &NewAccount) -> Result<Account, Error> {
        Ok(Account {
            uin: account.uin,
            name: account.name.clone(),
            password_hash: passwords::hash(&account.password)?,
            enabled: true,
            created_at: Self::now(),
            owner: None,
        })
    }
}
