//! How often a caller may call an action of the cloud API in a region.
//!
//! An allowance is a bucket: a second's worth of calls, two at least, that fills up again at the action's rate. Each
//! process decides by its own view of the bucket, in memory, so that no call waits for the database. What it let
//! through it tells the others by way of the database, a moment later and many calls at a time, and learns in return
//! what all of them together used. So processes that are called at the same moment may let through more than one
//! would, by as much as each of them does between two reports; the bucket then is in debt, and the rate over time is
//! kept exactly.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use tokio::sync::Notify;
use wharf_db::rate_limits;
use wharf_model::Uin;

use crate::{Core, Error};

/// Calls at once at least: at one a second, a clock's jitter is no excess.
const LEAST_BURST: u32 = 2;
/// Buckets told of in one transaction.
const REPORTED: usize = 500;
/// How many buckets are kept before the full ones, which say nothing, are let go.
const FIRST_SWEEP: usize = 1024;
/// How long rows are kept after their bucket was full again.
const MEMORY: Duration = Duration::from_secs(60);

/// What of the documented rates is enforced. Each is a setting under `[rate_limits]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallRates {
    /// Whether any is.
    pub enabled: bool,
    /// Hundredths of the documented rates.
    pub percent: u32,
    /// Calls a second of single actions, in the place of the documented ones.
    pub actions: HashMap<String, u32>,
}

/// A call that asks to be let through.
#[derive(Clone, Copy, Debug)]
pub struct RatedCall<'c> {
    /// Who calls.
    pub caller: Uin,
    /// The product, such as `tcr`.
    pub product: &'c str,
    /// The action.
    pub action: &'c str,
    /// The region that the call names.
    pub region: &'c str,
    /// Calls a second that the product documents for the action.
    pub documented: u32,
}

/// The buckets as this process sees them.
pub(crate) struct RateLimiter {
    buckets: Mutex<Buckets>,
    used: Notify,
}

struct Buckets {
    by_key: HashMap<String, Bucket>,
    sweep_at: usize,
}

/// One allowance. What is used of it is time: that until which it is all used again.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bucket {
    /// How long the bucket takes to gain one call.
    interval: Duration,
    /// When the bucket is full again, if nobody calls.
    full_at: Instant,
    /// Calls let through that other processes do not know of.
    unreported: u32,
}

impl Default for CallRates {
    fn default() -> Self {
        Self { enabled: true, percent: 100, actions: HashMap::new() }
    }
}

impl CallRates {
    /// Calls a second of an action, one at least.
    fn of(&self, call: &RatedCall<'_>) -> u32 {
        let scaled = || u64::from(call.documented) * u64::from(self.percent) / 100;
        let own = self.actions.get(call.action).copied();
        own.unwrap_or_else(|| u32::try_from(scaled()).unwrap_or(u32::MAX)).max(1)
    }
}

impl Core {
    /// Lets a call through, or not.
    ///
    /// # Errors
    /// [`Error::TooManyCalls`], when the caller has called the action too often.
    pub fn admit_call(&self, call: &RatedCall<'_>) -> Result<(), Error> {
        let rates = &self.limits.call_rates;
        if !rates.enabled {
            return Ok(());
        }
        let rate = rates.of(call);
        let key = format!("{} {} {} {}", call.caller, call.region, call.product, call.action);
        if self.rate_limiter.take(key, rate, Instant::now()) {
            Ok(())
        } else {
            Err(Error::TooManyCalls { action: call.action.to_owned(), rate })
        }
    }

    /// Whether other processes are to be told of calls: on a store that only one serves on, nobody needs to know.
    pub fn shares_call_rates(&self) -> bool {
        self.limits.call_rates.enabled && self.store.is_shared()
    }

    /// Waits until there are calls to tell other processes of.
    pub async fn calls_to_report(&self) {
        self.rate_limiter.used.notified().await;
    }

    /// Tells other processes of the calls that were let through here, and learns of theirs.
    ///
    /// # Errors
    /// When the store fails; the calls are told of with the next ones then.
    pub async fn report_calls(&self) -> Result<(), Error> {
        let reports = self.rate_limiter.reports();
        if reports.is_empty() {
            return Ok(());
        }
        let costs: Vec<_> =
            reports.iter().map(|(key, bucket)| (key.clone(), bucket.interval * bucket.unreported)).collect();
        let used = self.write_soon(move |tx| {
            costs
                .iter()
                .map(|(key, cost)| Ok(rate_limits::add(tx, key, *cost)?))
                .collect::<Result<Vec<_>, _>>()
        });
        match used.await {
            Ok(used) => {
                self.rate_limiter.settle(reports, &used, Instant::now());
                Ok(())
            }
            Err(error) => {
                self.rate_limiter.put_back(reports);
                Err(error)
            }
        }
    }

    /// Forgets buckets that nobody used for a while. Says how many.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn forget_calls(&self) -> Result<u64, Error> {
        self.write_soon(|tx| Ok(rate_limits::delete_older(tx, MEMORY)?)).await
    }
}

impl RateLimiter {
    pub(crate) fn new() -> Self {
        let buckets = Buckets { by_key: HashMap::new(), sweep_at: FIRST_SWEEP };
        Self { buckets: Mutex::new(buckets), used: Notify::new() }
    }

    /// Takes a call out of the bucket of `key`; says whether one was left.
    fn take(&self, key: String, rate: u32, now: Instant) -> bool {
        let taken = self.buckets().get(key, rate, now).take(rate, now);
        if taken {
            self.used.notify_one();
        }
        taken
    }

    /// The buckets out of which calls were taken that are not told of, in the order of their keys, so that two
    /// processes do not wait for each other's rows. They count as told of from now on.
    fn reports(&self) -> Vec<(String, Bucket)> {
        let mut buckets = self.buckets();
        let used = buckets.by_key.iter_mut().filter(|(_, bucket)| bucket.unreported > 0);
        let mut reports: Vec<_> = used
            .take(REPORTED)
            .map(|(key, bucket)| {
                let report = (key.clone(), *bucket);
                bucket.unreported = 0;
                report
            })
            .collect();
        if reports.len() == REPORTED {
            self.used.notify_one();
        }
        reports.sort_unstable_by(|one, other| one.0.cmp(&other.0));
        reports
    }

    /// Takes over for how long the buckets are used up by all processes together.
    fn settle(&self, reports: Vec<(String, Bucket)>, used: &[Duration], now: Instant) {
        let mut buckets = self.buckets();
        for ((key, reported), used) in reports.into_iter().zip(used) {
            let bucket = buckets.by_key.entry(key).or_insert(Bucket { unreported: 0, ..reported });
            bucket.full_at = now + *used + bucket.interval * bucket.unreported;
        }
    }

    fn put_back(&self, reports: Vec<(String, Bucket)>) {
        let mut buckets = self.buckets();
        for (key, reported) in reports {
            let bucket = buckets.by_key.entry(key).or_insert(Bucket { unreported: 0, ..reported });
            bucket.unreported = bucket.unreported.saturating_add(reported.unreported);
        }
        self.used.notify_one();
    }

    fn buckets(&self) -> MutexGuard<'_, Buckets> {
        self.buckets.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Buckets {
    fn get(&mut self, key: String, rate: u32, now: Instant) -> &mut Bucket {
        if self.by_key.len() >= self.sweep_at {
            // A full bucket is as good as none.
            self.by_key.retain(|_, bucket| bucket.full_at > now || bucket.unreported > 0);
            self.sweep_at = (self.by_key.len() * 2).max(FIRST_SWEEP);
        }
        self.by_key.entry(key).or_insert_with(|| Bucket::full(rate, now))
    }
}

impl Bucket {
    /// A bucket of `rate` calls a second.
    pub(crate) fn full(rate: u32, now: Instant) -> Self {
        Self { interval: Duration::from_secs(1) / rate, full_at: now, unreported: 0 }
    }

    /// Takes one call; says whether one was left.
    pub(crate) fn take(&mut self, rate: u32, now: Instant) -> bool {
        let full_at = self.full_at.max(now) + self.interval;
        let is_left = full_at <= now + self.interval * rate.max(LEAST_BURST);
        if is_left {
            self.full_at = full_at;
            self.unreported = self.unreported.saturating_add(1);
        }
        is_left
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use wharf_model::Uin;

    use super::{CallRates, FIRST_SWEEP, RateLimiter, RatedCall};

    fn passed(limiter: &RateLimiter, rate: u32, now: Instant, calls: u32) -> usize {
        (0..calls).filter(|_| limiter.take("key".to_owned(), rate, now)).count()
    }

    #[test]
    fn a_second_s_worth_at_once_and_then_the_rate() {
        let (limiter, start) = (RateLimiter::new(), Instant::now());
        assert_eq!(passed(&limiter, 20, start, 100), 20);
        assert_eq!(passed(&limiter, 20, start + Duration::from_millis(49), 100), 0);
        assert_eq!(passed(&limiter, 20, start + Duration::from_millis(100), 100), 2);
        let ten_seconds_later = start + Duration::from_secs(10);
        assert_eq!(passed(&limiter, 20, ten_seconds_later, 100), 20);
    }

    #[test]
    fn whoever_calls_at_the_rate_is_never_refused_however_late_or_early_a_call_comes() {
        for rate in [1, 2, 3, 20, 100] {
            let (limiter, start) = (RateLimiter::new(), Instant::now());
            for number in 0..rate * 5 {
                let due = start + Duration::from_secs(1) / rate * number;
                // Every other call is late by half an interval.
                let late = Duration::from_secs(1) / rate / 2 * (number % 2);
                assert_eq!(passed(&limiter, rate, due + late, 1), 1, "call {number} at {rate} a second");
            }
        }
    }

    #[test]
    fn what_others_used_is_gone_here_too() {
        let (limiter, start) = (RateLimiter::new(), Instant::now());
        assert_eq!(passed(&limiter, 20, start, 5), 5);
        let reports = limiter.reports();
        assert_eq!(reports.iter().map(|(_, bucket)| bucket.unreported).collect::<Vec<_>>(), [5]);
        // Another one is let through while the report is on its way; others used 10.
        assert_eq!(passed(&limiter, 20, start, 1), 1);
        limiter.settle(reports, &[Duration::from_millis(750)], start);
        assert_eq!(passed(&limiter, 20, start, 100), 4);
        // A debt: until it is paid nothing is let through.
        limiter.settle(limiter.reports(), &[Duration::from_millis(1500)], start);
        assert_eq!(passed(&limiter, 20, start + Duration::from_millis(500), 100), 0);
        assert_eq!(passed(&limiter, 20, start + Duration::from_millis(550), 100), 1);
    }

    #[test]
    fn a_report_that_failed_is_told_with_the_next() {
        let (limiter, start) = (RateLimiter::new(), Instant::now());
        assert_eq!(passed(&limiter, 20, start, 3), 3);
        limiter.put_back(limiter.reports());
        assert_eq!(passed(&limiter, 20, start, 1), 1);
        assert_eq!(limiter.reports().iter().map(|(_, bucket)| bucket.unreported).collect::<Vec<_>>(), [4]);
        assert!(limiter.reports().is_empty());
    }

    #[test]
    fn full_buckets_are_let_go() {
        let (limiter, start) = (RateLimiter::new(), Instant::now());
        for number in 0..FIRST_SWEEP * 10 {
            let now = start + Duration::from_millis(number as u64);
            assert!(limiter.take(format!("caller {number}"), 20, now));
            // Nobody is told: what waits to be told is never let go.
            limiter.buckets().by_key.values_mut().for_each(|bucket| bucket.unreported = 0);
        }
        assert!(limiter.buckets().by_key.len() <= FIRST_SWEEP);
    }

    #[test]
    fn settings_scale_rates_and_set_single_ones() {
        let call = |action| RatedCall {
            caller: Uin::ROOT,
            product: "tcr",
            action,
            region: "ap-guangzhou",
            documented: 20,
        };
        let actions = [("DeleteImage".to_owned(), 3)].into();
        let rates = CallRates { percent: 250, actions, ..CallRates::default() };
        assert_eq!((rates.of(&call("CreateInstance")), rates.of(&call("DeleteImage"))), (50, 3));
        assert_eq!(CallRates { percent: 1, ..CallRates::default() }.of(&call("CreateInstance")), 1);
    }
}
