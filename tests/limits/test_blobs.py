"""How large a blob may be, whichever way it comes."""

from collections.abc import Callable

import pytest
import requests

from wharf.cloud import NAMESPACE
from wharf.layer import sha256
from wharf.oci import Registry, assert_refused, location

REPOSITORY = f"{NAMESPACE}/web"
SIZE = 1024 * 1024
LARGEST = bytes(range(256)) * (SIZE // 256)
TOO_LARGE = LARGEST + b"!"
HEADERS = {"Content-Type": "application/octet-stream"}

Push = Callable[[Registry, bytes], requests.Response]


def in_one_put(registry: Registry, content: bytes) -> requests.Response:
    return registry.finish_upload(registry.start_upload(REPOSITORY), sha256(content), content)


def in_one_put_of_pieces(registry: Registry, content: bytes) -> requests.Response:
    return registry.finish_upload(registry.start_upload(REPOSITORY), sha256(content), pieces(content))


def in_one_post(registry: Registry, content: bytes) -> requests.Response:
    path = f"{REPOSITORY}/blobs/uploads/?digest={sha256(content)}"
    return registry.request("POST", path, headers=HEADERS, data=content)


def in_one_patch(registry: Registry, content: bytes) -> requests.Response:
    upload = registry.start_upload(REPOSITORY)
    sent = registry.request("PATCH", upload, headers=HEADERS, data=pieces(content))
    return registry.finish_upload(location(sent), sha256(content)) if sent.ok else sent


def pieces(content: bytes):
    """A body of no known length."""
    return (content[at : at + 100_000] for at in range(0, len(content), 100_000))


@pytest.mark.parametrize("push", [in_one_put, in_one_put_of_pieces, in_one_post, in_one_patch])
def test_in_one_request(registry: Registry, push: Push):
    assert push(registry, LARGEST).status_code == 201
    assert registry.get_blob(REPOSITORY, sha256(LARGEST)).content == LARGEST
    assert_refused(push(registry, TOO_LARGE), 413, "SIZE_INVALID")
    assert registry.head(f"{REPOSITORY}/blobs/{sha256(TOO_LARGE)}").status_code == 404


@pytest.mark.parametrize("by_put", [True, False])
def test_in_chunks(registry: Registry, by_put: bool):
    """The chunk that goes over is refused as a whole, and the session stands where it stood."""
    upload, half = registry.start_upload(REPOSITORY), SIZE // 2
    upload = location(registry.send_chunk(upload, 0, LARGEST[:half]))
    too_much = TOO_LARGE[half:]
    if by_put:
        refused = registry.finish_upload(upload, sha256(TOO_LARGE), too_much)
    else:
        refused = registry.send_chunk(upload, half, too_much)
    assert_refused(refused, 413, "SIZE_INVALID")
    assert registry.get(upload).headers["Range"] == f"0-{half - 1}"
    assert registry.finish_upload(upload, sha256(LARGEST), LARGEST[half:]).status_code == 201
    assert registry.get_blob(REPOSITORY, sha256(LARGEST)).content == LARGEST
