use std::{
    convert::Infallible,
    time::{Duration, Instant},
};

use bytes::Bytes;
use futures_util::{TryStreamExt, stream};
use wharf_model::{Algorithm, Digest, Hasher, InstanceId};

use crate::{BlobStore, Error, Stored, Upload};

/// How long a step may take.
const STEP: Duration = Duration::from_secs(120);
/// Bytes of a blob that goes in several parts.
const LARGE: usize = 36 << 20;
/// Bytes of what is composed of two halves, each large enough for a store to copy it by itself.
const COMPOSED: usize = 12 << 20;

/// What came of one step of an examination.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The step.
    pub what: &'static str,
    /// Nothing when it went well, else what went wrong, without secrets.
    pub outcome: Result<(), String>,
    /// How long it took.
    pub took: Duration,
}

/// Tries the steps on a blob of an instance that there is not.
pub(crate) async fn examine(store: &BlobStore) -> Vec<Finding> {
    let mut findings = Vec::new();
    let instance = format!("tcr-{}", &uuid::Uuid::new_v4().simple().to_string()[..8]).parse::<InstanceId>();
    let Ok(instance) = instance else { return findings };
    let probe = Probe { store, instance };
    if let Some(stored) = note(&mut findings, "write", probe.write(b"examined", 1)).await {
        probe.read_steps(&mut findings, &stored).await;
        note(&mut findings, "write in parts", probe.write_and_read(LARGE, 1)).await;
        note(&mut findings, "compose", probe.write_and_read(COMPOSED, 2)).await;
    }
    if findings.iter().any(|finding| finding.outcome.is_ok()) {
        note(&mut findings, "delete", probe.delete()).await;
    }
    findings
}

struct Probe<'a> {
    store: &'a BlobStore,
    instance: InstanceId,
}

impl Probe<'_> {
    async fn read_steps(&self, findings: &mut Vec<Finding>, stored: &Stored) {
        note(findings, "read back", self.read(b"examined", stored, 0)).await;
        note(findings, "read a part", self.read(b"examined", stored, 3)).await;
        let digest = Digest::of(b"examined");
        match self.store.redirect(&self.instance, &digest, stored.object.as_deref()).await {
            Ok(None) => {}
            Ok(Some(address)) => {
                note(findings, "read by a signed address", fetch(address)).await;
            }
            Err(error) => {
                note(findings, "read by a signed address", async { Err::<(), _>(error) }).await;
            }
        }
        if let Some(objects) = self.store.objects() {
            let list =
                async { expect(objects.list(&self.instance).await?.len() == 1, "the object is not listed") };
            note(findings, "list", list).await;
        }
    }

    async fn write(&self, content: &[u8], requests: usize) -> Result<Stored, Error> {
        self.store.create_bucket(&self.instance).await?;
        let id = uuid::Uuid::new_v4().to_string();
        let mut hasher = Hasher::new(Algorithm::Sha256);
        let (mut received, mut segments) = (0, Vec::new());
        let mut left = content.chunks(content.len().div_ceil(requests)).peekable();
        loop {
            let opened =
                self.store.open_upload(&self.instance, &id, received, hasher.clone(), segments.clone());
            let mut upload: Upload = opened.await?;
            let piece = left.next().unwrap_or_default();
            let body = piece.chunks(64 << 10).map(|it| Ok::<_, Infallible>(Bytes::copy_from_slice(it)));
            upload.append(stream::iter(body.collect::<Vec<_>>()), u64::MAX).await.map_err(
                |error| match error {
                    crate::AppendError::Store(error) => error,
                    other => std::io::Error::other(other.to_string()).into(),
                },
            )?;
            if left.peek().is_none() {
                return upload.commit(Digest::of(content)).await;
            }
            segments.extend(upload.sync().await?);
            received = upload.received();
            hasher = Hasher::resume(&upload.hash_state()).unwrap_or(hasher);
        }
    }

    async fn write_and_read(&self, length: usize, requests: usize) -> Result<(), Error> {
        let content: Vec<u8> = (0..length).map(|index| (index % 251) as u8).collect();
        let stored = self.write(&content, requests).await?;
        self.read(&content, &stored, 0).await
    }

    async fn read(&self, content: &[u8], stored: &Stored, offset: usize) -> Result<(), Error> {
        let (digest, object) = (Digest::of(content), stored.object.as_deref());
        let blob = self.store.open_blob(&self.instance, &digest, object, stored.size).await?;
        let mut pieces = Box::pin(blob.read(offset as u64, stored.size - offset as u64, None).await?);
        let mut rest = &content[offset..];
        while let Some(piece) = pieces.try_next().await? {
            expect(rest.starts_with(&piece), "other bytes came back")?;
            rest = &rest[piece.len()..];
        }
        expect(rest.is_empty(), "not all bytes came back")
    }

    async fn delete(&self) -> Result<(), Error> {
        self.store.delete_bucket(&self.instance).await?;
        match self.store.objects() {
            None => Ok(()),
            Some(objects) => expect(
                objects.list(&self.instance).await?.is_empty(),
                "objects are there after they were deleted",
            ),
        }
    }
}

async fn fetch(address: String) -> Result<(), Error> {
    let answer =
        reqwest::get(address).await.map_err(|error| Error::Unavailable(error.without_url().to_string()))?;
    let status = answer.status();
    let body = answer.bytes().await.map_err(|error| Error::Unavailable(error.without_url().to_string()))?;
    expect(&body[..] == b"examined", &format!("the answer is {status} without the blob"))
}

fn expect(holds: bool, else_: &str) -> Result<(), Error> {
    if holds { Ok(()) } else { Err(std::io::Error::other(else_).into()) }
}

async fn note<T>(
    findings: &mut Vec<Finding>,
    what: &'static str,
    step: impl Future<Output = Result<T, Error>>,
) -> Option<T> {
    let begun = Instant::now();
    let (outcome, value) = match tokio::time::timeout(STEP, step).await {
        Ok(Ok(value)) => (Ok(()), Some(value)),
        Ok(Err(error)) => (Err(error.to_string()), None),
        Err(_) => (Err(format!("no end within {} s", STEP.as_secs())), None),
    };
    findings.push(Finding { what, outcome, took: begun.elapsed() });
    value
}
