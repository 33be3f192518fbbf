"""Push: Pushing blobs; what is true of every way."""

from collections.abc import Callable

import pytest
import requests

from conformance.breakage import broken_by, on
from conformance.conftest import Registry
from wharf.layer import sha256
from wharf.oci import location

CONTENT = b"pushed one way or the other"
OCTETS = {"Content-Type": "application/octet-stream"}

Push = Callable[[Registry, str, str], requests.Response]


def post_then_put(registry: Registry, repository: str, digest: str) -> requests.Response:
    return registry.finish_upload(registry.start_upload(repository), digest, CONTENT)


def single_post(registry: Registry, repository: str, digest: str) -> requests.Response:
    path = f"{repository}/blobs/uploads/?digest={digest}"
    return registry.request("POST", path, headers=OCTETS, data=CONTENT)


def in_chunks(registry: Registry, repository: str, digest: str) -> requests.Response:
    first = registry.send_chunk(registry.start_upload(repository), 0, CONTENT[:10])
    second = registry.send_chunk(location(first), 10, CONTENT[10:])
    return registry.finish_upload(location(second), digest)


def in_chunks_the_last_with_the_put(registry: Registry, repository: str, digest: str) -> requests.Response:
    first = registry.send_chunk(registry.start_upload(repository), 0, CONTENT[:10])
    return registry.finish_upload(location(first), digest, CONTENT[10:])


WAYS = [post_then_put, single_post, in_chunks, in_chunks_the_last_with_the_put]
ENDS = on("PUT|POST", r"[?&]digest=")


@pytest.mark.parametrize("push", WAYS)
@pytest.mark.parametrize(
    "digest",
    ["nonsense", "sha256:", "sha256:abc", "sha256:" + "G" * 64, "sha256:" + "A" * 64, "sha512:" + "0" * 64],
)
@broken_by(ENDS.status(201), ENDS.status(500))
def test_end_6_an_invalid_digest_is_400(registry: Registry, repository: str, push: Push, digest: str):
    """SHOULD: 400 for a digest that cannot be one."""
    assert push(registry, repository, digest).status_code == 400


@pytest.mark.parametrize("push", WAYS)
@pytest.mark.parametrize("digest", ["md5:" + "0" * 32, "sha384:" + "0" * 96, "blake3:" + "0" * 64])
@broken_by(ENDS.status(201), ENDS.status(500))
def test_end_6_an_unsupported_algorithm_is_400(registry: Registry, repository: str, push: Push, digest: str):
    """SHOULD: 400 for an algorithm that the registry does not know."""
    assert push(registry, repository, digest).status_code == 400


@pytest.mark.parametrize("push", WAYS)
@pytest.mark.parametrize("digest", [sha256(b"other content"), "sha512:" + "0" * 128])
@broken_by(ENDS.status(201), on("HEAD").status(200))
def test_end_6_a_digest_of_other_content_is_400(registry: Registry, repository: str, push: Push, digest: str):
    """SHOULD: 400 for a digest that is not the content's; neither is there afterwards."""
    assert push(registry, repository, digest).status_code == 400
    for claimed in (digest, sha256(CONTENT)):
        assert registry.head(f"{repository}/blobs/{claimed}").status_code == 404
