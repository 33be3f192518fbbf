//! No input may take long, whoever sends it.

use std::{cell::Cell, time::Duration};

use rustix::time::{ClockId, clock_gettime};

/// Processor time that the server may spend to understand one input, on a build with checks.
const LIMIT: Duration = Duration::from_millis(50);
/// Slower ones than this are told, each that is slower than all before.
const TOLD: Duration = Duration::from_micros(200);

thread_local! {
    static SLOWEST: Cell<Duration> = const { Cell::new(TOLD) };
}

/// How often a slow input is tried again.
const TRIES: u32 = 4;

/// What `work` answers, where it keeps within the limit. Counts this thread's processor time, and of several tries the
/// fastest, so that other work on the machine makes nothing slow.
pub(crate) fn within_limit<T>(work: impl Fn() -> T) -> T {
    let (answer, mut took) = timed(&work);
    if took > SLOWEST.get() {
        took = (1..TRIES).map(|_| timed(&work).1).min().unwrap_or(took).min(took);
    }
    if took > SLOWEST.get() {
        SLOWEST.set(took);
        eprintln!("slowest input so far: {took:?}");
    }
    assert!(took < LIMIT, "an input took {took:?}");
    answer
}

fn timed<T>(work: &impl Fn() -> T) -> (T, Duration) {
    let before = spent();
    let answer = work();
    (answer, spent().saturating_sub(before))
}

fn spent() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or(0))
}
