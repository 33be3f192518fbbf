//! Passwords are kept as Argon2id hashes in PHC form.

use std::sync::Arc;

use argon2::{Argon2, PasswordHasher, PasswordVerifier};
use aws_lc_rs::hmac::{HMAC_SHA256, Key, sign};
use quick_cache::sync::Cache;
use tokio::{
    sync::{Semaphore, SemaphorePermit},
    task::spawn_blocking,
};

use crate::{Error, random};

/// A hash of the cost of all others that no password has: it is checked where there is no account, so that a name that
/// nobody has takes as long as a wrong password.
const DECOY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
/// Right passwords remembered.
const KEPT: usize = 4 << 10;

/// The hash to keep of a password.
pub(crate) fn hash(password: &str) -> Result<String, Error> {
    let salt = random::bytes::<16>()?;
    let hash = Argon2::default().hash_password_with_salt(password.as_bytes(), &salt);
    hash.map(|hash| hash.to_string())
        .map_err(|error| Error::Internal(format!("a password could not be hashed: {error}")))
}

fn is_right(password: &str, hash: &str) -> bool {
    Argon2::default().verify_password(password.as_bytes(), hash).is_ok()
}

/// Hashes and checks passwords, as many at a time as there are processors: each takes 19 MiB and tens of milliseconds.
/// A right one is remembered under a keyed digest of hash and password, so that clients that log in with each request
/// do not pay for it each time.
pub(crate) struct PasswordChecks {
    turns: Semaphore,
    digests: Key,
    right: Cache<[u8; 32], ()>,
}

impl PasswordChecks {
    pub(crate) fn new() -> Result<Self, Error> {
        let at_once = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Ok(Self {
            turns: Semaphore::new(at_once),
            digests: Key::new(HMAC_SHA256, &random::bytes::<32>()?),
            right: Cache::new(KEPT),
        })
    }

    /// Waits for a turn to hash or to check. Whoever keeps it while a failure is noted can try no other password
    /// meanwhile.
    pub(crate) async fn turn(&self) -> Result<SemaphorePermit<'_>, Error> {
        self.turns.acquire().await.map_err(|_| Error::Internal("passwords are checked no more".to_owned()))
    }

    /// The hash to keep of a password.
    pub(crate) async fn hash(&self, password: String, _: &SemaphorePermit<'_>) -> Result<String, Error> {
        spawn_blocking(move || hash(&password)).await.map_err(broken)?
    }

    /// Whether the password is remembered as the one of `hash`.
    pub(crate) fn remembers(&self, password: &str, hash: &str) -> bool {
        self.right.get(&self.digest(password, hash)).is_some()
    }

    /// The first of `hashes` that is the password's. Without any it takes as long as with one.
    pub(crate) async fn find(
        &self,
        password: &str,
        hashes: Vec<String>,
        _: &SemaphorePermit<'_>,
    ) -> Result<Option<usize>, Error> {
        let (tried, hashes) = (password.to_owned(), Arc::new(hashes));
        let known = hashes.clone();
        let check = move || {
            if known.is_empty() {
                is_right(&tried, DECOY);
            }
            known.iter().position(|hash| is_right(&tried, hash))
        };
        let found = spawn_blocking(check).await.map_err(broken)?;
        if let Some(hash) = found.and_then(|index| hashes.get(index)) {
            self.right.insert(self.digest(password, hash), ());
        }
        Ok(found)
    }

    /// `hash` has another salt with each password, so what is remembered of one is nothing of the next.
    fn digest(&self, password: &str, hash: &str) -> [u8; 32] {
        let mut digest = [0; 32];
        digest.copy_from_slice(sign(&self.digests, format!("{hash} {password}").as_bytes()).as_ref());
        digest
    }
}

fn broken(error: tokio::task::JoinError) -> Error {
    Error::Internal(format!("a password could not be checked: {error}"))
}

#[cfg(test)]
mod tests {
    use super::{DECOY, PasswordChecks, hash, is_right};

    #[test]
    fn the_decoy_costs_what_every_hash_costs_and_is_no_password_s() {
        let cost = |hash: &str| hash.split('$').take(4).collect::<Vec<_>>().join("$");
        assert_eq!(cost(DECOY), cost(&hash("secret").unwrap()));
        assert!(argon2::PasswordHash::new(DECOY).is_ok(), "it is checked and not refused at once");
        assert!(!is_right("", DECOY));
    }

    #[tokio::test]
    async fn a_right_password_is_remembered_for_its_hash_only() {
        let checks = PasswordChecks::new().unwrap();
        let turn = checks.turn().await.unwrap();
        let first = checks.hash("Secret123".to_owned(), &turn).await.unwrap();
        let second = checks.hash("Secret123".to_owned(), &turn).await.unwrap();
        assert!(!checks.remembers("Secret123", &first));
        assert_eq!(checks.find("Secret12", vec![first.clone()], &turn).await.unwrap(), None);
        assert_eq!(checks.find("Secret123", Vec::new(), &turn).await.unwrap(), None);
        let hashes = vec![DECOY.to_owned(), first.clone()];
        assert_eq!(checks.find("Secret123", hashes, &turn).await.unwrap(), Some(1));
        assert!(checks.remembers("Secret123", &first) && !checks.remembers("Secret123", &second));
        assert!(!checks.remembers("Secret12", &first));
    }
}
