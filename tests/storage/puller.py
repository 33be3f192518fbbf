"""A client that pulls without a break, whatever is done to the stores meanwhile."""

import threading
from types import TracebackType

import requests

from wharf.layer import sha256
from wharf.oci import Registry
from wharf.small_image import SmallImage


class Puller:
    """Pulls images over and over while its `with` block runs, and notes what was not as it was pushed."""

    def __init__(self, registry: Registry, repository: str, images: dict[str, SmallImage]):
        self.registry = registry
        self.repository = repository
        self.images = images
        self.rounds = 0
        self.wrong: list[str] = []
        self.is_over = threading.Event()

    def __enter__(self) -> "Puller":
        self.thread = threading.Thread(target=self._work, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.is_over.set()
        self.thread.join(120)
        assert not self.thread.is_alive(), "a pull hangs"

    def _work(self) -> None:
        while not self.is_over.is_set():
            self.wrong += wrong_pulls(self.registry, self.repository, self.images)
            self.rounds += 1


def wrong_pulls(registry: Registry, repository: str, images: dict[str, SmallImage]) -> list[str]:
    """Pull images by tag with all their blobs; what was not as it was pushed."""
    wrong = []
    for tag, image in images.items():
        paths = {f"{repository}/manifests/{tag}": image.manifest}
        paths |= {f"{repository}/blobs/{sha256(blob)}": blob for blob in image.blobs}
        for path, content in paths.items():
            try:
                answer = registry.get(path, headers={"Accept": "*/*"})
            except requests.RequestException as error:
                wrong.append(f"{path}: {error!r}")
                continue
            if (answer.status_code, answer.content) != (200, content):
                wrong.append(f"{path}: {answer.status_code} {answer.content[:200]!r}")
    return wrong
