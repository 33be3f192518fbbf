//! Wrong passwords are slowed: after a few in a row, the next attempt is heard only after a wait that doubles each time.
//! What is counted is in the metadata store, so that it holds whichever process hears the next attempt.

use std::{net::IpAddr, time::Duration};

use wharf_db::{
    Transaction,
    login_failures::{self, Failures},
};
use wharf_model::{Digest, Timestamp};

use crate::{Core, Error};

/// Failures in a row for one name from one address before the waits begin.
const FREE_FOR_NAME: u64 = 5;
/// Failures in a row from one address, whatever the names.
const FREE_FOR_ADDRESS: u64 = 50;
const FIRST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_secs(60);
/// How long a failure counts.
const MEMORY: Duration = Duration::from_secs(900);

/// An attempt to log in: what its failure is counted for, and how many are free.
#[derive(Clone)]
pub(crate) struct Attempt([(String, u64); 2]);

impl Attempt {
    /// The names that people try may be passwords: only a digest of them is kept.
    pub(crate) fn new(user: &str, peer: Option<IpAddr>) -> Self {
        let address = peer.map_or_else(|| "-".to_owned(), |peer| peer.to_string());
        let name = Digest::of(format!("name {address} {user}").as_bytes());
        let address = Digest::of(format!("address {address}").as_bytes());
        Self([(name.hex().to_owned(), FREE_FOR_NAME), (address.hex().to_owned(), FREE_FOR_ADDRESS)])
    }

    /// Refuses the attempt until the wait is over. Says whether failures are noted that its success would take away.
    pub(crate) fn check(&self, tx: &Transaction<'_>, now: Timestamp) -> Result<bool, Error> {
        let mut noted = false;
        for (key, free) in &self.0 {
            let Some(failures) = login_failures::find(tx, key)? else { continue };
            noted = true;
            if let Some(wait) = wait(failures, *free, now) {
                return Err(Error::TooManyAttempts { seconds: wait.as_secs() + 1 });
            }
        }
        Ok(noted)
    }

    /// The password was wrong.
    pub(crate) fn fail(&self, tx: &Transaction<'_>, now: Timestamp) -> Result<(), Error> {
        self.0.iter().try_for_each(|(key, _)| Ok(login_failures::add(tx, key, now, now.minus(MEMORY))?))
    }

    /// The password was right: the failures of the name and of the address, which may be many people's, are forgotten.
    pub(crate) fn succeed(&self, tx: &Transaction<'_>) -> Result<(), Error> {
        self.0.iter().try_for_each(|(key, _)| Ok(login_failures::delete(tx, key)?))
    }
}

impl Core {
    /// Forgets failed log-ins that no longer count. Says for how many names and addresses.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn forget_login_failures(&self) -> Result<u64, Error> {
        let forgotten = Self::now().minus(MEMORY);
        self.write(move |tx| Ok(login_failures::delete_older(tx, forgotten)?)).await
    }
}

fn wait(failures: Failures, free: u64, now: Timestamp) -> Option<Duration> {
    let doublings = u32::try_from(failures.count.checked_sub(free)?).unwrap_or(u32::MAX).min(16);
    let wait = (FIRST_WAIT * 2u32.pow(doublings)).min(LONGEST_WAIT);
    let since = now.microseconds().saturating_sub(failures.failed_at.microseconds());
    let since = Duration::from_micros(u64::try_from(since).unwrap_or_default());
    wait.checked_sub(since).filter(|wait| !wait.is_zero() && since < MEMORY)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use wharf_db::login_failures::Failures;
    use wharf_model::Timestamp;

    use super::{Attempt, FREE_FOR_NAME, LONGEST_WAIT, MEMORY, wait};

    #[test]
    fn a_few_are_free_and_then_the_wait_doubles_up_to_a_limit() {
        let now = Timestamp::now();
        let after = |count, since| wait(Failures { count, failed_at: now.minus(since) }, FREE_FOR_NAME, now);
        let at_once = Duration::ZERO;
        assert_eq!(after(FREE_FOR_NAME - 1, at_once), None);
        assert_eq!(after(FREE_FOR_NAME, at_once), Some(Duration::from_secs(1)));
        assert_eq!(after(FREE_FOR_NAME + 2, at_once), Some(Duration::from_secs(4)));
        assert_eq!(after(FREE_FOR_NAME + 2, Duration::from_secs(3)), Some(Duration::from_secs(1)));
        assert_eq!(after(FREE_FOR_NAME + 2, Duration::from_secs(4)), None);
        assert_eq!(after(u64::MAX, at_once), Some(LONGEST_WAIT));
        assert_eq!(after(u64::MAX, MEMORY), None);
    }

    #[test]
    fn names_and_addresses_are_counted_apart_and_not_kept() {
        let here = Attempt::new("swordfish", Some([192, 0, 2, 1].into()));
        let there = Attempt::new("swordfish", Some([192, 0, 2, 2].into()));
        let other = Attempt::new("other", Some([192, 0, 2, 1].into()));
        assert_ne!(here.0[0].0, there.0[0].0);
        assert_ne!(here.0[0].0, other.0[0].0);
        assert_eq!(here.0[1].0, other.0[1].0);
        assert!(!here.0[0].0.contains("swordfish"));
    }
}
