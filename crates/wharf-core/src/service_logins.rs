//! Service accounts log in: by name and password, at their instance's host, or at another where the path says which
//! instance is meant. Whoever logs in there may not have said so yet, as with `docker login`: then the account is found
//! by name and password, of which a short keyed hash is kept (the *mark*), so that one check of a password does.

use wharf_db::{
    Transaction,
    service_accounts::{self, Candidate, Validity},
};
use wharf_model::{NamespaceName, RepositoryName, ServiceAccountName, ServiceActions, Timestamp};

use crate::{Core, Door, Error, Identity, login_throttle::Attempt};

/// What a service account may do in its instance.
#[derive(Debug)]
pub(crate) struct ServiceReach(Vec<(NamespaceName, ServiceActions)>);

impl ServiceReach {
    pub(crate) fn of(tx: &Transaction<'_>, password_id: &str) -> Result<Self, Error> {
        Ok(Self(service_accounts::list_permitted(tx, password_id)?))
    }

    /// Whether it may pull anything.
    pub(crate) fn pulls(&self) -> bool {
        self.0.iter().any(|(_, actions)| actions.contains(ServiceActions::PULL))
    }

    /// Whether it may pull from a repository.
    pub(crate) fn may_pull(&self, repository: &RepositoryName) -> bool {
        let mut of_namespace = self.0.iter().filter(|(name, _)| *name == repository.namespace);
        of_namespace.any(|(_, actions)| actions.contains(ServiceActions::PULL))
    }
}

/// Whether an account that works so works at a moment.
fn works(validity: Validity, now: Timestamp) -> bool {
    validity.enabled && validity.expires_at.is_none_or(|end| now < end)
}

/// Who tries to log in, and with which password.
#[derive(Clone)]
struct Claim {
    attempt: Attempt,
    door: Door,
    /// Nothing where the text is no service account's name: then nobody is found, which takes as long.
    name: Option<ServiceAccountName>,
    mark: i64,
}

impl Claim {
    /// The accounts that may be meant, and whether failures are noted that a success would take away.
    fn candidates(&self, tx: &Transaction<'_>, now: Timestamp) -> Result<(bool, Vec<Candidate>), Error> {
        let failed_before = self.attempt.check(tx, now)?;
        let Some(name) = &self.name else { return Ok((failed_before, Vec::new())) };
        let mut found = service_accounts::list_candidates(tx, name, self.mark)?;
        if let Some(instance) = &self.door.instance {
            found.retain(|candidate| candidate.label == *instance);
        }
        // Somebody may have given accounts of two instances one name and one password.
        found.sort_by_key(|candidate| self.door.named.as_ref() != Some(&candidate.label));
        Ok((failed_before, found))
    }
}

impl Core {
    /// Who logs in as a service account.
    ///
    /// # Errors
    /// As [`Core::log_in`].
    pub(crate) async fn log_in_service_account(
        &self,
        user: &str,
        password: &str,
        door: Door,
    ) -> Result<Identity, Error> {
        // Accounts of many instances have one name. At an instance's host, only its own failures count.
        let counted = format!("{}/{user}", door.instance.as_deref().unwrap_or_default());
        let attempt = Attempt::new(&counted, door.address);
        let name = user.parse().ok();
        let mark = name.as_ref().map_or(0, |name| self.master_key.password_mark(name, password));
        let claim = Claim { attempt, door, name, mark };
        let (asked, now) = (claim.clone(), Self::now());
        let (failed_before, found) = self.read(move |tx| asked.candidates(tx, now)).await?;
        let checks = &self.password_checks;
        // Only the first: another may come before one that is remembered.
        let first = found.into_iter().next().filter(|first| works(first.validity, now));
        if let Some(known) = first.filter(|first| checks.remembers(password, &first.password_hash)) {
            return self.admit(claim, known, failed_before).await;
        }
        // Kept until the failure is noted: so many guesses at once get no further than one after the other.
        let turn = checks.turn().await?;
        let (asked, now) = (claim.clone(), Self::now());
        let (failed_before, found) = self.read(move |tx| asked.candidates(tx, now)).await?;
        let hashes = found.iter().map(|found| found.password_hash.clone()).collect();
        let right =
            checks.find(password, hashes, &turn).await?.and_then(|index| found.into_iter().nth(index));
        match right.filter(|right| works(right.validity, now)) {
            Some(right) => self.admit(claim, right, failed_before).await,
            None => {
                self.write(move |tx| claim.attempt.fail(tx, now)).await?;
                Err(Error::WrongCredentials)
            }
        }
    }

    async fn admit(&self, claim: Claim, found: Candidate, failed_before: bool) -> Result<Identity, Error> {
        if failed_before {
            let attempt = claim.attempt;
            self.write(move |tx| attempt.succeed(tx)).await?;
        }
        let name = claim.name.ok_or_else(|| Error::Internal("an account without a name".to_owned()))?;
        Ok(Identity::ServiceAccount {
            name,
            instance: found.instance,
            owner: found.owner,
            password_id: found.password_id,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use wharf_db::service_accounts::Validity;
    use wharf_model::Timestamp;

    use super::works;

    #[test]
    fn an_account_works_until_its_end_and_while_it_is_enabled() {
        let end = Timestamp::from_microseconds(1_735_787_045_000_000);
        let microsecond = Duration::from_micros(1);
        for (expires_at, now, expected) in [
            (None, end, true),
            (Some(end), end.minus(microsecond), true),
            (Some(end), end, false),
            (Some(end), end.plus(microsecond), false),
        ] {
            assert_eq!(works(Validity { enabled: true, expires_at }, now), expected);
            assert!(!works(Validity { enabled: false, expires_at }, now));
        }
    }
}
