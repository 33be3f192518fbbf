//! Instances whose content is on its way to another store.

use wharf_model::{Digest, InstanceId, StorageName, Timestamp};

use crate::{Error, FromColumn, Row, Transaction, column::Column, value::params};

/// A row of `instance_moves`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstanceMove {
    /// The instance.
    pub instance: InstanceId,
    /// The stores that its content comes from, which are emptied of it at the end.
    pub sources: Vec<StorageName>,
    /// The store that it goes to.
    pub target: StorageName,
    /// How far it is.
    pub state: MoveState,
    /// The last blob that was looked at in this pass; nothing where a pass has yet to begin.
    pub last: Option<Digest>,
    /// Blobs of the instance as the last pass over all of them began; 0 before.
    pub blobs: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Blobs moved so far.
    pub moved: u64,
    /// Their bytes.
    pub moved_bytes: u64,
    /// Blobs seen in this pass that no store holds, or that are damaged.
    pub missing: u64,
    /// When it was asked for, which tells it from other moves of the instance.
    pub began_at: Timestamp,
    /// When its sources are emptied, once that is known.
    pub empty_at: Option<Timestamp>,
}

/// How far a move is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MoveState {
    /// Blobs are being copied.
    Copying,
    /// All that was seen is copied; uploads that began in another store have yet to end.
    Waiting,
    /// All content is in the new store; what is left in the others goes.
    Emptying,
    /// It came to its end, but blobs were missing: these still count as being where they were, and nothing was removed.
    Incomplete,
}

impl MoveState {
    const ALL: [Self; 4] = [Self::Copying, Self::Waiting, Self::Emptying, Self::Incomplete];

    /// The word that stores keep.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Copying => "copying",
            Self::Waiting => "waiting",
            Self::Emptying => "emptying",
            Self::Incomplete => "incomplete",
        }
    }
}

impl FromColumn for MoveState {
    fn from_column(column: Column) -> Result<Self, Column> {
        let text = String::from_column(column)?;
        Self::ALL.into_iter().find(|state| state.name() == text).ok_or(Column::Text(text))
    }
}

/// Begins a move, in the place of one of the instance that came to its end.
pub fn put(tx: &Transaction<'_>, begun: &InstanceMove) -> Result<(), Error> {
    tx.note("DELETE FROM instance_moves WHERE instance_id = $1", params![begun.instance])?;
    tx.note(
        "INSERT INTO instance_moves (instance_id, sources, target, state, digest, blobs, bytes, moved, moved_bytes,
             missing, began_at, empty_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        params![
            begun.instance,
            joined(&begun.sources),
            begun.target,
            begun.state.name(),
            begun.last,
            begun.blobs,
            begun.bytes,
            begun.moved,
            begun.moved_bytes,
            begun.missing,
            begun.began_at,
            begun.empty_at,
        ],
    )
    .map(drop)
}

/// Notes how far a move got, but for what it moved ([`count_moved`]); says whether it still is the instance's.
pub fn advance(tx: &Transaction<'_>, now: &InstanceMove) -> Result<bool, Error> {
    let changed = tx.note(
        "UPDATE instance_moves SET state = $3, digest = $4, blobs = $5, bytes = $6, missing = $7
         WHERE instance_id = $1 AND began_at = $2",
        params![now.instance, now.began_at, now.state.name(), now.last, now.blobs, now.bytes, now.missing,],
    )?;
    Ok(changed > 0)
}

/// Counts a blob of so many bytes that was moved.
pub fn count_moved(tx: &Transaction<'_>, moving: &InstanceMove, bytes: u64) -> Result<(), Error> {
    tx.note(
        "UPDATE instance_moves SET moved = moved + 1, moved_bytes = moved_bytes + $3
         WHERE instance_id = $1 AND began_at = $2",
        params![moving.instance, moving.began_at, bytes],
    )
    .map(drop)
}

/// Notes that all content is where it should be, and when the rest goes; from now on no process may believe what it
/// read before of where blobs are. Says whether the move still is the instance's.
pub fn begin_emptying(
    tx: &Transaction<'_>,
    instance: &InstanceId,
    began_at: Timestamp,
    empty_at: Timestamp,
) -> Result<bool, Error> {
    let changed = tx.execute(
        "UPDATE instance_moves SET state = 'emptying', digest = NULL, empty_at = $3
         WHERE instance_id = $1 AND began_at = $2",
        params![instance, began_at, empty_at],
    )?;
    Ok(changed > 0)
}

/// The move of an instance.
pub fn find(tx: &Transaction<'_>, instance: &InstanceId) -> Result<Option<InstanceMove>, Error> {
    tx.first(concat!(columns!(), " WHERE instance_id = $1"), params![instance], read)
}

/// All moves, by instance. Grows with them, which are few.
pub fn list(tx: &Transaction<'_>) -> Result<Vec<InstanceMove>, Error> {
    tx.all(concat!(columns!(), " ORDER BY instance_id"), params![], read)
}

/// Forgets a move that came to its end.
pub fn delete(tx: &Transaction<'_>, instance: &InstanceId, began_at: Timestamp) -> Result<(), Error> {
    let sql = "DELETE FROM instance_moves WHERE instance_id = $1 AND began_at = $2";
    tx.note(sql, params![instance, began_at]).map(drop)
}

macro_rules! columns {
    () => {
        "SELECT instance_id, sources, target, state, digest, blobs, bytes, moved, moved_bytes, missing, began_at,
             empty_at
         FROM instance_moves"
    };
}
use columns;

fn read(row: &Row<'_>) -> Result<InstanceMove, Error> {
    Ok(InstanceMove {
        instance: row.get(0)?,
        sources: row.get::<Sources>(1)?.0,
        target: row.get(2)?,
        state: row.get(3)?,
        last: row.get(4)?,
        blobs: row.get(5)?,
        bytes: row.get(6)?,
        moved: row.get(7)?,
        moved_bytes: row.get(8)?,
        missing: row.get(9)?,
        began_at: row.get(10)?,
        empty_at: row.get(11)?,
    })
}

/// Names with commas between. The default store has its name here, so that no part is empty.
fn joined(names: &[StorageName]) -> String {
    names.iter().map(StorageName::as_str).collect::<Vec<_>>().join(",")
}

struct Sources(Vec<StorageName>);

impl FromColumn for Sources {
    fn from_column(column: Column) -> Result<Self, Column> {
        let text = String::from_column(column)?;
        let names = text.split(',').map(str::parse).collect::<Result<_, _>>();
        names.map(Self).map_err(|_| Column::Text(text))
    }
}
