"""What a client was promised, written down while it pushes, to be claimed after a crash."""

from dataclasses import dataclass, field

from wharf.layer import sha256
from wharf.oci import Registry
from wharf.small_image import SmallImage


@dataclass
class Ledger:
    """Pushes into one repository and remembers what was sent and what was acknowledged."""

    repository: str
    sent_blobs: dict[str, bytes] = field(default_factory=dict)
    kept_blobs: set[str] = field(default_factory=set)
    sent_images: dict[str, SmallImage] = field(default_factory=dict)
    kept_tags: set[str] = field(default_factory=set)

    def push(self, registry: Registry, tag: str, image: SmallImage) -> None:
        """Push an image, writing each blob and the tag down before and after its answer."""
        for blob in image.blobs:
            digest = sha256(blob)
            self.sent_blobs[digest] = blob
            registry.push_blob(self.repository, blob)
            self.kept_blobs.add(digest)
        self.sent_images[tag] = image
        put = registry.put_manifest(self.repository, tag, image.manifest)
        assert put.status_code == 201, put.text
        self.kept_tags.add(tag)

    def claim(self, registry: Registry) -> None:
        """Check that all that was acknowledged is there, and that what else is there is whole."""
        for digest, content in self.sent_blobs.items():
            answer = registry.get_blob(self.repository, digest)
            if digest in self.kept_blobs or answer.status_code != 404:
                assert answer.status_code == 200, f"{digest} was acknowledged: {answer.text}"
                assert answer.content == content, f"{digest} is damaged"
        tags = set(registry.tags(self.repository))
        assert self.kept_tags <= tags <= set(self.sent_images)
        for tag in tags:
            image = self.sent_images[tag]
            for reference in (tag, image.digest):
                assert registry.get_manifest(self.repository, reference).content == image.manifest
            for blob in image.blobs:
                assert registry.get_blob(self.repository, sha256(blob)).content == blob
