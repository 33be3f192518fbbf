//! Moves an instance's content to another store while it is served.
//!
//! The worker copies blob by blob; the row of a blob says where it is, so it is served from wherever that is. When
//! nothing is left to copy, and no upload lies in another store any more, the other stores are emptied of the instance.
//! It can be stopped at any time and goes on where it stopped.

use std::time::Duration;

use futures_util::future::{Either, select};
use tokio::time::sleep;
use wharf_db::{
    Transaction,
    blobs::{self, StoredBlob},
    instance_moves::{self, InstanceMove, MoveState},
    instances, upload_sessions,
};
use wharf_model::{Digest, InstanceId, InstanceStatus, Timestamp};

use crate::{Core, Error, Instance, content::Place, instance_storage::tell};

/// Blobs that are read in one transaction.
const BATCH: u64 = 50;
/// How often a move looks whether uploads that began before it have ended.
const WAIT: Duration = Duration::from_secs(2);
/// How long copied content stays where it was at least. What a process remembers of a blob's place is forgotten within
/// [`wharf_db::BOUND`]; the rest is for requests that have read it and not opened the blob yet.
const GRACE: Duration = Duration::from_secs(2);
/// How often a move looks whether its instance is to be removed.
const LOOK: Duration = Duration::from_secs(1);

impl Core {
    /// Goes on with the move of an instance's content; a repeated call goes on where the last one stopped. Says after
    /// which wait it is to be called again, when it is not at its end.
    ///
    /// # Errors
    /// When a store fails, or is not known here: what was copied stays.
    pub async fn move_instance_storage(&self, id: InstanceId) -> Result<Option<Duration>, Error> {
        let (asked, now) = (id.clone(), Self::now());
        let Some(moving) = self.write(move |tx| find_move(tx, &asked)).await? else { return Ok(None) };
        let work = async {
            match moving.state {
                MoveState::Copying | MoveState::Waiting => self.copy_content(moving).await,
                MoveState::Emptying => self.empty_sources(moving, now).await,
                MoveState::Incomplete => Ok(None),
            }
        };
        match select(Box::pin(work), Box::pin(self.until_deleted(&id))).await {
            Either::Left((outcome, _)) => outcome,
            Either::Right(((), _)) => Ok(None),
        }
    }

    /// Copies what lies in other stores, until all that there is lies in the new one.
    async fn copy_content(&self, mut moving: InstanceMove) -> Result<Option<Duration>, Error> {
        let target = self.content.holding(&moving.instance, &moving.target)?;
        target.current.create_bucket(&moving.instance).await?;
        loop {
            // No session begins elsewhere once the instance is to be in the new store. So what ends in a blob there has
            // done so before a pass that begins without any.
            let uploads_wait = self.uploads_wait(&moving).await?;
            if uploads_wait && moving.state == MoveState::Waiting {
                return Ok(Some(WAIT));
            }
            let is_whole = moving.last.is_none();
            moving.state = MoveState::Copying;
            if !self.copy_after(&target, &mut moving).await? {
                return Ok(None);
            }
            if uploads_wait {
                moving.state = MoveState::Waiting;
                return Ok(self.note_move_of(&moving).await?.then_some(WAIT));
            }
            if is_whole {
                return self.end_copying(moving).await;
            }
        }
    }

    /// One pass, over all blobs after the last that was looked at. Says whether the move still is the instance's.
    async fn copy_after(&self, target: &Place<'_>, moving: &mut InstanceMove) -> Result<bool, Error> {
        let instance = moving.instance.clone();
        if moving.last.is_none() {
            let counted = instance.clone();
            (moving.blobs, moving.bytes) = self.read(move |tx| Ok(blobs::count_in(tx, &counted)?)).await?;
            moving.missing = 0;
        }
        loop {
            let (asked, name, last) = (instance.clone(), moving.target.clone(), moving.last.clone());
            let listed =
                self.read(move |tx| Ok(blobs::list_elsewhere(tx, &asked, &name, last.as_ref(), BATCH)?));
            let batch = listed.await?;
            if batch.is_empty() {
                moving.last = None;
                return self.note_move_of(moving).await;
            }
            for (digest, blob) in batch {
                let is_copied = self.copy_blob(target, &instance, &digest, &blob).await?;
                moving.last = Some(digest.clone());
                moving.missing += u64::from(!is_copied);
                if !self.note_copy(moving, digest, blob, is_copied).await? {
                    return Ok(false);
                }
            }
        }
    }

    /// Copies a blob, verified. Says whether it was there, and was what it should be.
    async fn copy_blob(
        &self,
        target: &Place<'_>,
        instance: &InstanceId,
        digest: &Digest,
        blob: &StoredBlob,
    ) -> Result<bool, Error> {
        let source = self.content.holding(instance, &blob.storage)?;
        let storage = &blob.storage;
        let Some(content) = source.open(instance, digest, blob).await? else {
            tracing::error!(%instance, %digest, store = %storage, "a blob is missing: it cannot be moved");
            return Ok(false);
        };
        match target.current.import_blob(instance, digest, content).await {
            Ok(()) => Ok(true),
            Err(wharf_blob::Error::DigestMismatch { actual, .. }) => {
                tracing::error!(%instance, %digest, %actual, store = %storage, "a blob is damaged: it is not moved");
                Ok(false)
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn note_copy(
        &self,
        moving: &InstanceMove,
        digest: Digest,
        blob: StoredBlob,
        is_copied: bool,
    ) -> Result<bool, Error> {
        let moving = moving.clone();
        self.write(move |tx| {
            let is_ours = instance_moves::advance(tx, &moving)?;
            if is_ours
                && is_copied
                && blobs::was_copied(tx, &moving.instance, &digest, &blob.storage, &moving.target)?
            {
                instance_moves::count_moved(tx, &moving, blob.size)?;
            }
            Ok(is_ours)
        })
        .await
    }

    async fn note_move_of(&self, moving: &InstanceMove) -> Result<bool, Error> {
        let moving = moving.clone();
        self.write(move |tx| Ok(instance_moves::advance(tx, &moving)?)).await
    }

    /// Lets go of the other stores, where nothing was missing in them.
    async fn end_copying(&self, mut moving: InstanceMove) -> Result<Option<Duration>, Error> {
        if moving.missing > 0 {
            moving.state = MoveState::Incomplete;
            self.note_move_of(&moving).await?;
            let (instance, missing) = (&moving.instance, moving.missing);
            let what =
                "an instance's content was moved but for missing blobs; nothing is removed where it was";
            tracing::error!(%instance, missing, "{what}");
            return Ok(None);
        }
        let wait = self.signed_for(&moving)?;
        let empty_at = Self::now().plus(wait);
        let is_ours = self.write(move |tx| {
            Ok(instance_moves::begin_emptying(tx, &moving.instance, moving.began_at, empty_at)?)
        });
        Ok(is_ours.await?.then_some(wait))
    }

    /// How long addresses are good that clients were sent to.
    fn signed_for(&self, moving: &InstanceMove) -> Result<Duration, Error> {
        let mut longest = Duration::ZERO;
        for source in &moving.sources {
            let signed_for = self.content.holding(&moving.instance, source)?.signed_for();
            longest = longest.max(signed_for.unwrap_or_default());
        }
        Ok(longest)
    }

    async fn empty_sources(&self, moving: InstanceMove, now: Timestamp) -> Result<Option<Duration>, Error> {
        if let Some(left) = moving.empty_at.and_then(|empty_at| now.until(empty_at)) {
            return Ok(Some(left));
        }
        sleep(GRACE).await;
        for source in &moving.sources {
            self.content.holding(&moving.instance, source)?.delete_bucket(&moving.instance).await?;
        }
        let (id, began_at) = (moving.instance.clone(), moving.began_at);
        self.write(move |tx| Ok(instance_moves::delete(tx, &id, began_at)?)).await?;
        tell(&moving, "an instance's content was moved to another store");
        Ok(None)
    }

    /// Whether uploads of the instance lie in other stores. When they do not, they never will again.
    async fn uploads_wait(&self, moving: &InstanceMove) -> Result<bool, Error> {
        let (id, target) = (moving.instance.clone(), moving.target.clone());
        // As a change, which comes wholly before or after the ones that begin sessions: a view might see where the
        // instance is to be, and not yet a session of before that.
        self.write(move |tx| {
            let is_there = instances::find(tx, &id)?.is_some_and(|instance| instance.storage == target);
            Ok(!is_there || upload_sessions::are_elsewhere(tx, &id, &target)?)
        })
        .await
    }

    /// Ends when the instance is to be removed: what goes on with its content must come to an end before.
    async fn until_deleted(&self, id: &InstanceId) {
        loop {
            sleep(LOOK).await;
            let id = id.clone();
            let found = self.read(move |tx| Ok(instances::find(tx, &id)?)).await;
            // While the store does not answer, the move goes on.
            if found.is_ok_and(|found| !found.is_some_and(|found| is_kept(&found))) {
                return;
            }
        }
    }
}

/// The move of an instance that is not to be removed. What an earlier program left of an instance that it removed goes.
fn find_move(tx: &Transaction<'_>, id: &InstanceId) -> Result<Option<InstanceMove>, Error> {
    let moving = instance_moves::find(tx, id)?;
    match instances::find(tx, id)? {
        Some(instance) => Ok(moving.filter(|_| is_kept(&instance))),
        None => {
            if let Some(moving) = moving {
                instance_moves::delete(tx, id, moving.began_at)?;
            }
            Ok(None)
        }
    }
}

fn is_kept(instance: &Instance) -> bool {
    instance.status != InstanceStatus::Deleting
}
