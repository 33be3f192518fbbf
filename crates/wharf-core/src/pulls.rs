//! How often and when repositories and tags were pulled: counted in memory, noted every few seconds.

use std::{
    collections::HashMap,
    mem,
    sync::{Arc, Mutex, PoisonError},
};

use wharf_db::pulls::{self, Pulls};
use wharf_model::{InstanceId, Tag, Timestamp};

use crate::{Core, Error};

/// Repositories and tags pulled since the last note at most; pulls of more are not counted until then.
const KEPT: usize = 100_000;

/// A repository's number, and a tag of it or none.
type Key = (i64, Option<Tag>);

#[derive(Default)]
pub(crate) struct PullCounter {
    counts: Mutex<HashMap<Key, (u64, Timestamp)>>,
}

impl PullCounter {
    /// Counts a pull of a repository, by tag or digest.
    pub(crate) fn count(&self, repository_id: i64, tag: Option<Tag>, now: Timestamp) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.len() >= KEPT {
            return;
        }
        for key in
            [Some((repository_id, None)), tag.map(|tag| (repository_id, Some(tag)))].into_iter().flatten()
        {
            let entry = counts.entry(key).or_insert((0, now));
            *entry = (entry.0 + 1, now);
        }
    }

    fn put_back(&self, noted: &[(Key, (u64, Timestamp))]) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        for (key, (count, last)) in noted {
            let entry = counts.entry(key.clone()).or_insert((0, *last));
            *entry = (entry.0 + count, entry.1.max(*last));
        }
    }

    /// All that was counted, in the order in which the store keeps it: rows that are neighbours are found sooner.
    fn take(&self) -> Vec<(Key, (u64, Timestamp))> {
        let counts = mem::take(&mut *self.counts.lock().unwrap_or_else(PoisonError::into_inner));
        let mut counts: Vec<_> = counts.into_iter().collect();
        counts.sort_unstable_by(|one, other| one.0.cmp(&other.0));
        counts
    }
}

impl Core {
    /// Notes the pulls that were counted since the last note, in one transaction.
    ///
    /// # Errors
    /// When the store fails; the pulls are noted with the next ones then.
    pub async fn note_pulls(&self) -> Result<(), Error> {
        let counts = self.pull_counter.take();
        if counts.is_empty() {
            return Ok(());
        }
        let counts = Arc::new(counts);
        let noted = counts.clone();
        let outcome = self.write_soon(move |tx| {
            for ((repository_id, tag), (count, last)) in noted.iter() {
                pulls::add(tx, *repository_id, tag.as_ref().map(Tag::as_str), *count, *last)?;
            }
            Ok(())
        });
        outcome.await.inspect_err(|error| {
            // Rather not counted than counted twice.
            if !matches!(error, Error::Store(wharf_db::Error::Unknown)) {
                self.pull_counter.put_back(&counts);
            }
        })
    }

    /// How often and when an instance's repositories and tags were pulled.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn list_pulls(&self, instance: InstanceId) -> Result<Vec<Pulls>, Error> {
        self.read(move |tx| Ok(pulls::list(tx, &instance)?)).await
    }
}
