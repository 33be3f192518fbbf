"""Blobs, pushed: each unlike all others, into a repository of a server that holds nothing else."""

import random
from collections.abc import Callable

from bench.content import MB, Content
from bench.load import Run, push_blobs
from bench.peers import Peer
from bench.peers.peer import PUSH
from bench.rows.row import FRESH_WARM_UP, Row, Unit

FAMILY = "Blobs pushed"
REPOSITORY = "push"
CHUNK = 16 * MB

PUT, PATCH, CHUNKS = "put", "patch", {"chunks": CHUNK}
SMALL_CHUNKS = {"chunks": MB // 4}


def push(size: int, streams: int, way: object) -> Callable[[Peer, Content], Run]:
    def run(peer: Peer, content: Content) -> Run:
        targets = [{"root": peer.root(REPOSITORY)}]
        work = push_blobs(targets, size, way, random.getrandbits(63))
        return Run(work, streams, peer.headers(REPOSITORY))

    return run


def _row(size: int, name: str, streams: int, way: object, way_name: str, way_title: str) -> Row:
    return Row(
        f"push-{name}-{way_name}-{streams}",
        f"{size // MB} MB by {way_title}, {streams} stream{'s' if streams > 1 else ''}",
        FAMILY,
        push(size, streams, way),
        unit=Unit.SENT,
        needs=PUSH,
        fresh=True,
        warm_up=FRESH_WARM_UP if size == MB else 0,
    )


ROWS = (
    *(_row(MB, "1mb", streams, PUT, "put", "POST, PUT") for streams in (1, 4)),
    *(
        _row(MB, "1mb", streams, SMALL_CHUNKS, "chunks", "POST, PATCH of 250 KB each, PUT")
        for streams in (1, 4)
    ),
    *(_row(256 * MB, "256mb", streams, PUT, "put", "POST, PUT") for streams in (1, 4)),
    *(_row(256 * MB, "256mb", streams, PATCH, "patch", "POST, PATCH, PUT") for streams in (1, 4)),
    *(
        _row(256 * MB, "256mb", streams, CHUNKS, "chunks", "POST, PATCH of 16 MB each, PUT")
        for streams in (1, 4)
    ),
)
