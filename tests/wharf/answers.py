"""What a server may say while its stores are away."""

import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass

import requests

from wharf.oci import Registry


@dataclass(frozen=True)
class Refusal:
    """An answer of 500 and above."""

    path: str
    status: int
    seconds: float
    is_clear: bool


class Witness:
    """Notes how all requests of some registries ended that did not do their work."""

    def __init__(self) -> None:
        self.refusals: list[Refusal] = []
        self.silences: list[str] = []
        self.slowest = 0.0
        self.lock = threading.Lock()

    def watch(self, registry: Registry) -> Registry:
        """Look at each request of this registry from now on."""
        ask = registry.request

        def request(method: str, path: str, headers: dict | None = None, **options) -> requests.Response:
            began = time.monotonic()
            try:
                answer = ask(method, path, headers, **options)
            except requests.RequestException as error:
                with self.lock:
                    self.silences.append(f"{method} {path}: {error!r}")
                raise
            self._note(f"{method} {path}", answer, time.monotonic() - began)
            return answer

        registry.request = request  # type: ignore[method-assign]
        return registry

    def _note(self, path: str, answer: requests.Response, seconds: float) -> None:
        with self.lock:
            self.slowest = max(self.slowest, seconds)
            if answer.status_code >= 500:
                self.refusals.append(Refusal(path, answer.status_code, seconds, is_clear(answer)))

    def unclear(self) -> Iterable[Refusal]:
        return [refusal for refusal in self.refusals if not refusal.is_clear]


def is_clear(answer: requests.Response) -> bool:
    """Whether a failure says so in the specification's form, and a 503 when to come again."""
    if answer.status_code == 503 and not answer.headers.get("Retry-After"):
        return False
    try:
        first = answer.json()["errors"][0]
    except (ValueError, LookupError, TypeError):
        return answer.request.method == "HEAD"
    return bool(first["code"] and first["message"])
