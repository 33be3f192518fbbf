//! Pulls from the repository all the while, and looks at all that it gets.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use wharf_core::{Error, StoredManifest};
use wharf_model::{Digest, ManifestLinkKind, Reference};

use crate::{
    random::Random,
    world::{World, links},
};

/// How often content may be missing, and its manifest there again at once, before that is no accident.
const CHANCES: usize = 20;

pub struct Puller {
    world: Arc<World>,
    random: Random,
}

impl Puller {
    pub fn new(world: Arc<World>, seed: u64, number: u64) -> Self {
        Self { world, random: Random::new(!seed, number) }
    }

    /// Pulls until the pushers are done. Says how many manifests it got whole.
    pub async fn pull_until(mut self, done: Arc<AtomicBool>) -> usize {
        let mut whole = 0;
        while !done.load(Ordering::Acquire) {
            whole += usize::from(self.pull_one().await);
            self.look_for_content_of_others().await;
        }
        whole
    }

    async fn pull_one(&mut self) -> bool {
        let world = self.world.clone();
        let reference = match self.random.below(2) {
            0 => Reference::Tag(self.random.one_of(&world.tags).clone()),
            _ => Reference::Digest(Digest::of(self.random.one_of(&world.manifests).as_bytes())),
        };
        let deletions = world.deletions();
        let Some(manifest) = self.manifest(&reference).await else { return false };
        match &reference {
            Reference::Digest(digest) => assert_eq!(manifest.digest, *digest),
            Reference::Tag(tag) => assert!(
                world.is_intended(tag, &manifest.digest),
                "{tag} points at {}, which was never pushed under it",
                manifest.digest
            ),
        }
        for (kind, digest) in links(manifest.media_type, &manifest.content) {
            if !self.link_holds(&manifest.digest, kind, &digest, deletions).await {
                return false;
            }
        }
        true
    }

    /// Whether the content is there. When it is not, the manifest that needs it must be gone, too.
    async fn link_holds(
        &self,
        manifest: &Digest,
        kind: ManifestLinkKind,
        digest: &Digest,
        deletions: Option<u64>,
    ) -> bool {
        for _ in 0..CHANCES {
            if self.is_there(kind, digest).await {
                return true;
            }
            assert!(
                deletions.is_none() || self.world.deletions() != deletions,
                "{digest} of {manifest} is missing, and nothing was deleted"
            );
            if self.manifest(&Reference::Digest(manifest.clone())).await.is_none() {
                return false;
            }
        }
        panic!("{digest} is missing, and {manifest} that needs it is there");
    }

    async fn is_there(&self, kind: ManifestLinkKind, digest: &Digest) -> bool {
        if kind == ManifestLinkKind::Manifest {
            return self.manifest(&Reference::Digest(digest.clone())).await.is_some();
        }
        match self.world.fixture.pull_blob(&self.world.acme.caller, &self.world.app, digest).await {
            Ok(content) => {
                assert_eq!(Digest::of(&content), *digest);
                true
            }
            Err(Error::BlobNotFound { .. }) => false,
            Err(error) => panic!("pull of a blob: {error}"),
        }
    }

    async fn manifest(&self, reference: &Reference) -> Option<Arc<StoredManifest>> {
        let world = &self.world;
        let pull = world.fixture.core.pull_manifest(world.caller(), world.app.clone(), reference.clone());
        match pull.await {
            Ok(manifest) => {
                assert_eq!(Digest::of(&manifest.content), manifest.digest);
                assert!(!world.elsewhere.contains(&manifest.digest));
                Some(manifest)
            }
            Err(Error::ManifestNotFound { .. }) => None,
            Err(error) => panic!("pull of {reference}: {error}"),
        }
    }

    /// What was pushed to the neighbour or to another instance only is not readable here, as whatever.
    async fn look_for_content_of_others(&mut self) {
        let world = self.world.clone();
        let digest = self.random.one_of(&world.elsewhere);
        assert!(!self.is_there(ManifestLinkKind::Layer, digest).await, "{digest} is another's");
        assert!(self.manifest(&Reference::Digest(digest.clone())).await.is_none(), "{digest} is another's");
        for foreign in &world.foreign[..1] {
            let pulled = world.fixture.pull_blob(&world.acme.caller, foreign, digest).await;
            assert!(matches!(pulled, Err(Error::Denied { .. })), "another's instance is closed");
        }
    }
}
