//! The repository under test, its neighbour, another instance, and all the content that there can be.

use std::{
    collections::HashSet,
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

use wharf_core::{Caller, Error, ImageFilter, InstanceFilter, NamespaceFilter, Page, Sort, Target};
use wharf_model::{Digest, Manifest, ManifestLinkKind, MediaType, Reference, Tag};

use crate::fixture::{Fixture, Running, image, index};

/// Content that pushes and mounts may bring into the repository.
const BLOBS: usize = 6;
const IMAGES: usize = 6;
const TAGS: [&str; 6] = ["v1", "v2", "v3", "v4", "latest", "next"];

pub struct World {
    pub fixture: Fixture,
    pub acme: Running,
    /// The repository under test, one of the same namespace, and one that images are copied to and back from.
    pub app: Target,
    pub base: Target,
    pub copy: Target,
    /// Private and public repositories of another account's instance.
    pub foreign: [Target; 2],
    pub blobs: Vec<Vec<u8>>,
    pub manifests: Vec<String>,
    pub tags: Vec<Tag>,
    /// Blobs and manifests that were pushed elsewhere only.
    pub elsewhere: Vec<Digest>,
    /// Those of the other instance.
    pub secrets: Vec<Digest>,
    /// What each tag was meant to point at, noted before it may.
    intended: Mutex<HashSet<(Tag, Digest)>>,
    /// Deletions begun and ended.
    begun: AtomicU64,
    ended: AtomicU64,
}

impl World {
    pub async fn new() -> Self {
        let fixture = Fixture::new().await;
        let acme = fixture.instance("acme").await;
        let stranger = fixture.core.create_account("stranger", None).await.unwrap();
        let other = fixture.instance_of(stranger.uin, "other").await;
        fixture.namespace(&other, "open", true).await;
        let mut secrets = Vec::new();
        for (repository, content) in [("team/app", "secret"), ("open/app", "foreign but public")] {
            secrets.push(Digest::of(content.as_bytes()));
            secrets.push(fixture.push_image(&other, repository, content.as_bytes(), &TAGS).await);
        }
        let neighbours = fixture.push_image(&acme, "team/base", b"the neighbour's own", &TAGS).await;
        let mut elsewhere = vec![Digest::of(b"the neighbour's own"), neighbours];
        elsewhere.extend(secrets.clone());
        let blobs: Vec<_> = (0..BLOBS).map(|number| vec![number as u8; 1 + number * 9_000]).collect();
        let digests: Vec<_> = blobs.iter().map(|blob| Digest::of(blob)).collect();
        let mut manifests: Vec<_> = (0..IMAGES)
            .map(|number| {
                let digest = |shift| &digests[(number + shift) % BLOBS];
                image(digest(0), &[digest(1), digest(2 + number % 3)])
            })
            .collect();
        let images: Vec<_> = manifests.iter().map(|image| Digest::of(image.as_bytes())).collect();
        manifests.push(index(&[&images[0], &images[1]]));
        manifests.push(index(&[&images[2]]));
        Self {
            app: acme.target("team/app"),
            base: acme.target("team/base"),
            copy: acme.target("team/copy"),
            foreign: [other.target("team/app"), other.target("open/app")],
            acme,
            fixture,
            blobs,
            manifests,
            tags: TAGS.map(|tag| tag.parse().unwrap()).to_vec(),
            elsewhere,
            secrets,
            intended: Mutex::default(),
            begun: AtomicU64::new(0),
            ended: AtomicU64::new(0),
        }
    }

    pub fn caller(&self) -> Caller {
        self.acme.caller.clone()
    }

    /// Notes that a tag may point at a manifest from now on.
    pub fn intend(&self, tag: &Tag, digest: &Digest) {
        self.intended.lock().unwrap().insert((tag.clone(), digest.clone()));
    }

    pub fn is_intended(&self, tag: &Tag, digest: &Digest) -> bool {
        self.intended.lock().unwrap().contains(&(tag.clone(), digest.clone()))
    }

    /// Runs a deletion, so that pullers know that there is one.
    pub async fn deleting<T>(&self, deletion: impl Future<Output = T>) -> T {
        self.begun.fetch_add(1, Ordering::SeqCst);
        let outcome = deletion.await;
        self.ended.fetch_add(1, Ordering::SeqCst);
        outcome
    }

    /// How many deletions there were, when none is on its way.
    pub fn deletions(&self) -> Option<u64> {
        let ended = self.ended.load(Ordering::SeqCst);
        (self.begun.load(Ordering::SeqCst) == ended).then_some(ended)
    }

    /// What is counted is what is there, and all of it is whole.
    pub async fn check_counts(&self) {
        let (core, operator, id) = (&self.fixture.core, self.acme.operator.clone(), self.acme.id.clone());
        let tags = core.list_tags(self.caller(), self.app.clone(), None, 1000).await;
        let tags = match tags {
            Err(Error::RepositoryNotFound(_)) => Vec::new(),
            tags => tags.unwrap(),
        };
        let repositories = core
            .list_repositories(operator.clone(), id.clone(), None, None, Sort::Name, Page::ALL)
            .await
            .unwrap();
        assert_eq!(repositories.total, repositories.page.len() as u64);
        let own = repositories.page.iter().find(|repository| repository.name == self.app.repository);
        assert_eq!(own.map_or(0, |repository| repository.tag_count), tags.len() as u64);
        if own.is_some() {
            let (name, filter) = (self.app.repository.clone(), ImageFilter::default());
            let images =
                core.list_images(operator.clone(), id.clone(), name, filter, Page::ALL).await.unwrap();
            assert_eq!(images.total, tags.len() as u64);
            let mut listed: Vec<_> = images.page.into_iter().map(|image| image.tag).collect();
            listed.sort();
            assert_eq!(listed, tags);
        }
        let namespaces = core
            .list_namespaces(operator.clone(), id.clone(), NamespaceFilter::default(), Page::ALL)
            .await
            .unwrap();
        assert_eq!(namespaces.page[0].0.repository_count, repositories.total);
        let instances = core.list_instances(operator, InstanceFilter::default(), Page::ALL).await.unwrap();
        assert_eq!(instances.page[0].0.repository_count, repositories.total);
        for tag in tags {
            self.check_whole(&self.app, Reference::Tag(tag)).await;
        }
        if repositories.page.iter().any(|repository| repository.name == self.copy.repository) {
            for tag in core.list_tags(self.caller(), self.copy.clone(), None, 1000).await.unwrap() {
                self.check_whole(&self.copy, Reference::Tag(tag)).await;
            }
        }
    }

    /// All that a manifest needs is there, now that nothing changes.
    async fn check_whole(&self, target: &Target, reference: Reference) {
        let mut wanted = vec![reference];
        while let Some(reference) = wanted.pop() {
            let manifest = self.fixture.core.pull_manifest(self.caller(), target.clone(), reference);
            let manifest = manifest.await.unwrap();
            for link in links(manifest.media_type, &manifest.content) {
                match link {
                    (ManifestLinkKind::Manifest, digest) => wanted.push(Reference::Digest(digest)),
                    (_, digest) => {
                        let content = self.fixture.pull_blob(&self.acme.caller, target, &digest).await;
                        assert_eq!(Digest::of(&content.unwrap()), digest);
                    }
                }
            }
        }
    }
}

/// What a manifest needs.
pub fn links(media_type: MediaType, content: &[u8]) -> Vec<(ManifestLinkKind, Digest)> {
    let links = Manifest::parse(media_type, content).unwrap().links;
    links.into_iter().map(|link| (link.kind, link.digest)).collect()
}
