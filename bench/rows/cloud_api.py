"""The cloud API, by requests that are signed beforehand."""

import random
from collections.abc import Callable
from enum import Enum

from wharf.account import ROOT
from wharf.signed_request import SignedRequest

from bench.content import Content
from bench.load import Run, each, request
from bench.peers import Peer
from bench.peers.peer import CLOUD_API
from bench.peers.wharf import NAMESPACE, Wharf
from bench.rows.row import Row

FAMILY = "Cloud API"
MANY = "many"
CONNECTIONS = 4
PAGE = 100
REPOSITORIES = 20_000
SIGNED_AT_ONCE = 2_000
# Seconds that so many may take at most.
TIME_LIMIT = 240
# More than a server makes in a round.
CREATED = 20_000


class Where(Enum):
    """A page of a listing."""

    FIRST = "first"
    MIDDLE = "middle"
    LAST = "last"

    def number(self, rows: int) -> int:
        """The page's number in a listing of so many rows, from 1."""
        pages = rows // PAGE
        return {Where.FIRST: 1, Where.MIDDLE: pages // 2, Where.LAST: pages}[self]


def describe_images(where: Where) -> Callable[[Peer, Content], Run]:
    def run(peer: Peer, content: Content) -> Run:
        page = {"Limit": PAGE, "Offset": where.number(content.tags(MANY))}
        asked = _signed(peer, "DescribeImages", RepositoryName=MANY, **page)
        return Run(each([_request(asked, peer, 0)], bodies=[asked.body]), CONNECTIONS)

    return run


def describe_repositories(where: Where) -> Callable[[Peer, Content], Run]:
    def run(peer: Peer, content: Content) -> Run:
        rows = content.once("many repositories", lambda: make_repositories(peer, REPOSITORIES))
        page = {"Limit": PAGE, "Offset": where.number(rows)}
        asked = _signed(peer, "DescribeRepositories", SortBy="-update_time", **page)
        return Run(each([_request(asked, peer, 0)], bodies=[asked.body]), CONNECTIONS)

    return run


def make_repositories(peer: Peer, count: int) -> int:
    """Makes so many repositories; how many. They are signed a part at a time, for a signature is good for minutes."""
    for first in range(0, count, SIGNED_AT_ONCE):
        names = (f"one-{number:05}" for number in range(first, min(first + SIGNED_AT_ONCE, count)))
        signed = [_signed(peer, "CreateRepository", RepositoryName=name) for name in names]
        requests = (_request(one, peer, number) for number, one in enumerate(signed))
        work = each(requests, once=True, bodies=[one.body for one in signed])
        peer.load(Run(work, CONNECTIONS), TIME_LIMIT)
    return count


def create_repository(peer: Peer, content: Content) -> Run:
    prefix = f"made-{random.getrandbits(40):x}"
    names = (f"{prefix}-{number}" for number in range(CREATED))
    signed = [_signed(peer, "CreateRepository", RepositoryName=name) for name in names]
    requests = (_request(one, peer, number) for number, one in enumerate(signed))
    return Run(each(requests, once=True, bodies=[one.body for one in signed]), CONNECTIONS)


def _signed(peer: Peer, action: str, **parameters: object) -> SignedRequest:
    assert isinstance(peer, Wharf) and peer.instance is not None
    return SignedRequest(
        ROOT, action, {"RegistryId": peer.instance.id, "NamespaceName": NAMESPACE, **parameters}
    )


def _request(signed: SignedRequest, peer: Peer, body: int) -> dict:
    headers = {name: value for name, value in signed.headers(peer.address).items() if name != "Host"}
    return request("POST", "/", headers=headers, body=body, status=200)


ROWS = (
    *(
        Row(
            f"describe-images-{where.value}",
            f"DescribeImages, {where.value} {PAGE} of 100,000 tags, {CONNECTIONS} connections",
            FAMILY,
            describe_images(where),
            needs=CLOUD_API,
        )
        for where in Where
    ),
    *(
        Row(
            f"describe-repositories-{where.value}",
            f"DescribeRepositories by change, {where.value} {PAGE} of {REPOSITORIES:,}, {CONNECTIONS} connections",
            FAMILY,
            describe_repositories(where),
            needs=CLOUD_API,
        )
        for where in Where
    ),
    Row(
        "create-repository",
        f"CreateRepository, {CONNECTIONS} connections",
        FAMILY,
        create_repository,
        needs=CLOUD_API,
        fresh=True,
    ),
)
