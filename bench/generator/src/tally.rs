//! What a run counts.

use std::time::Duration;

use hdrhistogram::Histogram;
use serde::Serialize;

const LONGEST: u64 = 600_000_000;
const SIGNIFICANT_DIGITS: u8 = 3;

/// The counts of one thread, or of all of them together.
pub struct Tally {
    requests: u64,
    errors: u64,
    first_error: Option<String>,
    /// Bytes of bodies that were received.
    pub received: u64,
    /// Bytes of bodies that were sent.
    pub sent: u64,
    /// Microseconds that units took.
    latencies: Histogram<u64>,
}

/// What a run prints.
#[derive(Debug, Serialize)]
pub struct Outcome {
    units: u64,
    requests: u64,
    errors: u64,
    first_error: Option<String>,
    seconds: f64,
    /// Units in a second.
    rate: f64,
    received: u64,
    sent: u64,
    /// Microseconds; nothing when no unit ended.
    latency: Option<Latency>,
}

/// Microseconds by which so much of the units had ended.
#[derive(Debug, Serialize)]
struct Latency {
    p50: u64,
    p90: u64,
    p99: u64,
    max: u64,
}

impl Tally {
    /// Nothing counted yet.
    pub fn new() -> Result<Self, hdrhistogram::CreationError> {
        Ok(Self {
            requests: 0,
            errors: 0,
            first_error: None,
            received: 0,
            sent: 0,
            latencies: Histogram::new_with_bounds(1, LONGEST, SIGNIFICANT_DIGITS)?,
        })
    }

    /// An answer has come.
    pub fn request(&mut self) {
        self.requests += 1;
    }

    /// A unit was done.
    pub fn unit(&mut self, took: Duration) {
        self.latencies.saturating_record(u64::try_from(took.as_micros()).unwrap_or(LONGEST));
    }

    /// A unit failed.
    pub fn error(&mut self, error: &dyn std::error::Error) {
        self.errors += 1;
        self.first_error.get_or_insert_with(|| error.to_string());
    }

    /// Take the counts of another in.
    pub fn add(&mut self, other: &Self) {
        self.requests += other.requests;
        self.errors += other.errors;
        self.received += other.received;
        self.sent += other.sent;
        if self.first_error.is_none() {
            self.first_error.clone_from(&other.first_error);
        }
        // Both have the same bounds.
        let _ = self.latencies.add(&other.latencies);
    }

    /// The outcome of a run that took so long.
    pub fn outcome(&self, took: Duration) -> Outcome {
        let units = self.latencies.len();
        let seconds = took.as_secs_f64();
        let at = |part| self.latencies.value_at_quantile(part);
        let latency = (units > 0).then(|| Latency {
            p50: at(0.5),
            p90: at(0.9),
            p99: at(0.99),
            max: self.latencies.max(),
        });
        Outcome {
            units,
            requests: self.requests,
            errors: self.errors,
            first_error: self.first_error.clone(),
            seconds,
            rate: units as f64 / seconds,
            received: self.received,
            sent: self.sent,
            latency,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outcome_has_the_rate_and_the_latencies_of_all_threads() {
        let (mut one, mut other) = (Tally::new().unwrap(), Tally::new().unwrap());
        (1..=50).for_each(|number| one.unit(Duration::from_micros(number)));
        (51..=100).for_each(|number| other.unit(Duration::from_micros(number)));
        one.add(&other);
        let outcome = one.outcome(Duration::from_secs(2));
        assert_eq!((outcome.units, outcome.rate), (100, 50.0));
        let latency = outcome.latency.unwrap();
        assert_eq!((latency.p50, latency.p99, latency.max), (50, 99, 100));
    }
}
