//! Has an instance's content move to another store (`ModifyInstanceStorage`). From the call on, new uploads go there.

use bytes::Bytes;
use wharf_db::{
    Transaction,
    instance_moves::{self, InstanceMove, MoveState},
    instances,
};
use wharf_model::{Algorithm, Digest, InstanceId, StorageName, Timestamp, policy::ResourcePath};

use crate::{
    Core, Error, Instance, Operator,
    instances::running_instance,
    queue::{EventKind, emit},
    random,
};

impl Core {
    /// Has an instance's content move to the store that the configuration calls `target`; the worker moves it. A move
    /// that came to its end without all blobs can be repeated. `region` is the instance's: only its content moves, not
    /// itself.
    ///
    /// # Errors
    /// When the account has no such instance, the operator may not, or the instance is not in use; when there is no
    /// such store, the content is there already or on its way, or `region` is another; when the stores are one and the
    /// same place, or the new one does not take content in.
    pub async fn modify_instance_storage(
        &self,
        operator: Operator,
        id: InstanceId,
        region: String,
        target: &str,
    ) -> Result<(), Error> {
        let (asking, wanted, here) = (operator.clone(), id.clone(), region.clone());
        let asked = self.read(move |tx| movable(tx, &asking, &wanted, &here));
        let (instance, _) = asked.await?;
        let target: StorageName = target.parse().map_err(|_| self.content.no_such(target))?;
        self.content.named(&target)?;
        if instance.storage != target {
            self.check_apart(&instance, &target).await?;
        }
        let now = Self::now();
        let begun = self
            .write(move |tx| {
                let (instance, before) = movable(tx, &operator, &id, &region)?;
                let begun = begin(&instance, before, &target, now)?;
                instances::set_storage(tx, &id, &instance.storage, &target)?;
                instance_moves::put(tx, &begun)?;
                emit(tx, EventKind::InstanceStorageModified, id.as_str())?;
                Ok(begun)
            })
            .await?;
        tell(&begun, "an instance's content begins to move to another store");
        self.work.notify_one();
        Ok(())
    }

    /// All moves that are under way, or came to their end without all blobs.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn list_instance_moves(&self) -> Result<Vec<InstanceMove>, Error> {
        self.read(|tx| Ok(instance_moves::list(tx)?)).await
    }

    /// Fails when content that goes to `target` is in the store that the instance is in, too: what is taken away in one
    /// would be gone in the other. Tries that with a few bytes, and so whether the new store takes content in.
    async fn check_apart(&self, instance: &Instance, target: &StorageName) -> Result<(), Error> {
        let id = &instance.id;
        let (from, to) = (self.content.holding(id, &instance.storage)?, self.content.named(target)?);
        let probe = Bytes::copy_from_slice(&random::bytes::<16>()?);
        let digest = Digest::by(Algorithm::Sha256, &probe);
        for new in to.stores() {
            new.import_blob(id, &digest, probe.clone().into()).await?;
            let mut is_same = false;
            for old in from.stores() {
                is_same |= old.has_blob(id, &digest, None).await?.is_some();
            }
            new.delete_blob(id, &digest, None).await?;
            if is_same {
                return Err(Error::StorageTwice { one: instance.storage.clone(), other: target.clone() });
            }
        }
        Ok(())
    }
}

/// The instance, when its content may move, and the move of it that came to its end without all blobs.
fn movable(
    tx: &Transaction<'_>,
    operator: &Operator,
    id: &InstanceId,
    region: &str,
) -> Result<(Instance, Option<InstanceMove>), Error> {
    let instance = running_instance(tx, operator, id, ResourcePath::Instance(id))?;
    if instance.region != region {
        return Err(Error::StorageRegion { instance: id.clone(), region: instance.region });
    }
    match instance_moves::find(tx, id)? {
        Some(before) if before.state != MoveState::Incomplete => {
            Err(Error::StorageMoveUnderWay { instance: id.clone(), target: before.target })
        }
        before => Ok((instance, before)),
    }
}

/// A move to `target`. Where one before it left blobs behind, the stores that these may be in are its sources too.
fn begin(
    instance: &Instance,
    before: Option<InstanceMove>,
    target: &StorageName,
    now: Timestamp,
) -> Result<InstanceMove, Error> {
    let mut sources = before.map(|before| before.sources).unwrap_or_default();
    sources.push(instance.storage.clone());
    sources.sort();
    sources.dedup();
    sources.retain(|source| source != target);
    if sources.is_empty() {
        return Err(Error::StorageUnchanged { instance: instance.id.clone(), storage: target.clone() });
    }
    Ok(InstanceMove {
        instance: instance.id.clone(),
        sources,
        target: target.clone(),
        state: MoveState::Copying,
        last: None,
        blobs: 0,
        bytes: 0,
        moved: 0,
        moved_bytes: 0,
        missing: 0,
        began_at: now,
        empty_at: None,
    })
}

pub(crate) fn tell(moving: &InstanceMove, what: &str) {
    let sources: Vec<_> = moving.sources.iter().map(StorageName::as_str).collect();
    let InstanceMove { instance, target, moved, moved_bytes, .. } = moving;
    tracing::info!(%instance, from = sources.join(","), to = %target, moved, bytes = moved_bytes, "{what}");
}
