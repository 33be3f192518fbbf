"""Manifests: by tag and by digest, in repositories of one tag and of many."""

import random
from collections.abc import Callable

from bench.content import Content, tag
from bench.load import Run, each, gets, request
from bench.peers import Peer
from bench.rows.row import Row

FAMILY = "Manifests"
REPOSITORY = "app"
MANY = "many"


def by_tag(connections: int, public: bool = False, method: str = "GET") -> Callable[[Peer, Content], Run]:
    def run(peer: Peer, content: Content) -> Run:
        content.image(REPOSITORY, public)
        path = f"{peer.root(REPOSITORY, public)}/manifests/latest"
        return Run(each([request(method, path)]), connections, {} if public else peer.headers(REPOSITORY))

    return run


def by_digest(connections: int, public: bool = False) -> Callable[[Peer, Content], Run]:
    def run(peer: Peer, content: Content) -> Run:
        digest = content.image(REPOSITORY, public)
        path = f"{peer.root(REPOSITORY, public)}/manifests/{digest}"
        return Run(gets([path]), connections, {} if public else peer.headers(REPOSITORY))

    return run


def among_many(peer: Peer, content: Content) -> Run:
    numbers = list(range(content.tags(MANY)))
    random.Random(0).shuffle(numbers)
    paths = (f"{peer.root(MANY)}/manifests/{tag(number)}" for number in numbers)
    return Run(gets(paths), 32, peer.headers(MANY))


ROWS = (
    *(
        row
        for count, clients in ((1, "1 connection"), (32, "32 connections"), (256, "256 connections"))
        for row in (
            Row(f"manifest-tag-{count}", f"GET by tag, {clients}", FAMILY, by_tag(count)),
            Row(f"manifest-digest-{count}", f"GET by digest, {clients}", FAMILY, by_digest(count)),
        )
    ),
    Row(
        "manifest-tag-many-32",
        "GET by tag, any of 100,000 tags, 32 connections",
        FAMILY,
        among_many,
        # Each was asked for once.
        warm_up=5,
        note="peers hold 1,200 tags",
    ),
    Row(
        "manifest-tag-public-32",
        "GET by tag without a token, 32 connections",
        FAMILY,
        by_tag(32, public=True),
    ),
    Row(
        "manifest-digest-public-32",
        "GET by digest without a token, 32 connections",
        FAMILY,
        by_digest(32, public=True),
    ),
    Row("manifest-head-32", "HEAD by tag, 32 connections", FAMILY, by_tag(32, method="HEAD")),
)
