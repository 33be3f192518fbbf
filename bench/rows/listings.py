"""Lists, links and tokens."""

import base64
import random
from collections.abc import Callable

from bench.content import Content, tag
from bench.load import Run, each, gets, request
from bench.peers import Peer
from bench.peers.peer import PUSH, REFERRERS, TOKENS
from bench.peers.wharf import Wharf
from bench.rows.row import Row

FAMILY = "Lists, mounts, tokens"
MANY = "many"
SOURCE = "source"
CONNECTIONS = 4
PAGE = 100
MOUNT_TARGETS = 8


def tag_page(is_last: bool) -> Callable[[Peer, Content], Run]:
    def run(peer: Peer, content: Content) -> Run:
        count = content.tags(MANY)
        after = f"&last={tag(count - PAGE - 1)}" if is_last else ""
        path = f"{peer.root(MANY)}/tags/list?n={PAGE}{after}"
        return Run(gets([path]), CONNECTIONS, peer.headers(MANY))

    return run


def referrers(peer: Peer, content: Content) -> Run:
    path = f"{peer.root('referrers')}/referrers/{content.referrers('referrers')}"
    return Run(gets([path]), 32, peer.headers("referrers"))


def mount(peer: Peer, content: Content) -> Run:
    """Each mount is a link that is not there yet."""
    prefix = f"mount-{random.getrandbits(40):x}"
    names = [f"{prefix}-{number}" for number in range(MOUNT_TARGETS)]
    source = peer.root(SOURCE).removeprefix("/v2/")
    mounts = (
        request("POST", f"{peer.root(name)}/blobs/uploads/?mount={digest}&from={source}", body=0, status=201)
        for digest in content.small_blobs(SOURCE)
        for name in names
    )
    return Run(each(mounts, once=True, bodies=[""]), CONNECTIONS, peer.headers(SOURCE, *names))


def token(peer: Peer, content: Content) -> Run:
    assert isinstance(peer, Wharf)
    login = base64.b64encode(str(peer.login).encode()).decode()
    path = f"/service/token?service={peer.address}&scope=repository:{peer.name('app')}:pull"
    return Run(gets([path]), 32, {"Authorization": f"Basic {login}"})


ROWS = (
    Row(
        "tags-first",
        f"first page of {PAGE} tags among 100,000, {CONNECTIONS} connections",
        FAMILY,
        tag_page(is_last=False),
        needs=PUSH,
        note="peers hold 1,200 tags; distribution 2.8 knows no pages and answers with all",
    ),
    Row(
        "tags-last",
        f"last page of {PAGE} tags among 100,000, {CONNECTIONS} connections",
        FAMILY,
        tag_page(is_last=True),
        needs=PUSH,
        note="peers hold 1,200 tags; distribution 2.8 knows no pages and answers with all",
    ),
    Row(
        "referrers",
        "referrers of an image that has 10, 32 connections",
        FAMILY,
        referrers,
        needs=REFERRERS,
        note="distribution knows none",
    ),
    Row("mount", f"mount of a blob, {CONNECTIONS} connections", FAMILY, mount, needs=PUSH),
    Row("token", "token issue, 32 connections", FAMILY, token, needs=TOKENS),
)
