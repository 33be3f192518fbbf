"""What a row of the report is."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum

from bench.content import Content
from bench.load import Outcome, Run
from bench.peers import Peer
from bench.peers.peer import PULL

MEGABYTE = 1e6
# Seconds. A server that held nothing has then made most of the folders that it makes once.
WARM_UP, FRESH_WARM_UP = 0.3, 1.0


class Unit(Enum):
    """What a row's numbers count, and whether more of it is better."""

    REQUESTS = "requests, blobs or images"
    SENT = "bytes sent"
    RECEIVED = "bytes received"
    MILLISECONDS = "time"
    MEGABYTES = "size"

    @property
    def sign(self) -> str:
        return SIGNS[self]

    @property
    def more_is_better(self) -> bool:
        return self not in (Unit.MILLISECONDS, Unit.MEGABYTES)

    @property
    def is_bytes(self) -> bool:
        return self in (Unit.SENT, Unit.RECEIVED)

    def of(self, outcome: Outcome) -> float:
        """The number of a run."""
        if self is Unit.SENT:
            return outcome.sent / outcome.seconds / MEGABYTE
        if self is Unit.RECEIVED:
            return outcome.received / outcome.seconds / MEGABYTE
        return outcome.rate


SIGNS = {
    Unit.REQUESTS: "/s",
    Unit.SENT: "MB/s",
    Unit.RECEIVED: "MB/s",
    Unit.MILLISECONDS: "ms",
    Unit.MEGABYTES: "MB",
}


@dataclass(frozen=True)
class Row:
    """The same work for every server that `can` do it.

    `run` is asked anew in each round; `warm_up` seconds of it come first and do not count. A row that writes is
    `fresh`: in each round its servers hold nothing.
    """

    key: str
    title: str
    family: str
    run: Callable[[Peer, Content], Run]
    unit: Unit = Unit.REQUESTS
    needs: str = PULL
    fresh: bool = False
    warm_up: float = WARM_UP
    tls: bool = False
    note: str = ""

    def over_tls(self) -> "Row":
        return replace(self, key=f"tls-{self.key}", title=f"{self.title}, TLS", family="TLS", tls=True)


@dataclass(frozen=True)
class Figure:
    """A number of the server itself, which is stopped before and after; `prepare` finds it running."""

    key: str
    title: str
    family: str
    take: Callable[[Peer, Content], float]
    unit: Unit
    prepare: Callable[[Peer, Content], object] = lambda peer, content: None
    once: bool = False
    needs: str = PULL
    fresh: bool = False
    tls: bool = False
    note: str = ""
