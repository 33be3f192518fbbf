use bytes::Bytes;
use futures_util::Stream;
use uuid::Uuid;
use wharf_blob::{AppendError, Upload};
use wharf_db::{
    Transaction, blobs,
    upload_sessions::{self, UploadSession},
};
use wharf_model::{Actions, Algorithm, Digest, Hasher, InstanceId};

use crate::{
    Caller, Core, Error, Instance, Target,
    access::{authorize, sees_all},
    namespaces::find_namespace,
    repositories::pushed_repository,
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
    /// When the caller may not push, there is no such namespace, or the instance has too many sessions.
    pub async fn begin_upload(
        &self,
        caller: Caller,
        target: Target,
        algorithm: Algorithm,
    ) -> Result<UploadStatus, Error> {
        let session = NewSession::new(algorithm, self.limits.upload_sessions);
        let status = UploadStatus { id: session.id.clone(), received: 0 };
        self.write(move |tx| {
            let instance = authorize(tx, &caller, &target, Actions::PUSH)?;
            session.insert(tx, &instance, &target)
        })
        .await?;
        Ok(status)
    }

    /// Makes a blob readable through another repository of its instance: of `from`, or of any that the caller may pull.
    /// Where that cannot be, begins an upload session.
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
        let session = NewSession::new(digest.algorithm(), self.limits.upload_sessions);
        let status = UploadStatus { id: session.id.clone(), received: 0 };
        self.write(move |tx| {
            let instance = authorize(tx, &caller, &target, Actions::PUSH)?;
            if !may_mount(tx, &caller, &instance, &digest, from.as_ref())? {
                session.insert(tx, &instance, &target)?;
                return Ok(Begun::Session(status.clone()));
            }
            let repository_id = pushed_repository(tx, &instance.id, &target.repository)?;
            blobs::link(tx, repository_id, &digest)?;
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
        let session = self.find_session(caller, target, id).await?;
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
        check_order(&session, start)?;
        let mut upload = self.open_session(&session).await?;
        self.append(&session, &mut upload, body).await?;
        self.note_progress(&session, &upload).await?;
        Ok(UploadStatus { received: upload.received(), id: session.id })
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
        check_order(&session, start)?;
        let mut upload = self.open_session(&session).await?;
        self.append(&session, &mut upload, body).await?;
        match upload.commit(digest.clone()).await {
            Ok(size) => {
                let finished = Finished { digest, size };
                self.link_blob(caller, target, session.id, finished.clone()).await?;
                Ok(finished)
            }
            Err(error) => {
                if matches!(error, wharf_blob::Error::DigestMismatch { .. }) {
                    self.discard(session.instance, session.id).await?;
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
        let session = self.find_session(caller, target, id).await?;
        self.discard(session.instance, session.id).await
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
                self.discard(session.instance, session.id).await?;
            }
        }
    }

    async fn find_session(&self, caller: Caller, target: Target, id: String) -> Result<UploadSession, Error> {
        self.read(move |tx| {
            let instance = authorize(tx, &caller, &target, Actions::PUSH)?;
            session_of(tx, &instance, &target, id.clone())
        })
        .await
    }

    /// Opens a session's bytes, which no other request can then do, and makes sure that the session still stands where it
    /// was found: a request that finished in between has acknowledged bytes that must not be cut off.
    async fn open_session(&self, session: &UploadSession) -> Result<Upload, Error> {
        let hasher = Hasher::resume(&session.hash_state);
        let hasher = hasher.ok_or_else(|| Error::Internal("an upload's hash state is not one".to_owned()))?;
        let upload = self.content.open_upload(&session.instance, &session.id, session.received, hasher).await;
        let upload = upload.map_err(|error| match error {
            wharf_blob::Error::Busy => Error::UploadBusy(session.id.clone()),
            wharf_blob::Error::NotFound => Error::UploadNotFound(session.id.clone()),
            other => other.into(),
        })?;
        let id = session.id.clone();
        match self.read(move |tx| Ok(upload_sessions::find(tx, &id)?)).await? {
            Some(now) if now.received == session.received => Ok(upload),
            Some(_) => Err(Error::UploadBusy(session.id.clone())),
            None => {
                self.content.discard_upload(&session.instance, &session.id).await?;
                Err(Error::UploadNotFound(session.id.clone()))
            }
        }
    }

    /// Takes in a body. Of one that breaks off, what came is noted, so that the sender can go on from there.
    async fn append<B, S>(&self, session: &UploadSession, upload: &mut Upload, body: S) -> Result<(), Error>
    where
        S: Stream<Item = Result<Bytes, B>> + Unpin + Send,
        B: std::fmt::Display,
    {
        let limit = self.limits.blob_size;
        let left = limit.saturating_sub(upload.received());
        match upload.append(body, left).await {
            Ok(()) => Ok(()),
            Err(AppendError::Body(error)) => {
                self.note_progress(session, upload).await?;
                Err(Error::BodyBroken(error.to_string()))
            }
            Err(AppendError::TooLong { .. }) => Err(Error::BlobTooLarge { limit }),
            Err(AppendError::Store(error)) => Err(error.into()),
        }
    }

    /// Acknowledges what the session received since it was opened: first the bytes are made durable, then the note.
    async fn note_progress(&self, session: &UploadSession, upload: &Upload) -> Result<(), Error> {
        let (id, from, received) = (session.id.clone(), session.received, upload.received());
        if received == from {
            return Ok(());
        }
        upload.sync().await?;
        let (state, now) = (upload.hash_state(), Self::now());
        let known =
            self.write(move |tx| Ok(upload_sessions::advance(tx, &id, from, received, &state, now)?)).await?;
        if known {
            return Ok(());
        }
        // The session ended while this request had it open: nothing leads to its bytes any more.
        self.content.discard_upload(&session.instance, &session.id).await?;
        Err(Error::UploadNotFound(session.id.clone()))
    }

    /// Makes the blob exist and readable through the repository, and ends the session, in one transaction.
    async fn link_blob(
        &self,
        caller: Caller,
        target: Target,
        session: String,
        blob: Finished,
    ) -> Result<(), Error> {
        let now = Self::now();
        self.write(move |tx| {
            let instance = authorize(tx, &caller, &target, Actions::PUSH)?;
            upload_sessions::delete(tx, &session)?;
            let repository_id = pushed_repository(tx, &instance.id, &target.repository)?;
            blobs::insert(tx, &instance.id, &blob.digest, blob.size, now)?;
            Ok(blobs::link(tx, repository_id, &blob.digest)?)
        })
        .await
    }

    async fn discard(&self, instance: InstanceId, id: String) -> Result<(), Error> {
        self.content.discard_upload(&instance, &id).await?;
        self.write(move |tx| Ok(upload_sessions::delete(tx, &id).map(drop)?)).await
    }
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
        return Ok(sees_all(&caller.identity, instance) && blobs::is_linked_in(tx, &instance.id, digest)?);
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
    limit: u64,
}

impl NewSession {
    fn new(algorithm: Algorithm, limit: u64) -> Self {
        Self { id: Uuid::new_v4().to_string(), hash_state: Hasher::new(algorithm).state(), limit }
    }

    fn insert(&self, tx: &Transaction<'_>, instance: &Instance, target: &Target) -> Result<(), Error> {
        find_namespace(tx, &instance.id, &target.repository.namespace)?;
        if upload_sessions::are_at_limit(tx, &instance.id, self.limit)? {
            return Err(Error::TooManyUploads { instance: target.instance.clone(), limit: self.limit });
        }
        let session = UploadSession {
            id: self.id.clone(),
            instance: instance.id.clone(),
            repository: target.repository.to_string(),
            received: 0,
            hash_state: self.hash_state.clone(),
            updated_at: Core::now(),
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

fn check_order(session: &UploadSession, start: Option<u64>) -> Result<(), Error> {
    match start {
        Some(start) if start != session.received => {
            Err(Error::UploadOutOfOrder { received: session.received, start })
        }
        _ => Ok(()),
    }
}
