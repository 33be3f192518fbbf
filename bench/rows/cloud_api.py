"""The cloud API, by requests that are signed beforehand."""

import random
from collections.abc import Callable

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
# More than a server makes in a round.
CREATED = 20_000


def describe_images(is_last: bool) -> Callable[[Peer, Content], Run]:
    def run(peer: Peer, content: Content) -> Run:
        offset = content.tags(MANY) - PAGE if is_last else 0
        asked = _signed(peer, "DescribeImages", RepositoryName=MANY, Limit=PAGE, Offset=offset)
        return Run(each([_request(asked, peer, 0)], bodies=[asked.body]), CONNECTIONS)

    return run


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
    Row(
        "describe-images-first",
        f"DescribeImages, first {PAGE} of 100,000 tags, {CONNECTIONS} connections",
        FAMILY,
        describe_images(is_last=False),
        needs=CLOUD_API,
    ),
    Row(
        "describe-images-last",
        f"DescribeImages, last {PAGE} of 100,000 tags, {CONNECTIONS} connections",
        FAMILY,
        describe_images(is_last=True),
        needs=CLOUD_API,
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
