"""The program itself: start, memory, size."""

import time

from bench.content import MB, Content
from bench.load import Run, gets
from bench.peers import Peer
from bench.rows.row import Figure, Unit

FAMILY = "The program"
REPOSITORY = "app"
PULLS = 1_000
PULL_SECONDS = 5
SETTLE_SECONDS = 2


def start_time(peer: Peer, content: Content) -> float:
    """Milliseconds from the start to the first answer, with data that is there already."""
    began = time.monotonic()
    peer.start()
    took = time.monotonic() - began
    return took * 1000


def idle_memory(peer: Peer, content: Content) -> float:
    """Megabytes when nothing has been asked of a server that has just started."""
    peer.start()
    time.sleep(SETTLE_SECONDS)
    return peer.memory() / MB


def memory_under_pulls(peer: Peer, content: Content) -> float:
    """Megabytes at the highest."""
    peer.start()
    path = f"{peer.root(REPOSITORY)}/blobs/{content.blob(REPOSITORY, 256 * MB)}"
    run = Run(gets([path]), PULLS, peer.headers(REPOSITORY), breaks_off=True)
    peer.load(run, PULL_SECONDS)
    return peer.peak_memory() / MB


def binary_size(peer: Peer, content: Content) -> float:
    return peer.binary().stat().st_size / MB


ROWS = (
    Figure("start", "start to first answer", FAMILY, start_time, Unit.MILLISECONDS),
    Figure("memory-idle", "memory when idle", FAMILY, idle_memory, Unit.MEGABYTES),
    Figure(
        "memory-pulls",
        f"memory at its highest under {PULLS:,} pulls of 256 MB at once",
        FAMILY,
        memory_under_pulls,
        Unit.MEGABYTES,
        prepare=lambda peer, content: content.blob(REPOSITORY, 256 * MB),
    ),
    Figure("binary", "size of the program's file", FAMILY, binary_size, Unit.MEGABYTES, once=True),
)
