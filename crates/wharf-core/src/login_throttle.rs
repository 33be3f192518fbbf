//! Wrong passwords are slowed: after a few in a row, the next attempt is heard only after a wait that doubles each time.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use crate::Error;

/// Failures in a row for one name from one address before the waits begin.
const FREE_FOR_NAME: u32 = 5;
/// Failures in a row from one address, whatever the names.
const FREE_FOR_ADDRESS: u32 = 50;
const FIRST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_secs(60);
/// How long a failure counts.
const MEMORY: Duration = Duration::from_secs(900);
/// Names and addresses kept at most; when there are more, the ones that failed longest ago are forgotten.
const KEPT: usize = 10_000;

/// Who fails to log in: a name from an address, or an address.
type Key = (Option<String>, Option<IpAddr>);

#[derive(Default)]
pub(crate) struct LoginThrottle {
    failures: Mutex<HashMap<Key, Failures>>,
}

#[derive(Clone, Copy)]
struct Failures {
    count: u32,
    last: Instant,
}

/// An attempt that is heard.
pub(crate) struct Attempt<'t> {
    throttle: &'t LoginThrottle,
    keys: [(Key, u32); 2],
}

impl LoginThrottle {
    /// Hears an attempt, or refuses it until the wait is over.
    pub(crate) fn begin(&self, user: &str, peer: Option<IpAddr>) -> Result<Attempt<'_>, Error> {
        let name = user.chars().take(128).collect();
        let keys = [((Some(name), peer), FREE_FOR_NAME), ((None, peer), FREE_FOR_ADDRESS)];
        let failures = self.lock();
        let wait = keys.iter().filter_map(|(key, free)| failures.get(key)?.wait(*free)).max();
        match wait {
            Some(wait) => Err(Error::TooManyAttempts { seconds: wait.as_secs() + 1 }),
            None => Ok(Attempt { throttle: self, keys }),
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Key, Failures>> {
        self.failures.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Attempt<'_> {
    /// The password was wrong.
    pub(crate) fn failed(self) {
        let now = Instant::now();
        let mut failures = self.throttle.lock();
        if failures.len() >= KEPT {
            forget(&mut failures, now);
        }
        for (key, _) in self.keys {
            let entry = failures.entry(key).or_insert(Failures { count: 0, last: now });
            let count = if entry.last.elapsed() > MEMORY { 0 } else { entry.count };
            *entry = Failures { count: count.saturating_add(1), last: now };
        }
    }

    /// The password was right: the failures of the name and of the address, which may be many people's, are forgotten.
    pub(crate) fn succeeded(self) {
        let mut failures = self.throttle.lock();
        for (key, _) in self.keys {
            failures.remove(&key);
        }
    }
}

impl Failures {
    fn wait(self, free: u32) -> Option<Duration> {
        let doublings = self.count.checked_sub(free)?.min(16);
        let wait = (FIRST_WAIT * 2u32.pow(doublings)).min(LONGEST_WAIT);
        wait.checked_sub(self.last.elapsed()).filter(|wait| !wait.is_zero())
    }
}

/// Drops what no longer counts, and where that is not enough, the older half.
fn forget(failures: &mut HashMap<Key, Failures>, now: Instant) {
    failures.retain(|_, failure| now.duration_since(failure.last) <= MEMORY);
    if failures.len() >= KEPT {
        let mut times: Vec<_> = failures.values().map(|failure| failure.last).collect();
        let (_, middle, _) = times.select_nth_unstable(KEPT / 2);
        let middle = *middle;
        failures.retain(|_, failure| failure.last > middle);
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};

    use super::{FREE_FOR_NAME, KEPT, LoginThrottle};
    use crate::Error;

    const HERE: Option<IpAddr> = Some(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)));
    const THERE: Option<IpAddr> = Some(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 2)));

    fn fail(throttle: &LoginThrottle, user: &str, times: u32) {
        for _ in 0..times {
            throttle.begin(user, HERE).unwrap().failed();
        }
    }

    #[test]
    fn a_few_failures_are_free_and_then_one_name_from_one_address_waits() {
        let throttle = LoginThrottle::default();
        fail(&throttle, "one", FREE_FOR_NAME);
        assert!(matches!(throttle.begin("one", HERE), Err(Error::TooManyAttempts { seconds: 1 })));
        assert!(throttle.begin("one", THERE).is_ok());
        assert!(throttle.begin("two", HERE).is_ok());
    }

    #[test]
    fn the_right_password_forgets_the_failures() {
        let throttle = LoginThrottle::default();
        fail(&throttle, "one", FREE_FOR_NAME - 1);
        throttle.begin("one", HERE).unwrap().succeeded();
        fail(&throttle, "one", FREE_FOR_NAME - 1);
        assert!(throttle.begin("one", HERE).is_ok());
    }

    #[test]
    fn many_names_from_one_address_wait_too() {
        let throttle = LoginThrottle::default();
        for number in 0..50 {
            fail(&throttle, &number.to_string(), 1);
        }
        assert!(throttle.begin("another", HERE).is_err());
        assert!(throttle.begin("another", THERE).is_ok());
    }

    #[test]
    fn memory_is_bounded() {
        let throttle = LoginThrottle::default();
        for number in 0..KEPT * 2 {
            let bytes = u32::try_from(number).unwrap().to_be_bytes();
            throttle.begin("x", Some(IpAddr::from(bytes))).unwrap().failed();
        }
        assert!(throttle.lock().len() <= KEPT + 2);
    }
}
