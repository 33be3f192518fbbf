"""Clients that push and pull without a break, whatever happens to the servers meanwhile."""

import itertools
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType

import requests

from wharf.cloud import NAMESPACE
from wharf.ledger import Ledger
from wharf.oci import Registry
from wharf.small_image import SmallImage

LAYER_SIZE = 200_000
PAUSE_AFTER_FAILURE = 0.1


@dataclass
class Worker:
    """One client with a repository of its own. It tries a push until it is acknowledged."""

    registry: Registry
    ledger: Ledger
    pushed: int = 0
    # The pushes that failed and were tried again, and how long each took to fail.
    failures: list[tuple[Exception, float]] = field(default_factory=list)
    # Acknowledged pushes that were then answered with something else.
    lost: list[str] = field(default_factory=list)

    def work(self, is_over: threading.Event) -> None:
        for number in itertools.count():
            tag = f"image-{number}"
            image = SmallImage.make(self.ledger.repository + tag, layer_size=LAYER_SIZE)
            while not self._is_pushed(tag, image):
                if is_over.wait(PAUSE_AFTER_FAILURE):
                    return
            if is_over.is_set():
                return

    def _is_pushed(self, tag: str, image: SmallImage) -> bool:
        began = time.monotonic()
        try:
            self.ledger.push(self.registry, tag, image)
            self.pushed += 1
            pulled = self.registry.get_manifest(self.ledger.repository, tag)
        except (AssertionError, requests.RequestException) as failure:
            self.failures.append((failure, time.monotonic() - began))
            return tag in self.ledger.kept_tags
        if pulled.status_code < 500 and pulled.content != image.manifest:
            self.lost.append(f"{self.ledger.repository}:{tag}: {pulled.status_code} {pulled.text}")
        return True


class Load:
    """Workers while its `with` block runs; `view` makes the registry that a worker of this number uses."""

    def __init__(self, size: int, view: Callable[[int], Registry]):
        self.workers = [Worker(view(number), Ledger(f"{NAMESPACE}/load-{number}")) for number in range(size)]
        self.is_over = threading.Event()

    def __enter__(self) -> "Load":
        self.threads = [
            threading.Thread(target=worker.work, args=(self.is_over,), daemon=True) for worker in self.workers
        ]
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.is_over.set()
        for thread in self.threads:
            thread.join(120)
        assert not any(thread.is_alive() for thread in self.threads), "a request hangs"

    def pushed(self) -> list[int]:
        """How many pushes of each worker were acknowledged so far."""
        return [worker.pushed for worker in self.workers]

    def failures(self) -> list[tuple[Exception, float]]:
        return [failure for worker in self.workers for failure in worker.failures]

    def goes_on_after(self, before: list[int]) -> bool:
        """Whether each worker has pushed since then."""
        return all(now > then for now, then in zip(self.pushed(), before, strict=True))

    def claim(self, registries: list[Registry]) -> None:
        """Check that nothing that was acknowledged is lost or damaged; the workers' pushes are shared out."""
        assert [lost for worker in self.workers for lost in worker.lost] == []
        for worker, registry in zip(self.workers, itertools.cycle(registries)):
            worker.ledger.claim(registry)
