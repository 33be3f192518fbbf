"""Blobs, pulled."""

from collections.abc import Callable

from bench.content import KB, MB, Content
from bench.load import Run, gets
from bench.peers import Peer
from bench.rows.row import Row, Unit

FAMILY = "Blobs pulled"
REPOSITORY = "app"
SIZES = {"4kb": (4 * KB, "4 KB"), "1mb": (MB, "1 MB"), "256mb": (256 * MB, "256 MB")}


def pull(size: int, connections: int) -> Callable[[Peer, Content], Run]:
    def run(peer: Peer, content: Content) -> Run:
        path = f"{peer.root(REPOSITORY)}/blobs/{content.blob(REPOSITORY, size)}"
        return Run(gets([path]), connections, peer.headers(REPOSITORY), breaks_off=size > MB)

    return run


ROWS = tuple(
    Row(
        f"blob-{name}-{connections}",
        f"GET of {title}, {connections} connection{'s' if connections > 1 else ''}",
        FAMILY,
        pull(size, connections),
        unit=Unit.REQUESTS if size < MB else Unit.RECEIVED,
    )
    for name, (size, title) in SIZES.items()
    for connections in (1, 4, 64)
)
