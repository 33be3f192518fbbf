"""The servers that are compared."""

from bench.peers.distribution import Distribution2, Distribution3
from bench.peers.nginx import Nginx
from bench.peers.peer import Peer
from bench.peers.wharf import Wharf, WharfShared
from bench.peers.zot import Zot

# In the order of the report's columns.
ALL: tuple[type[Peer], ...] = (Wharf, WharfShared, Distribution2, Distribution3, Zot, Nginx)
OURS = (Wharf, WharfShared)


def by_key(key: str) -> type[Peer]:
    return next(peer for peer in ALL if peer.key == key)
