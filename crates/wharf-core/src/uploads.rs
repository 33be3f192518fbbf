use std::sync::Arc;

use bytes::Bytes;
use futures_util::Stream;
use uuid::Uuid;
use wharf_blob::{AppendError, Segment, Stored, Upload};
use wharf_db::{
    Transaction,
    blobs::{self, StoredBlob},
    upload_segments::{self, UploadSegment},
    upload_sessions::{self, UploadSession},
};
use wharf_model::{Actions, Algorithm, Digest, Hasher, StorageName, policy::Coverage};

use crate::{
    Caller, Core, Error, Instance, Limits, Target,
    access::{authorize, reach},
    namespaces::find_namespace,
    queue::{EventKind, emit},
    repositories::{check_room, pushed_repository},
};

/// Sessions given up in one go.
const EXPIRE_BATCH: u64 = 100;

/// How far an upload session got.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UploadStatus {
    /// The session's id.
    pub id: String,
    /// Bytes acknowledged.
    pub received: u64,
}

/// What a request for an upload session led to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Begun {
    /// A session.
    Session(UploadStatus),
    /// No upload is needed: the blob was mounted.
    Mounted(Digest),
}

/// A blob that was taken in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finished {
    /// Its digest.
    pub digest: Digest,
    /// Its length in bytes.
    pub size: u64,
}

impl Core {
    /// Begins an upload session, whose hash is kept running by `algorithm`.
    ///
    /// # Errors
    /// When the caller may not push, there is no such namespace, the instance has too many sessions, or its edition
    /// allows no more repositories and this is none yet.
    pub async fn begin_upload(
        &self,
        caller: Caller,
        target: Target,
        algorithm: Algorithm,
    ) -> Result<UploadStatus, Error> {
        let session = NewSession::new(algorithm, &self.limits);
        let status = UploadStatus { id: session.id.clone(), received: 0 };
        // A session that holds nothing yet is as soon begun anew.
        self.write_soon(move |tx| {
            let instance = authorize(tx, &caller, &target, Actions::PUSH)?;
            session.insert(tx, &instance, &target)
        })
        .await?;
        Ok(status)
    }

    /// Makes a blob readable through another repository of its instance: of `from`, or of any where the caller may pull
    /// all. Where that cannot be, begins an upload session.
    ///
    /// # Errors
    /// As [`Self::begin_upload`]; when the caller's token does not cover `from`.
    pub async fn mount_blob(
        &self,
        caller: Caller,
        target: Target,
        digest: Digest,
        from: Option<Target>,
    ) -> Result<Begun, Error> {
        let session = NewSession::new(digest.algorithm(), &self.limits);
        let status = UploadStatus { id: session.id.clone(), received: 0 };
        self.write(move |tx| {
            let instance = authorize(tx, &caller, &target, Actions::PUSH)?;
            if !may_mount(tx, &caller, &instance, &digest, from.as_ref())? {
                session.insert(tx, &instance, &target)?;
                return Ok(Begun::Session(status.clone()));
            }
            let repository = pushed_repository(tx, &session.limits, &instance, &target.repository)?;
            blobs::link(tx, repository.id, &digest)?;
            Ok(Begun::Mounted(digest.clone()))
        })
        .await
    }

    /// How far a session got.
    ///
    /// # Errors
    /// When the caller may not push, or the repository has no such session.
    pub async fn upload_status(
        &self,
        caller: Caller,
        target: Target,
        id: String,
    ) -> Result<UploadStatus, Error> {
        let session = self.find_session(caller, target, id).await?.row;
        Ok(UploadStatus { id: session.id, received: session.received })
    }

    /// Takes in a chunk, durably. A body that breaks off leaves the session where it broke.
    ///
    /// `start` is where the sender says that the chunk begins.
    ///
    /// # Errors
    /// As [`Self::upload_status`]; when the chunk is out of order, the blob grows too large, or another request writes
    /// to the session.
    pub async fn append_upload<B, S>(
        &self,
        caller: Caller,
        target: Target,
        id: String,
        start: Option<u64>,
        body: S,
    ) -> Result<UploadStatus, Error>
    where
        S: Stream<Item = Result<Bytes, B>> + Unpin + Send,
        B: std::fmt::Display,
    {
        let session = self.find_session(caller, target, id).await?;
        session.check_order(start)?;
        let mut upload = self.open_session(&session).await?;
        let appended = self.append(&mut upload, body).await;
        let received = upload.received();
        // Of a body that broke off, what came is noted, so that the sender can go on from there.
        if matches!(appended, Ok(()) | Err(Error::BodyBroken(_))) {
            self.note_progress(&session, upload).await?;
        } else {
            upload.abandon().await;
        }
        appended?;
        Ok(UploadStatus { received, id: session.row.id })
    }

    /// Takes in a last chunk, which may be empty, and makes the blob of `digest` of the session, durably.
    ///
    /// # Errors
    /// As [`Self::append_upload`]; [`Error::DigestMismatch`] when the bytes are others: then the session is gone.
    pub async fn finish_upload<B, S>(
        &self,
        caller: Caller,
        target: Target,
        id: String,
        start: Option<u64>,
        body: S,
        digest: Digest,
    ) -> Result<Finished, Error>
    where
        S: Stream<Item = Result<Bytes, B>> + Unpin + Send,
        B: std::fmt::Display,
    {
        let session = self.find_session(caller.clone(), target.clone(), id).await?;
        session.check_order(start)?;
        let mut upload = self.open_session(&session).await?;
        match self.append(&mut upload, body).await {
            Ok(()) => {}
            Err(error @ Error::BodyBroken(_)) => {
                self.note_progress(&session, upload).await?;
                return Err(error);
            }
            Err(error) => {
                upload.abandon().await;
                return Err(error);
            }
        }
        match upload.commit(digest.clone()).await {
            Ok(stored) => self.finish_session(caller, target, session, digest, stored).await,
            Err(wharf_blob::Error::NotFound) => Err(Error::UploadNotFound(session.row.id)),
            Err(error) => {
                if matches!(error, wharf_blob::Error::DigestMismatch { .. }) {
                    self.give_up(session.row).await?;
                }
                Err(error.into())
            }
        }
    }

    /// Gives a session up.
    ///
    /// # Errors
    /// As [`Self::upload_status`].
    pub async fn cancel_upload(&self, caller: Caller, target: Target, id: String) -> Result<(), Error> {
        let session = self.find_session(caller, target, id).await?.row;
        let id = session.id.clone();
        if self.give_up(session).await? { Ok(()) } else { Err(Error::UploadNotFound(id)) }
    }

    /// Gives up the sessions that have lain still for too long. Says how many there were.
    ///
    /// # Errors
    /// When a store fails.
    pub async fn expire_uploads(&self) -> Result<usize, Error> {
        let before = Self::now().minus(self.limits.upload_idle);
        let mut expired = 0;
        loop {
            let sessions =
                self.read(move |tx| Ok(upload_sessions::list_idle(tx, before, EXPIRE_BATCH)?)).await?;
            if sessions.is_empty() {
                return Ok(expired);
            }
            expired += sessions.len();
            for session in sessions {
                self.give_up(session).await?;
            }
        }
    }

    /// Removes the bytes of a session that was given up. `subject` names its instance, itself and, where that is not
    /// the default one, the store that they lie in.
    ///
    /// # Errors
    /// When the content store fails.
    pub async fn discard_upload(&self, subject: &str) -> Result<(), Error> {
        let unknown = || Error::Internal(format!("`{subject}` names no upload"));
        let (instance, rest) = subject.split_once('/').ok_or_else(unknown)?;
        let (id, storage) = match rest.split_once('/') {
            Some((id, storage)) => (id, storage.parse()?),
            None => (rest, StorageName::default()),
        };
        let instance = instance.parse()?;
        Ok(self.content.holding(&instance, &storage)?.current.discard_upload(&instance, id).await?)
    }

    async fn find_session(&self, caller: Caller, target: Target, id: String) -> Result<Session, Error> {
        self.read(move |tx| {
            let instance = authorize(tx, &caller, &target, Actions::PUSH)?;
            let row = session_of(tx, &instance, &target, id.clone())?;
            let segments = if row.received == 0 { Vec::new() } else { upload_segments::list(tx, &row.id)? };
            Ok(Session { row, segments })
        })
        .await
    }

    /// Opens a session's bytes, and makes sure that the session still stands where it was found: a request that finished
    /// in between has acknowledged bytes that must not be cut off.
    async fn open_session(&self, session: &Session) -> Result<Upload, Error> {
        let UploadSession { id, instance, received, hash_state, storage, .. } = &session.row;
        let hasher = Hasher::resume(hash_state);
        let hasher = hasher.ok_or_else(|| Error::Internal("an upload's hash state is not one".to_owned()))?;
        let segments = session.segments.iter().map(segment).collect();
        let store = self.content.holding(instance, storage)?.current;
        let upload = store.open_upload(instance, id, *received, hasher, segments).await;
        let upload = upload.map_err(|error| match error {
            wharf_blob::Error::Busy => Error::UploadBusy(id.clone()),
            wharf_blob::Error::NotFound => Error::UploadNotFound(id.clone()),
            other => other.into(),
        })?;
        if upload.is_as_acknowledged() {
            return Ok(upload);
        }
        let asked = id.clone();
        match self.read(move |tx| Ok(upload_sessions::find(tx, &asked)?)).await? {
            Some(now) if now.received == *received => Ok(upload),
            found => {
                upload.abandon().await;
                Err(moved_on(id, found.as_ref()))
            }
        }
    }

    /// Takes in a body.
    async fn append<B, S>(&self, upload: &mut Upload, body: S) -> Result<(), Error>
    where
        S: Stream<Item = Result<Bytes, B>> + Unpin + Send,
        B: std::fmt::Display,
    {
        let limit = self.limits.blob_size;
        let left = limit.saturating_sub(upload.received());
        upload.append(body, left).await.map_err(|error| match error {
            AppendError::Body(error) => Error::BodyBroken(error.to_string()),
            AppendError::TooLong { .. } => Error::BlobTooLarge { limit },
            AppendError::Store(error) => error.into(),
        })
    }

    /// Acknowledges what the session received since it was opened: first the bytes are made durable, then the note.
    async fn note_progress(&self, session: &Session, mut upload: Upload) -> Result<(), Error> {
        let (id, from, received) = (session.row.id.clone(), session.row.received, upload.received());
        if received == from {
            return Ok(());
        }
        let segment = upload.sync().await?.map(row);
        let (state, now) = (upload.hash_state(), Self::now());
        let noted = self.write(move |tx| {
            if !upload_sessions::advance(tx, &id, from, received, &state, now)? {
                return Err(moved_on(&id, upload_sessions::find(tx, &id)?.as_ref()));
            }
            segment.iter().try_for_each(|segment| Ok(upload_segments::insert(tx, &id, segment)?))
        });
        match noted.await {
            Err(error @ (Error::UploadBusy(_) | Error::UploadNotFound(_))) => {
                upload.abandon().await;
                Err(error)
            }
            noted => noted,
        }
    }

    /// Makes the blob exist and readable through the repository, and ends the session, in one transaction. Then removes
    /// objects that nothing leads to any more.
    async fn finish_session(
        &self,
        caller: Caller,
        target: Target,
        session: Session,
        digest: Digest,
        stored: Stored,
    ) -> Result<Finished, Error> {
        let (now, id, received) = (Self::now(), session.row.id.clone(), session.row.received);
        let storage = session.row.storage.clone();
        let store = self.content.holding(&session.row.instance, &storage)?.current;
        let blob = StoredBlob { storage, size: stored.size, object: stored.object.clone() };
        let (linked, limits) = (digest.clone(), Arc::clone(&self.limits));
        let finished = self.write(move |tx| {
            let instance = authorize(tx, &caller, &target, Actions::PUSH)?;
            if !upload_sessions::delete(tx, &id, received)? {
                return Err(moved_on(&id, upload_sessions::find(tx, &id)?.as_ref()));
            }
            let repository = pushed_repository(tx, &limits, &instance, &target.repository)?;
            let is_new = blobs::insert(tx, &instance.id, &linked, &blob, now)?;
            blobs::link(tx, repository.id, &linked)?;
            Ok(is_new)
        });
        let is_kept = |object: &String| Some(object) == stored.object.as_ref();
        let mut leftover: Vec<_> = session.segments.iter().map(|segment| segment.object.clone()).collect();
        match finished.await {
            Ok(is_new) => {
                leftover.retain(|object| !is_kept(object));
                leftover.extend(stored.object.filter(|_| !is_new));
                store.delete_objects(&session.row.instance, leftover).await;
                Ok(Finished { digest, size: stored.size })
            }
            Err(error) => {
                // Another request may have made the blob of the same segment. What this one composed is its own.
                let is_lost = matches!(
                    error,
                    Error::UploadBusy(_) | Error::UploadNotFound(_) | Error::QuotaExceeded { .. }
                );
                let own = stored.object.filter(|object| is_lost && !leftover.contains(object));
                store.delete_objects(&session.row.instance, own.into_iter().collect()).await;
                Err(error)
            }
        }
    }

    /// Removes a session, if it still stands where it was found; its bytes are removed later. Says whether it did.
    async fn give_up(&self, session: UploadSession) -> Result<bool, Error> {
        let subject = subject(&session);
        let given_up = self
            .write(move |tx| {
                let removed = upload_sessions::delete(tx, &session.id, session.received)?;
                if removed {
                    emit(tx, EventKind::UploadGivenUp, &subject)?;
                }
                Ok(removed)
            })
            .await?;
        self.work.notify_one();
        Ok(given_up)
    }
}

/// A session as a request found it.
struct Session {
    row: UploadSession,
    segments: Vec<UploadSegment>,
}

impl Session {
    fn check_order(&self, start: Option<u64>) -> Result<(), Error> {
        let received = self.row.received;
        match start {
            Some(start) if start != received => Err(Error::UploadOutOfOrder { received, start }),
            _ => Ok(()),
        }
    }
}

/// What an event says of a session. The default store is not named, so that an earlier program understands it.
fn subject(session: &UploadSession) -> String {
    let UploadSession { instance, id, storage, .. } = session;
    if storage.is_default() { format!("{instance}/{id}") } else { format!("{instance}/{id}/{storage}") }
}

/// What became of a session that no longer stands where a request found it.
fn moved_on(id: &str, found: Option<&UploadSession>) -> Error {
    match found {
        Some(_) => Error::UploadBusy(id.to_owned()),
        None => Error::UploadNotFound(id.to_owned()),
    }
}

fn segment(row: &UploadSegment) -> Segment {
    Segment { start: row.start, length: row.length, object: row.object.clone() }
}

fn row(segment: Segment) -> UploadSegment {
    UploadSegment { start: segment.start, length: segment.length, object: segment.object }
}

/// Whether the caller may read the blob elsewhere in the instance.
fn may_mount(
    tx: &Transaction<'_>,
    caller: &Caller,
    instance: &Instance,
    digest: &Digest,
    from: Option<&Target>,
) -> Result<bool, Error> {
    let Some(from) = from else {
        let pulls = reach(tx, &caller.identity, instance)?.pulls(instance, caller.address);
        return Ok(pulls == Coverage::All && blobs::is_linked_in(tx, &instance.id, digest)?);
    };
    match authorize(tx, caller, from, Actions::PULL) {
        Ok(source) if source.id == instance.id => {
            Ok(blobs::find(tx, &instance.id, &from.repository, digest)?.is_some())
        }
        Ok(_) | Err(Error::Denied { .. } | Error::InstanceNotRunning { .. }) => Ok(false),
        Err(error) => Err(error),
    }
}

/// A session to be kept.
struct NewSession {
    id: String,
    hash_state: Vec<u8>,
    limits: Arc<Limits>,
}

impl NewSession {
    fn new(algorithm: Algorithm, limits: &Arc<Limits>) -> Self {
        let hash_state = Hasher::new(algorithm).state();
        Self { id: Uuid::new_v4().to_string(), hash_state, limits: Arc::clone(limits) }
    }

    fn insert(&self, tx: &Transaction<'_>, instance: &Instance, target: &Target) -> Result<(), Error> {
        find_namespace(tx, &instance.id, &target.repository.namespace)?;
        check_room(tx, &self.limits, instance, &target.repository)?;
        let limit = self.limits.upload_sessions;
        if upload_sessions::are_at_limit(tx, &instance.id, limit)? {
            return Err(Error::TooManyUploads { instance: target.instance.clone(), limit });
        }
        let session = UploadSession {
            id: self.id.clone(),
            instance: instance.id.clone(),
            repository: target.repository.to_string(),
            received: 0,
            hash_state: self.hash_state.clone(),
            updated_at: Core::now(),
            storage: instance.storage.clone(),
        };
        Ok(upload_sessions::insert(tx, &session)?)
    }
}

fn session_of(
    tx: &Transaction<'_>,
    instance: &Instance,
    target: &Target,
    id: String,
) -> Result<UploadSession, Error> {
    let repository = target.repository.to_string();
    let found = upload_sessions::find(tx, &id)?;
    found
        .filter(|session| session.instance == instance.id && session.repository == repository)
        .ok_or(Error::UploadNotFound(id))
}
