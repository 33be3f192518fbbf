//! When access keys last signed: remembered in memory, noted every few seconds, of each key once a minute at most.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use wharf_db::access_keys;
use wharf_model::{SecretId, Timestamp};

use crate::{Core, Error};

/// How long a key that is in use waits for the next note of it.
const PAUSE: Duration = Duration::from_secs(60);

#[derive(Default)]
pub(crate) struct KeyUses(Mutex<HashMap<SecretId, Use>>);

#[derive(Clone, Copy)]
struct Use {
    last: Timestamp,
    noted: Option<Timestamp>,
}

impl KeyUses {
    fn note(&self, secret_id: &SecretId, now: Timestamp) {
        let mut uses = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match uses.get_mut(secret_id) {
            Some(known) => known.last = known.last.max(now),
            None => {
                uses.insert(secret_id.clone(), Use { last: now, noted: None });
            }
        }
    }

    /// The uses to be noted now. Keys that were noted and lie still are forgotten.
    fn due(&self, now: Timestamp, pause: Duration) -> Vec<(SecretId, Timestamp)> {
        let mut uses = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_old = |time: Timestamp| time.plus(pause) <= now;
        uses.retain(|_, key| key.noted != Some(key.last) || !is_old(key.last));
        let due = uses.iter().filter(|(_, key)| key.noted != Some(key.last) && key.noted.is_none_or(is_old));
        due.map(|(secret_id, key)| (secret_id.clone(), key.last)).collect()
    }

    fn noted(&self, uses: &[(SecretId, Timestamp)]) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (secret_id, last) in uses {
            if let Some(key) = known.get_mut(secret_id) {
                key.noted = Some(*last);
            }
        }
    }
}

impl Core {
    /// Remembers that a key signed a request that was accepted.
    pub fn note_key_use(&self, secret_id: &SecretId) {
        self.key_uses.note(secret_id, Self::now());
    }

    /// Notes when keys last signed: those that were not noted for a minute, or, for a process that ends, all.
    ///
    /// # Errors
    /// When the store fails; they are noted later then.
    pub async fn note_key_uses(&self, all: bool) -> Result<(), Error> {
        let uses = self.key_uses.due(Self::now(), if all { Duration::ZERO } else { PAUSE });
        if uses.is_empty() {
            return Ok(());
        }
        let noted = uses.clone();
        self.write_soon(move |tx| {
            noted.iter().try_for_each(|(secret_id, last)| Ok(access_keys::note_use(tx, secret_id, *last)?))
        })
        .await?;
        self.key_uses.noted(&uses);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use wharf_model::Timestamp;

    use super::{KeyUses, PAUSE};

    #[test]
    fn a_first_use_is_noted_at_once_and_later_ones_once_a_minute() {
        let uses = KeyUses::default();
        let key = "AKIDsomebody".parse().unwrap();
        let at = |seconds: i64| Timestamp::from_microseconds(1_000_000 * seconds);
        let due =
            |now, pause: Duration| uses.due(now, pause).into_iter().map(|(_, last)| last).collect::<Vec<_>>();
        uses.note(&key, at(0));
        assert_eq!(due(at(1), PAUSE), [at(0)]);
        uses.noted(&[(key.clone(), at(0))]);
        uses.note(&key, at(2));
        assert_eq!(due(at(3), PAUSE), []);
        assert_eq!(due(at(3), Duration::ZERO), [at(2)]);
        assert_eq!(due(at(60), PAUSE), [at(2)]);
        uses.noted(&[(key.clone(), at(2))]);
        assert_eq!(due(at(62), PAUSE), []);
        assert!(uses.0.lock().unwrap().is_empty());
        uses.note(&key, at(70));
        assert_eq!(due(at(70), PAUSE), [at(70)]);
    }
}
