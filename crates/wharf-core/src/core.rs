use std::sync::{Arc, RwLock};

use tokio::sync::Notify;
use wharf_blob::BlobStore;
use wharf_db::{Store, Transaction};
use wharf_model::{InstanceName, Timestamp, Uin};

use crate::{
    Error, Limits, MasterKey, login_throttle::LoginThrottle, pulls::PullCounter, signing::SigningKeys,
};

/// Who calls the cloud API: the account whose key signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Operator {
    /// The account.
    pub uin: Uin,
}

/// The rules, on a metadata store and a content store. Clones share them.
#[derive(Clone)]
pub struct Core {
    pub(crate) store: Store,
    pub(crate) content: BlobStore,
    pub(crate) master_key: Arc<MasterKey>,
    pub(crate) signing_keys: Arc<RwLock<Arc<SigningKeys>>>,
    pub(crate) login_throttle: Arc<LoginThrottle>,
    pub(crate) pull_counter: Arc<PullCounter>,
    pub(crate) limits: Arc<Limits>,
    pub(crate) domain: Arc<str>,
    pub(crate) work: Arc<Notify>,
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
        content: BlobStore,
        master_key: MasterKey,
        limits: Limits,
        domain: &str,
    ) -> Result<Self, Error> {
        let signing_keys = SigningKeys::load(&store, &master_key).await?;
        Ok(Self {
            store,
            content,
            master_key: master_key.into(),
            signing_keys: Arc::new(RwLock::new(signing_keys.into())),
            login_throttle: Arc::default(),
            pull_counter: Arc::default(),
            limits: limits.into(),
            domain: domain.into(),
            work: Arc::default(),
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

    /// Whether both stores answer now.
    ///
    /// # Errors
    /// The error of the store that does not.
    pub async fn check(&self) -> Result<(), Error> {
        self.store.read(|tx| wharf_db::accounts::find(tx, Uin::ROOT).map(drop)).await?;
        Ok(self.content.check().await?)
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

    pub(crate) async fn write<T: Send + 'static>(
        &self,
        work: impl FnMut(&Transaction<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        self.store.write(work).await
    }
}
