//! The audit log: who did what to what, from where, with which result.
//!
//! An edge says what is about to be done and does it inside [`Core::audited`]. The event of a change is written in the
//! transaction of the change, the first where there are several: none is acknowledged without its event. What changes
//! nothing, and what was refused, waits in memory for a second at most and is noted with all others then; what a crash
//! takes away is such a second.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use wharf_db::audit_events::{self, AuditEvent, Filter, Place, StoredAuditEvent};
use wharf_model::Timestamp;

use crate::{Core, Error, rate_limits::Bucket};

/// Events that wait to be noted at most.
const WAITING: usize = 10_000;
/// Events in one transaction.
const BATCH: usize = 500;
/// Events a second that anybody can cause, known or not: those beyond are only counted.
const STRANGERS_RATE: u32 = 20;
/// Old events that go in one transaction.
const PRUNED: u64 = 1_000;
/// Characters of a text, and of an event's parameters.
const TEXT_LIMIT: usize = 500;
const PARAMETERS_LIMIT: usize = 4_000;

/// What is kept of what is done. Each is a setting of the same name under `[audit]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditSettings {
    /// Whether calls that only read are noted.
    pub reads: bool,
    /// For how long events are kept.
    pub keep: Duration,
}

/// What an edge runs inside [`Core::audited`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audited {
    /// It may change something.
    Change,
    /// It only reads.
    Read,
}

/// Why something was not done, as its caller is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The error's code.
    pub code: String,
    /// The error's message, without a secret.
    pub message: Option<String>,
    /// What it would have been done to, where the event does not say it.
    pub resource: Option<String>,
}

/// What is done now, and whether its event is written.
struct Current {
    event: Mutex<AuditEvent>,
    is_written: AtomicBool,
}

tokio::task_local! {
    static CURRENT: Arc<Current>;
}

/// Events that are not written yet.
pub(crate) struct Journal(Mutex<Waiting>);

struct Waiting {
    events: Vec<AuditEvent>,
    /// Events that there was no room for.
    lost: u64,
    strangers: Bucket,
}

impl Default for AuditSettings {
    fn default() -> Self {
        Self { reads: false, keep: Duration::from_secs(90 * 86_400) }
    }
}

impl Core {
    /// Does `work`, of which `event` tells, and sees to it that the event is kept. `refusal` says how a failure is
    /// told; one of which it says nothing is not noted.
    pub async fn audited<T, E>(
        &self,
        event: AuditEvent,
        kind: Audited,
        work: impl Future<Output = Result<T, E>>,
        refusal: impl FnOnce(&E) -> Option<Refusal>,
    ) -> Result<T, E> {
        if kind == Audited::Read && !self.limits.audit.reads {
            let outcome = work.await;
            if let Some(refusal) = outcome.as_ref().err().and_then(refusal) {
                self.note_refusal(event, refusal);
            }
            return outcome;
        }
        let event = Mutex::new(cleaned(event));
        let current = Arc::new(Current { event, is_written: AtomicBool::new(false) });
        let outcome = CURRENT.scope(current.clone(), work).await;
        match outcome.as_ref().err().map(refusal) {
            None if current.is_written.load(Ordering::Acquire) => {}
            None => self.journal.add(current.event().clone()),
            Some(Some(refusal)) => self.note_refusal(current.event().clone(), refusal),
            Some(None) => {}
        }
        outcome
    }

    /// Notes that something was refused before it began.
    pub fn note_refusal(&self, event: AuditEvent, refusal: Refusal) {
        self.journal.add(cleaned(refused(event, refusal)));
    }

    /// As [`Self::note_refusal`], for what anybody can bring about as often as they like: of that only so much is
    /// noted, and the rest counted.
    pub fn note_stranger(&self, event: AuditEvent, refusal: Refusal) {
        self.journal.add_stranger(cleaned(refused(event, refusal)));
    }

    /// Writes the events that wait.
    ///
    /// # Errors
    /// When the store fails; they are written with the next ones then.
    pub async fn note_audit_events(&self) -> Result<(), Error> {
        loop {
            let events = Arc::new(self.journal.take());
            if events.is_empty() {
                return Ok(());
            }
            let noted = events.clone();
            let written = self.store.write_soon(move |tx| {
                noted.iter().try_for_each(|event| Ok::<_, Error>(audit_events::insert(tx, event)?))
            });
            if let Err(error) = written.await {
                self.journal.put_back(&events);
                return Err(error);
            }
        }
    }

    /// Events that pass `filter`, the last first: those before `before`.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn list_audit_events(
        &self,
        filter: Filter,
        before: Option<Place>,
        limit: u64,
    ) -> Result<Vec<StoredAuditEvent>, Error> {
        self.read(move |tx| Ok(audit_events::list_before(tx, &filter, before, limit)?)).await
    }

    /// As [`Self::list_audit_events`], the first first: those after `after`.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn export_audit_events(
        &self,
        filter: Filter,
        after: Option<Place>,
        limit: u64,
    ) -> Result<Vec<StoredAuditEvent>, Error> {
        self.read(move |tx| Ok(audit_events::list_after(tx, &filter, after, limit)?)).await
    }

    /// Forgets events that are older than they are to be kept. Says how many.
    ///
    /// # Errors
    /// When the store fails; what went until then is gone.
    pub async fn forget_audit_events(&self) -> Result<u64, Error> {
        let before = Self::now().minus(self.limits.audit.keep);
        let mut all = 0;
        loop {
            let gone =
                self.write_soon(move |tx| Ok(audit_events::delete_before(tx, before, PRUNED)?)).await?;
            all += gone;
            if gone < PRUNED {
                return Ok(all);
            }
        }
    }
}

/// The event of what is done now, unless it is written.
pub(crate) fn unwritten() -> Option<(AuditEvent, impl FnOnce())> {
    let current = CURRENT.try_with(Clone::clone).ok()?;
    if current.is_written.load(Ordering::Acquire) {
        return None;
    }
    let event = current.event().clone();
    Some((event, move || current.is_written.store(true, Ordering::Release)))
}

/// What is done now is done to `resource`, whose name its caller did not know.
pub(crate) fn name_resource(resource: &str) {
    // Outside of an edge nobody is told of.
    let _ = CURRENT.try_with(|current| current.event().resource = Some(resource.to_owned()));
}

impl Current {
    fn event(&self) -> MutexGuard<'_, AuditEvent> {
        self.event.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Journal {
    pub(crate) fn new() -> Self {
        let strangers = Bucket::full(STRANGERS_RATE, Instant::now());
        Self(Mutex::new(Waiting { events: Vec::new(), lost: 0, strangers }))
    }

    fn add(&self, event: AuditEvent) {
        self.waiting().add(event);
    }

    fn add_stranger(&self, event: AuditEvent) {
        let mut waiting = self.waiting();
        if waiting.strangers.take(STRANGERS_RATE, Instant::now()) {
            waiting.add(event);
        } else {
            waiting.lost += 1;
        }
    }

    /// Events for one transaction, the first first, and at their end one that tells how many there was no room for.
    fn take(&self) -> Vec<AuditEvent> {
        let mut waiting = self.waiting();
        let batch = waiting.events.len().min(BATCH);
        let mut events: Vec<_> = waiting.events.drain(..batch).collect();
        if waiting.lost > 0 && waiting.events.is_empty() {
            events.push(unnoted(waiting.lost));
            waiting.lost = 0;
        }
        events
    }

    fn put_back(&self, events: &[AuditEvent]) {
        let mut waiting = self.waiting();
        let newer = std::mem::take(&mut waiting.events);
        events.iter().cloned().chain(newer).for_each(|event| waiting.add(event));
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    fn add(&mut self, event: AuditEvent) {
        if self.events.len() < WAITING {
            self.events.push(event);
        } else {
            self.lost += 1;
        }
    }
}

/// Stands for events that were not noted one by one.
fn unnoted(count: u64) -> AuditEvent {
    AuditEvent {
        time: Timestamp::now(),
        request_id: None,
        account: None,
        owner: None,
        credential: None,
        address: None,
        product: "audit".to_owned(),
        action: "Unnoted".to_owned(),
        region: None,
        resource: None,
        code: Some("TooManyEvents".to_owned()),
        message: Some(format!("{count} refused calls or log-ins were too many to be noted one by one")),
        user_agent: None,
        parameters: None,
    }
}

fn refused(event: AuditEvent, refusal: Refusal) -> AuditEvent {
    let resource = refusal.resource.or(event.resource);
    AuditEvent { code: Some(refusal.code), message: refusal.message, resource, ..event }
}

/// An event whose texts are of a length that can be kept, and of characters that every store and terminal takes.
fn cleaned(event: AuditEvent) -> AuditEvent {
    let short = |text| clean(text, TEXT_LIMIT);
    AuditEvent {
        request_id: event.request_id.map(short),
        credential: event.credential.map(short),
        address: event.address.map(short),
        action: short(event.action),
        region: event.region.map(short),
        resource: event.resource.map(short),
        code: event.code.map(short),
        message: event.message.map(short),
        user_agent: event.user_agent.map(short),
        // Half of a JSON text is none.
        parameters: event.parameters.filter(|text| text.chars().count() <= PARAMETERS_LIMIT),
        ..event
    }
}

fn clean(text: String, limit: usize) -> String {
    if text.len() <= limit && text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return text;
    }
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(limit).collect()
}

#[cfg(test)]
mod tests {
    use super::{AuditEvent, BATCH, Journal, STRANGERS_RATE, WAITING, cleaned, unnoted};

    fn event(action: usize) -> AuditEvent {
        AuditEvent { action: action.to_string(), ..unnoted(0) }
    }

    #[test]
    fn what_there_is_no_room_for_is_counted() {
        let journal = Journal::new();
        (0..WAITING + 7).for_each(|number| journal.add(event(number)));
        let mut taken = Vec::new();
        loop {
            match journal.take() {
                events if events.is_empty() => break,
                events => taken.extend(events),
            }
        }
        assert_eq!(taken.len(), WAITING + 1);
        assert_eq!(taken[BATCH].action, BATCH.to_string());
        assert!(taken[WAITING].message.as_ref().unwrap().starts_with("7 "));
    }

    #[test]
    fn strangers_fill_nothing() {
        let journal = Journal::new();
        (0..1000).for_each(|number| journal.add_stranger(event(number)));
        journal.add(event(1000));
        let taken = journal.take();
        // One or two of them may come free meanwhile.
        assert!((STRANGERS_RATE as usize..STRANGERS_RATE as usize + 10).contains(&(taken.len() - 2)));
        assert_eq!(taken.last().unwrap().action, "Unnoted");
    }

    #[test]
    fn events_that_could_not_be_written_come_first_again() {
        let journal = Journal::new();
        journal.add(event(1));
        let taken = journal.take();
        journal.add(event(2));
        journal.put_back(&taken);
        let actions: Vec<_> = journal.take().into_iter().map(|event| event.action).collect();
        assert_eq!(actions, ["1", "2"]);
    }

    #[test]
    fn texts_are_cut_and_hold_no_control_characters() {
        let long = AuditEvent {
            message: Some("é".repeat(600)),
            resource: Some("a\0b\nc".to_owned()),
            parameters: Some("x".repeat(5000)),
            ..event(1)
        };
        let kept = cleaned(long);
        assert_eq!(kept.message.unwrap().chars().count(), 500);
        assert_eq!(kept.resource.as_deref(), Some("a b c"));
        assert_eq!(kept.parameters, None);
    }
}
