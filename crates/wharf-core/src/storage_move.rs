//! Moves the default store's content from the store before to the store in use, while both serve. It can be stopped at
//! any time and goes on where it stopped.

use std::time::Instant;

use wharf_db::{
    blobs::{self, StoredBlob},
    leases,
    storage_moves::{self, StorageMove},
};
use wharf_model::{Digest, InstanceId};

use crate::{Core, Error, leases::LEASE};

/// Blobs looked at between two notes of how far it got.
const BATCH: u64 = 50;
/// Missing blobs that are named.
const MISSING_NAMED: usize = 100;
/// The name of the lease, and of the note.
const NAME: &str = "storage-move";

/// How far a move got.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MoveProgress {
    /// Blobs of all instances.
    pub blobs: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Blobs looked at in this pass.
    pub seen: u64,
    /// Blobs moved, also by runs before this one that were broken off.
    pub moved: u64,
    /// Their bytes.
    pub moved_bytes: u64,
    /// Blobs that neither store holds: the first hundred in this pass, and how many they are.
    pub missing: Vec<(InstanceId, Digest)>,
    /// How many are missing.
    pub missing_count: u64,
}

impl Core {
    /// Moves all content, and tells `report` of its progress. When a whole pass finds nothing to move, it is done.
    ///
    /// # Errors
    /// When there is no store before this one, another process moves already, or a store fails: what was moved stays.
    pub async fn move_storage(
        &self,
        mut report: impl FnMut(&MoveProgress) + Send,
    ) -> Result<MoveProgress, Error> {
        if self.content.previous.is_none() {
            return Err(Error::NothingToMove);
        }
        self.hold_move().await?;
        let (blobs, bytes) = self.read(|tx| Ok(blobs::count_all(tx)?)).await?;
        let noted = self.read(|tx| Ok(storage_moves::find(tx, NAME)?)).await?;
        let mut progress = MoveProgress { blobs, bytes, ..MoveProgress::default() };
        let mut from = noted.map(|noted| {
            (progress.moved, progress.moved_bytes) = (noted.moved, noted.bytes);
            noted.last
        });
        loop {
            let (moved_before, is_whole) = (progress.moved, from.is_none());
            self.move_after(from.take(), &mut progress, &mut report).await?;
            if is_whole && progress.moved == moved_before {
                self.write(|tx| Ok(storage_moves::delete(tx, NAME)?)).await?;
                return Ok(progress);
            }
        }
    }

    async fn hold_move(&self) -> Result<(), Error> {
        if self.holds_lease(NAME).await? { Ok(()) } else { Err(Error::MoveUnderWay) }
    }

    /// One pass, over all blobs after `last`.
    async fn move_after(
        &self,
        mut last: Option<(InstanceId, Digest)>,
        progress: &mut MoveProgress,
        report: &mut (impl FnMut(&MoveProgress) + Send),
    ) -> Result<(), Error> {
        (progress.seen, progress.missing_count) = (0, 0);
        progress.missing.clear();
        let mut held = Instant::now();
        loop {
            let after = last.clone();
            let batch = self.read(move |tx| Ok(blobs::list_after(tx, after.as_ref(), BATCH)?)).await?;
            let Some((instance, digest, _)) = batch.last() else { return Ok(()) };
            let end = (instance.clone(), digest.clone());
            for (instance, digest, blob) in batch {
                self.move_blob(instance, digest, blob, progress).await?;
                report(progress);
                // Large blobs take their time.
                if held.elapsed() >= Core::HOLD {
                    self.hold_move().await?;
                    held = Instant::now();
                }
            }
            self.note_move(end.clone(), progress).await?;
            last = Some(end);
        }
    }

    async fn move_blob(
        &self,
        instance: InstanceId,
        digest: Digest,
        blob: StoredBlob,
        progress: &mut MoveProgress,
    ) -> Result<(), Error> {
        progress.seen += 1;
        let Some(previous) = &self.content.previous else { return Ok(()) };
        let current = &self.content.current;
        let object = blob.object.as_deref();
        if current.has_blob(&instance, &digest, object).await?.is_some() {
            return Ok(());
        }
        if previous.has_blob(&instance, &digest, object).await?.is_none() {
            progress.missing_count += 1;
            if progress.missing.len() < MISSING_NAMED {
                progress.missing.push((instance, digest));
            }
            return Ok(());
        }
        let content = previous.open_blob(&instance, &digest, object, blob.size).await?;
        current.create_bucket(&instance).await?;
        current.import_blob(&instance, &digest, content).await?;
        progress.moved += 1;
        progress.moved_bytes += blob.size;
        self.write(move |tx| Ok(blobs::lies_under_digest(tx, &instance, &digest, blob.object.as_deref())?))
            .await
    }

    /// Notes how far it got, so that it goes on there, and holds the lease: only one process moves.
    async fn note_move(&self, last: (InstanceId, Digest), progress: &MoveProgress) -> Result<(), Error> {
        let state = StorageMove { last, moved: progress.moved, bytes: progress.moved_bytes };
        let (holder, now) = (self.process.clone(), Self::now());
        self.write(move |tx| {
            if !leases::take(tx, NAME, &holder, now, now.plus(LEASE))? {
                return Err(Error::MoveUnderWay);
            }
            Ok(storage_moves::put(tx, NAME, &state)?)
        })
        .await
    }
}
