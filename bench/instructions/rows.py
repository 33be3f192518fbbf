"""What is counted: rows of the benchmark, on one connection."""

import json
from collections.abc import Callable
from dataclasses import dataclass

from wharf.layout import MANIFEST

from bench.content import KB, Content, image, tag
from bench.load import Run, each, request
from bench.peers import Peer
from bench.rows import blobs, cloud_api, listings, manifests, pushes

WARM_UP = 50
UNITS = 400
PUSHED = "push"


@dataclass(frozen=True)
class Row:
    """So many units of a run, after a warm-up."""

    key: str
    run: Callable[[Peer, Content], Run]
    units: int = UNITS


def blob_head(peer: Peer, content: Content) -> Run:
    path = f"{peer.root(blobs.REPOSITORY)}/blobs/{content.blob(blobs.REPOSITORY, 4 * KB)}"
    return Run(each([request("HEAD", path)]), 1, peer.headers(blobs.REPOSITORY))


def manifest_push(peer: Peer, content: Content) -> Run:
    """Each unit is a new manifest under a new tag; its blobs are there."""
    content.image(PUSHED)
    root, headers = peer.root(PUSHED), {"Content-Type": MANIFEST}
    numbers = range(WARM_UP + UNITS)
    puts = (
        request("PUT", f"{root}/manifests/{tag(number)}", body=number, headers=headers, status=201)
        for number in numbers
    )
    return Run(each(puts, once=True, bodies=map(_manifest, numbers)), 1, peer.headers(PUSHED))


def _manifest(number: int) -> str:
    return json.dumps({**json.loads(image(PUSHED).manifest), "annotations": {"number": str(number)}})


ROWS = (
    Row("manifest-tag", manifests.by_tag(1)),
    Row("manifest-digest", manifests.by_digest(1)),
    Row("blob-head", blob_head),
    Row("blob-4kb", blobs.pull(4 * KB, 1)),
    Row("tags", listings.tag_page(is_last=False), units=200),
    Row("token", listings.token),
    Row("push-4kb", pushes.push(4 * KB, 1, pushes.PUT)),
    Row("manifest-push", manifest_push),
    Row("describe-images", cloud_api.describe_images(cloud_api.Where.FIRST), units=100),
)
