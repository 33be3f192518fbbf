"""What servers hold before they are read: the same on all of them, made once and only when a row wants it."""

import functools
import json
import random

from wharf.layout import MANIFEST
from wharf.small_image import SmallImage

from bench.peers import Peer

KB, MB = 1000, 1000 * 1000
LAYER = 64 * 1024

IMAGES = 200
IMAGE_TAGS = 1_200
MOUNTED_BLOBS = 500
REFERRERS = 10


@functools.cache
def image(seed: object) -> SmallImage:
    """A config and a layer of 64 KiB."""
    return SmallImage.make(seed, layers=1, layer_size=LAYER)


@functools.cache
def blob(size: int) -> bytes:
    return random.Random(size).randbytes(size)


def tag(number: int) -> str:
    return f"tag-{number:06}"


class Content:
    """The content of one server. Each method makes it hold something, and says by which names it goes."""

    def __init__(self, peer: Peer):
        self.peer = peer
        self.held: dict[object, object] = {}

    def image(self, repository: str, public: bool = False) -> str:
        """An image under the tag `latest`; its manifest's digest."""
        made = image(repository)

        def push() -> str:
            self._push_blobs(repository, made, public)
            return self.peer.put_manifest(repository, made.manifest, ["latest"], public)

        return self.once(("image", repository, public), push)

    def blob(self, repository: str, size: int) -> str:
        """A blob of this size; its digest."""
        return self.once(("blob", size), lambda: self.peer.put_blob(repository, blob(size)))

    def tags(self, repository: str) -> int:
        """One image under many tags, `tag(0)` and so on; how many."""
        count = self.peer.many_tags
        made = image(repository)

        def push() -> int:
            self._push_blobs(repository, made)
            self.peer.put_manifest(repository, made.manifest, [tag(number) for number in range(count)])
            return count

        return self.once(("tags", repository), push)

    def images(self, repository: str) -> list[tuple[str, SmallImage]]:
        """Images under 1,200 tags, each tag with its image."""

        def push() -> list[tuple[str, SmallImage]]:
            tagged = []
            for number in range(IMAGES):
                made = image((repository, number))
                tags = [tag(other) for other in range(number, IMAGE_TAGS, IMAGES)]
                self._push_blobs(repository, made)
                self.peer.put_manifest(repository, made.manifest, tags)
                tagged += [(one, made) for one in tags]
            return tagged

        return self.once(("images", repository), push)

    def small_blobs(self, repository: str) -> list[str]:
        """Blobs to mount; their digests."""

        def push() -> list[str]:
            source = random.Random(repository)
            contents = (source.randbytes(KB) for _ in range(MOUNTED_BLOBS))
            return [self.peer.put_blob(repository, content) for content in contents]

        return self.once(("small blobs", repository), push)

    def referrers(self, repository: str) -> str:
        """An image that other manifests refer to; its manifest's digest."""

        def push() -> str:
            subject = self.image(repository)
            description = {
                "mediaType": MANIFEST,
                "digest": subject,
                "size": len(image(repository).manifest),
            }
            for number in range(REFERRERS):
                referrer = {
                    **json.loads(image(repository).manifest),
                    "artifactType": f"application/vnd.example.signature-{number}",
                    "subject": description,
                }
                self.peer.put_manifest(repository, json.dumps(referrer).encode(), [])
            return subject

        return self.once(("referrers", repository), push)

    def _push_blobs(self, repository: str, made: SmallImage, public: bool = False) -> None:
        for content in made.blobs:
            self.peer.put_blob(repository, content, public)

    def once(self, what: object, make):
        """What `make` answered when it was asked for the first time."""
        if what not in self.held:
            self.held[what] = make()
        return self.held[what]
