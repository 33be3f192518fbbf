use std::{sync::Arc, time::Duration};

use futures_util::future::try_join;
use tokio::{sync::Notify, time::timeout};
use wharf_db::{Store, Transaction, audit_events};
use wharf_model::{InstanceName, Timestamp, Uin};

use crate::{
    Content, Error, Limits, MasterKey,
    audit::{self, Journal},
    bearer_tokens::BearerTokens,
    bookmarks::Bookmarks,
    key_uses::KeyUses,
    memory::Memory,
    passwords::PasswordChecks,
    pulls::PullCounter,
    random,
    rate_limits::RateLimiter,
    signing::KeyRing,
};

/// How long the stores may take to say that they are there.
const CHECK: Duration = Duration::from_secs(3);

/// The rules, on a metadata store and a content store. Clones share them.
#[derive(Clone)]
pub struct Core {
    pub(crate) store: Store,
    pub(crate) content: Content,
    pub(crate) master_key: Arc<MasterKey>,
    pub(crate) signing_keys: Arc<KeyRing>,
    pub(crate) pull_counter: Arc<PullCounter>,
    pub(crate) key_uses: Arc<KeyUses>,
    pub(crate) memory: Arc<Memory>,
    pub(crate) bookmarks: Arc<Bookmarks>,
    pub(crate) bearer_tokens: Arc<BearerTokens>,
    pub(crate) password_checks: Arc<PasswordChecks>,
    pub(crate) rate_limiter: Arc<RateLimiter>,
    pub(crate) journal: Arc<Journal>,
    pub(crate) limits: Arc<Limits>,
    pub(crate) domain: Arc<str>,
    pub(crate) work: Arc<Notify>,
    /// What this process is called, where only one may do something.
    pub(crate) process: String,
}

impl Core {
    /// Takes the stores in use, and makes the key that signs tokens where there is none yet.
    ///
    /// `domain` is the suffix of instance domains, with a port where clients need one.
    ///
    /// # Errors
    /// When the store fails, or a kept key cannot be opened with `master_key`.
    pub async fn open(
        store: Store,
        content: Content,
        master_key: MasterKey,
        limits: Limits,
        domain: &str,
    ) -> Result<Self, Error> {
        let signing_keys = KeyRing::open(&store, &master_key).await?;
        Ok(Self {
            store,
            content,
            master_key: master_key.into(),
            signing_keys: signing_keys.into(),
            pull_counter: Arc::default(),
            key_uses: Arc::default(),
            memory: Memory::new().into(),
            bookmarks: Bookmarks::new().into(),
            bearer_tokens: BearerTokens::new().into(),
            password_checks: PasswordChecks::new()?.into(),
            rate_limiter: RateLimiter::new().into(),
            journal: Journal::new().into(),
            limits: limits.into(),
            domain: domain.into(),
            work: Arc::default(),
            process: random::token_id()?,
        })
    }

    /// What is bounded, and by how much.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// The host by which clients reach an instance.
    pub fn instance_domain(&self, name: &InstanceName) -> String {
        format!("{}.{}", name.label(), self.domain)
    }

    /// Whether both stores answer now, within a short time.
    ///
    /// # Errors
    /// The error of the store that does not.
    pub async fn check(&self) -> Result<(), Error> {
        let database = async { self.read(|tx| Ok(wharf_db::accounts::find(tx, Uin::ROOT).map(drop)?)).await };
        let content = async { Ok(self.content.check().await?) };
        let both = timeout(CHECK, try_join(database, content)).await;
        both.map_err(|_| Error::Internal(format!("a store did not answer within {CHECK:?}")))?.map(drop)
    }

    /// Waits until there may be work for the worker.
    pub async fn work(&self) {
        self.work.notified().await;
    }

    pub(crate) fn now() -> Timestamp {
        Timestamp::now()
    }

    pub(crate) async fn read<T: Send + 'static>(
        &self,
        work: impl FnMut(&Transaction<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        self.store.read(work).await
    }

    /// Of what an edge had audited, the event is written with the change.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        mut work: impl FnMut(&Transaction<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let Some((event, written)) = audit::unwritten() else { return self.store.write(work).await };
        let done = self.store.write(move |tx| {
            let done = work(tx)?;
            audit_events::insert(tx, &event)?;
            Ok::<_, Error>(done)
        });
        let done = done.await?;
        written();
        Ok(done)
    }

    /// For what may be forgotten in a power failure.
    pub(crate) async fn write_soon<T: Send + 'static>(
        &self,
        work: impl FnMut(&Transaction<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        self.store.write_soon(work).await
    }
}
