"""Whole small images: a config, a layer of 64 KiB, a manifest."""

import random
from collections.abc import Callable

from wharf.layer import sha256

from bench.content import LAYER, Content
from bench.load import Run, push_images, request, sequences
from bench.peers import Peer
from bench.peers.peer import PUSH
from bench.rows.row import FRESH_WARM_UP, Row

FAMILY = "Small images"
PUSHED = "push"
PULLED = "images"


def push(clients: int, repositories: int) -> Callable[[Peer, Content], Run]:
    def run(peer: Peer, content: Content) -> Run:
        names = [f"{PUSHED}-{number}" for number in range(repositories)]
        targets = [{"root": peer.root(name), "headers": peer.headers(name)} for name in names]
        return Run(push_images(targets, LAYER, random.getrandbits(63)), clients)

    return run


def pull(clients: int) -> Callable[[Peer, Content], Run]:
    """Manifest by tag, config, layer; any of 1,200 tags."""

    def run(peer: Peer, content: Content) -> Run:
        root = peer.root(PULLED)
        tagged = list(content.images(PULLED))
        random.Random(0).shuffle(tagged)
        units = [
            [
                request("GET", f"{root}/manifests/{tag}"),
                *(request("GET", f"{root}/blobs/{digest}") for digest in map(sha256, image.blobs)),
            ]
            for tag, image in tagged
        ]
        return Run(sequences(units), clients, peer.headers(PULLED))

    return run


ROWS = (
    *(
        Row(
            f"image-push-{clients}-{name}",
            f"push, {clients} clients, {title}",
            FAMILY,
            push(clients, clients if name == "many" else 1),
            needs=PUSH,
            fresh=True,
            warm_up=FRESH_WARM_UP,
        )
        for clients in (4, 32)
        for name, title in (("one", "one repository"), ("many", "a repository each"))
    ),
    *(
        Row(
            f"image-pull-{clients}",
            f"pull, {clients} clients, a repository of 1,200 tags",
            FAMILY,
            pull(clients),
        )
        for clients in (4, 32)
    ),
)
