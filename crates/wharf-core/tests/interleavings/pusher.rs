//! Changes the repository at random.

use std::sync::Arc;

use bytes::Bytes;
use wharf_core::{Begun, Duplication, Error, PutManifest, Target};
use wharf_model::{Algorithm, Digest, ManifestLinkKind, Reference, Tag};

use crate::{
    fixture::{body, media_type},
    random::Random,
    world::{World, links},
};

pub struct Pusher {
    world: Arc<World>,
    random: Random,
}

impl Pusher {
    pub fn new(world: Arc<World>, seed: u64, number: u64) -> Self {
        Self { world, random: Random::new(seed, number) }
    }

    /// Makes that many changes. Says how many took effect.
    pub async fn change(mut self, changes: usize) -> usize {
        let mut effective = 0;
        for _ in 0..changes {
            effective += usize::from(self.change_one().await);
        }
        effective
    }

    async fn change_one(&mut self) -> bool {
        match self.random.below(22) {
            0..=5 => self.push().await,
            6..=7 => self.push_manifest().await,
            8 => self.upload_to_neighbour().await,
            9 => self.mount_secret().await,
            10..=12 => self.delete_blob().await,
            13..=14 => self.delete_tag().await,
            15..=16 => self.delete_manifest().await,
            17..=18 => self.delete_image().await,
            19..=20 => self.copy().await,
            _ if self.random.below(6) == 0 => self.delete_repository().await,
            _ => self.push().await,
        }
    }

    /// Brings in all that a manifest needs, then the manifest, as clients do.
    async fn push(&mut self) -> bool {
        let number = self.random.below(self.world.manifests.len());
        for manifest in self.with_children(number) {
            for (kind, digest) in links(media_type(&manifest), manifest.as_bytes()) {
                if kind != ManifestLinkKind::Manifest {
                    self.bring(&digest).await;
                }
            }
            if !self.put(&manifest).await {
                return false;
            }
        }
        true
    }

    /// Pushes a manifest without what it needs: that may be there or not.
    async fn push_manifest(&mut self) -> bool {
        let world = self.world.clone();
        let manifest = self.random.one_of(&world.manifests);
        self.put(manifest).await
    }

    /// The manifests of an index before it.
    fn with_children(&self, number: usize) -> Vec<String> {
        let manifests = &self.world.manifests;
        let whole = &manifests[number];
        let needs = links(media_type(whole), whole.as_bytes());
        let is_child = |manifest: &&String| {
            needs.contains(&(ManifestLinkKind::Manifest, Digest::of(manifest.as_bytes())))
        };
        manifests.iter().filter(is_child).chain([whole]).cloned().collect()
    }

    async fn put(&mut self, manifest: &str) -> bool {
        let world = self.world.clone();
        let digest = Digest::of(manifest.as_bytes());
        let tag = self.tag_for(&digest);
        let put = PutManifest {
            target: world.app.clone(),
            reference: Reference::Tag(tag),
            tags: Vec::new(),
            media_type: media_type(manifest).name().to_owned(),
            content: Bytes::copy_from_slice(manifest.as_bytes()),
        };
        match world.fixture.core.push_manifest(world.caller(), put).await {
            Ok(pushed) => {
                assert_eq!(pushed.digest, digest);
                true
            }
            Err(Error::ManifestContentMissing { .. }) => false,
            Err(error) => panic!("push: {error}"),
        }
    }

    /// A tag that may point at the manifest. Half of the tags are for each, so that one under a wrong tag is seen.
    fn tag_for(&mut self, digest: &Digest) -> Tag {
        let world = self.world.clone();
        let half = usize::from(digest.hex().as_bytes()[0] & 1);
        let tags: Vec<_> = world.tags.iter().skip(half).step_by(2).cloned().collect();
        let tag = self.random.one_of(&tags).clone();
        world.intend(&tag, digest);
        tag
    }

    /// Copies an image into another repository or back from there, where it may be when it is deleted here.
    async fn copy(&mut self) -> bool {
        let world = self.world.clone();
        let digest = Digest::of(self.random.one_of(&world.manifests).as_bytes());
        let back = self.random.below(2) == 0;
        let (from, to) = if back { (&world.copy, &world.app) } else { (&world.app, &world.copy) };
        let duplication = Duplication {
            source: from.repository.clone(),
            destination: to.repository.clone(),
            tag: self.tag_for(&digest),
            reference: Reference::Digest(digest),
            may_override: true,
        };
        let (operator, id) = (world.acme.operator.clone(), world.acme.id.clone());
        match world.fixture.core.duplicate_image(operator, id, duplication).await {
            Ok(()) => true,
            Err(Error::ManifestNotFound { .. } | Error::RepositoryNotFound(_)) => false,
            Err(error) => panic!("copy: {error}"),
        }
    }

    /// Mounts a blob or uploads it.
    async fn bring(&mut self, digest: &Digest) {
        let world = self.world.clone();
        let content = world.blobs.iter().find(|blob| Digest::of(blob) == *digest).unwrap();
        let from = match self.random.below(3) {
            0 => return self.upload(&world.app, content).await,
            1 => Some(world.base.clone()),
            _ => None,
        };
        let mounted = world.fixture.core.mount_blob(world.caller(), world.app.clone(), digest.clone(), from);
        match mounted.await.unwrap() {
            Begun::Mounted(mounted) => assert_eq!(mounted, *digest),
            Begun::Session(session) => self.finish(&world.app, session.id, content, 0).await,
        }
    }

    async fn upload_to_neighbour(&mut self) -> bool {
        let world = self.world.clone();
        let content = self.random.one_of(&world.blobs);
        self.upload(&world.base, content).await;
        true
    }

    async fn upload(&mut self, target: &Target, content: &[u8]) {
        let world = self.world.clone();
        let core = &world.fixture.core;
        let session = core.begin_upload(world.caller(), target.clone(), Algorithm::Sha256).await.unwrap();
        let first = self.random.below(content.len());
        if first > 0 {
            let chunk = body(&content[..first]);
            let (caller, target, id) = (world.caller(), target.clone(), session.id.clone());
            core.append_upload(caller, target, id, Some(0), chunk).await.unwrap();
        }
        self.finish(target, session.id, content, first).await;
    }

    async fn finish(&self, target: &Target, id: String, content: &[u8], from: usize) {
        let world = &self.world;
        let (digest, rest) = (Digest::of(content), body(&content[from..]));
        let core = &world.fixture.core;
        core.finish_upload(world.caller(), target.clone(), id, Some(from as u64), rest, digest)
            .await
            .unwrap();
    }

    /// Content of another instance cannot be mounted, whether its repository is named or not.
    async fn mount_secret(&mut self) -> bool {
        let world = self.world.clone();
        let digest = self.random.one_of(&world.secrets).clone();
        let froms = [None, Some(world.foreign[0].clone()), Some(world.foreign[1].clone())];
        let (core, from) = (&world.fixture.core, self.random.one_of(&froms).clone());
        match core.mount_blob(world.caller(), world.app.clone(), digest, from).await.unwrap() {
            Begun::Mounted(digest) => panic!("{digest} of another instance was mounted"),
            Begun::Session(session) => {
                core.cancel_upload(world.caller(), world.app.clone(), session.id).await.unwrap();
            }
        }
        false
    }

    async fn delete_blob(&mut self) -> bool {
        let world = self.world.clone();
        let content: &Vec<u8> = self.random.one_of(&world.blobs);
        let digest = Digest::of(content);
        // The neighbour's may go as well: that takes nothing from this repository.
        let target = if self.random.below(4) == 0 { &world.base } else { &world.app };
        let deletion = world.fixture.core.delete_blob(world.caller(), target.clone(), digest);
        took_effect(world.deleting(deletion).await)
    }

    async fn delete_tag(&mut self) -> bool {
        let world = self.world.clone();
        let reference = Reference::Tag(self.random.one_of(&world.tags).clone());
        self.delete(reference).await
    }

    async fn delete_manifest(&mut self) -> bool {
        let world = self.world.clone();
        let manifest = self.random.one_of(&world.manifests);
        self.delete(Reference::Digest(Digest::of(manifest.as_bytes()))).await
    }

    async fn delete(&self, reference: Reference) -> bool {
        let world = &self.world;
        let deletion = world.fixture.core.delete_manifest(world.caller(), world.app.clone(), reference);
        took_effect(world.deleting(deletion).await)
    }

    async fn delete_image(&mut self) -> bool {
        let world = self.world.clone();
        let tag = self.random.one_of(&world.tags).clone();
        let (operator, id, name) =
            (world.acme.operator.clone(), world.acme.id.clone(), world.app.repository.clone());
        let deletion = world.fixture.core.delete_image(operator, id, name, tag);
        took_effect(world.deleting(deletion).await)
    }

    async fn delete_repository(&mut self) -> bool {
        let world = self.world.clone();
        let (operator, id, name) =
            (world.acme.operator.clone(), world.acme.id.clone(), world.app.repository.clone());
        let deletion = world.fixture.core.delete_repository(operator, id, name, false);
        took_effect(world.deleting(deletion).await)
    }
}

/// Whether a deletion found what it was for, and that was not needed.
fn took_effect(deleted: Result<(), Error>) -> bool {
    match deleted {
        Ok(()) => true,
        Err(
            Error::BlobNotFound { .. }
            | Error::ManifestNotFound { .. }
            | Error::RepositoryNotFound(_)
            | Error::ContentInUse { .. },
        ) => false,
        Err(error) => panic!("deletion: {error}"),
    }
}
