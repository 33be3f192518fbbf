//! What this process knows of changes, so that nothing read before a change is taken for true after it.
//!
//! Whoever remembers what it read notes the [`Moment`] before it reads, and asks before each use whether what it read
//! then [still stands](crate::Store::still_stands). A change by this process ends that before the change is
//! acknowledged; a change by another process within [`BOUND`].

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

/// How long another process's change may go unnoticed.
pub const BOUND: Duration = Duration::from_millis(200);

/// Repositories share this many marks; who shares a mark with a repository that changed is read again too.
const MARKS: usize = 4096;

/// A moment at which a view of the store is taken.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// The number of the last change before it.
    change: u64,
    at: Instant,
}

/// What of the things that may be remembered a transaction changes, takes away, or covers by something new.
#[derive(Debug, Default)]
pub(crate) struct Touched {
    everything: bool,
    repositories: Vec<i64>,
}

/// The numbers of the last changes.
pub(crate) struct Changes {
    began: Instant,
    last: AtomicU64,
    of_everything: AtomicU64,
    of_repositories: Box<[AtomicU64]>,
    /// Until when no other process changed anything without `of_everything` telling, in microseconds since `began`.
    known_until: AtomicU64,
}

impl Touched {
    pub(crate) fn touch(&mut self, repository: Option<i64>) {
        match repository {
            Some(repository) => self.repositories.push(repository),
            None => self.everything = true,
        }
    }
}

impl Changes {
    pub(crate) fn new() -> Self {
        Self {
            began: Instant::now(),
            last: AtomicU64::new(0),
            of_everything: AtomicU64::new(0),
            of_repositories: (0..MARKS).map(|_| AtomicU64::new(0)).collect(),
            known_until: AtomicU64::new(0),
        }
    }

    pub(crate) fn moment(&self) -> Moment {
        Moment { change: self.last.load(Ordering::Acquire), at: Instant::now() }
    }

    /// Whether what was read at `moment`, of `repository` or of what is above all of them, stands.
    pub(crate) fn still_stands(&self, moment: Moment, repository: Option<i64>) -> bool {
        let unchanged = |mark: &AtomicU64| mark.load(Ordering::Acquire) <= moment.change;
        let known_until = self.began + Duration::from_micros(self.known_until.load(Ordering::Acquire));
        known_until.max(moment.at).elapsed() < BOUND
            && unchanged(&self.of_everything)
            && repository.is_none_or(|repository| unchanged(self.mark(repository)))
    }

    /// Takes note of what a transaction changed, after its commit and before its answer.
    pub(crate) fn note(&self, touched: &Touched) {
        if !touched.everything && touched.repositories.is_empty() {
            return;
        }
        // Numbered after the commit: whoever noted this number or a later one before it read, has read the change.
        let change = self.last.fetch_add(1, Ordering::AcqRel) + 1;
        if touched.everything {
            self.of_everything.fetch_max(change, Ordering::AcqRel);
        }
        for repository in &touched.repositories {
            self.mark(*repository).fetch_max(change, Ordering::AcqRel);
        }
    }

    /// Takes note of a change by another process, whatever it was.
    pub(crate) fn note_foreign(&self) {
        self.note(&Touched { everything: true, repositories: Vec::new() });
    }

    /// Takes note that whatever other processes changed before `moment` was noted.
    pub(crate) fn known(&self, moment: Instant) {
        let moment = moment.saturating_duration_since(self.began).as_micros();
        self.known_until.fetch_max(u64::try_from(moment).unwrap_or_default(), Ordering::AcqRel);
    }

    fn mark(&self, repository: i64) -> &AtomicU64 {
        // Numbers of repositories follow one another, so that neighbours get marks of their own.
        let index = repository.unsigned_abs() % self.of_repositories.len() as u64;
        &self.of_repositories[usize::try_from(index).unwrap_or_default()]
    }
}

#[cfg(test)]
mod tests {
    use std::{thread, time::Instant};

    use super::{BOUND, Changes, MARKS, Touched};

    fn of(repository: i64) -> Touched {
        Touched { everything: false, repositories: vec![repository] }
    }

    #[test]
    fn a_change_ends_what_was_read_before_it_and_nothing_else() {
        let changes = Changes::new();
        let before = changes.moment();
        changes.note(&of(7));
        let after = changes.moment();
        assert!(!changes.still_stands(before, Some(7)));
        assert!(changes.still_stands(after, Some(7)));
        assert!(changes.still_stands(before, Some(8)));
        assert!(changes.still_stands(before, None));
        assert!(!changes.still_stands(before, Some(7 + i64::try_from(MARKS).unwrap())));
        changes.note_foreign();
        for repository in [None, Some(7), Some(8)] {
            assert!(!changes.still_stands(after, repository));
        }
        changes.note(&Touched::default());
        assert!(changes.still_stands(changes.moment(), None));
    }

    #[test]
    fn what_others_may_have_changed_stands_for_a_while_only() {
        let changes = Changes::new();
        let moment = changes.moment();
        thread::sleep(BOUND);
        assert!(!changes.still_stands(moment, None));
        changes.known(Instant::now());
        assert!(changes.still_stands(moment, None));
    }
}
