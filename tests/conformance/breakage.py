"""Behaviour broken on purpose: each conformance test names what must make it fail.

`on("GET", "/manifests/").status(404)` is such a breakage: the answers to these
requests are changed on their way to the test. A test runs as it is and, once more, under
each of its breakages; the run under a breakage passes when the test fails.
"""

import copy
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType

import requests

Send = Callable[[], requests.Response]


@dataclass
class Breakage:
    """One way in which the answers to some requests go wrong."""

    name: str
    methods: tuple[str, ...]
    path: str
    spoil: Callable[[Send], requests.Response]
    armed: bool = False
    met: int = 0

    def __enter__(self) -> "Breakage":
        self.armed = True
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.armed = False

    def __add__(self, other: "Breakage") -> "Breakage":
        """Both at once, to the requests of the first."""
        changed = copy.copy(self)
        changed.name = f"{self.name}, {other.name}"
        changed.spoil = lambda send: other.spoil(lambda: self.spoil(send))
        return changed

    def fresh(self) -> "Breakage":
        return copy.copy(self)

    def answer(self, method: str, path: str, send: Send) -> requests.Response:
        """Let the request through, spoiled where it is one of those that this breakage is about."""
        if not (self.armed and method in self.methods and re.search(self.path, path)):
            return send()
        self.met += 1
        return self.spoil(send)


@dataclass(frozen=True)
class Requests:
    """The requests whose answers a breakage is about."""

    method: str
    path: str

    def status(self, code: int) -> Breakage:
        """Another status."""

        def change(answer: requests.Response) -> None:
            answer.status_code = code

        return self._changed(f"answers {code}", change)

    def without(self, header: str) -> Breakage:
        """A header is missing."""
        return self._changed(f"has no {header}", lambda answer: answer.headers.pop(header, None))

    def header(self, name: str, value: str) -> Breakage:
        """A header is there that should not be, or has another value."""

        def change(answer: requests.Response) -> None:
            answer.headers[name] = value

        return self._changed(f"says {name} {value[:40]}", change)

    def body(self, content: bytes) -> Breakage:
        """Another body."""
        return self._changed(f"holds {content[:20]!r}", lambda answer: _set_body(answer, content))

    def damaged(self) -> Breakage:
        """The body's last byte is another one."""

        def change(answer: requests.Response) -> None:
            _set_body(answer, answer.content[:-1] + bytes([answer.content[-1] ^ 1]))

        return self._changed("is damaged", change)

    def rewritten(self) -> Breakage:
        """The JSON body is written anew: the same meaning in other bytes."""
        return self.json("is written anew", lambda document: None)

    def json(self, name: str, edit: Callable[[dict], object]) -> Breakage:
        """Something in the JSON body is different; `edit` changes it in place."""

        def change(answer: requests.Response) -> None:
            document = json.loads(answer.content)
            edit(document)
            _set_body(answer, json.dumps(document, indent=1).encode())

        return self._changed(name, change)

    def ignored(self, code: int, **headers: str) -> Breakage:
        """The registry answers and does nothing: the request does not reach it."""

        def spoil(send: Send) -> requests.Response:
            answer = requests.Response()
            answer.status_code = code
            answer.headers.update({name.replace("_", "-"): value for name, value in headers.items()})
            _set_body(answer, b"")
            return answer

        return self._breakage(f"answers {code} and does nothing", spoil)

    def _changed(self, name: str, change: Callable[[requests.Response], object]) -> Breakage:
        def spoil(send: Send) -> requests.Response:
            answer = send()
            change(answer)
            return answer

        return self._breakage(name, spoil)

    def _breakage(self, name: str, spoil: Callable[[Send], requests.Response]) -> Breakage:
        said = " ".join(filter(None, (self.method, self.path, name)))
        return Breakage(said, tuple(self.method.split("|")), self.path, spoil)


def on(method: str, path: str = "") -> Requests:
    """The requests of this method (or `A|B`) whose path has a match of this pattern."""
    return Requests(method, path)


def broken_by(*breakages: Breakage) -> Callable[[Callable], Callable]:
    """Say what must make the test fail, at least one breakage."""
    assert breakages

    def declare(test: Callable) -> Callable:
        test.breakages = breakages
        return test

    return declare


def _set_body(answer: requests.Response, content: bytes) -> None:
    """The library has no public way to do this."""
    answer._content = content
