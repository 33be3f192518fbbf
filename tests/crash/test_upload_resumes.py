"""An upload in chunks goes on after `kill -9`, from the last chunk that was acknowledged."""

from collections.abc import Iterator

import pytest
import requests

from wharf.cloud import NAMESPACE
from wharf.layer import sha256
from wharf.oci import Registry, Streamed, location
from wharf.server import Server
from wharf.small_image import SmallImage

REPOSITORY = f"{NAMESPACE}/web"
CHUNK = 100_000
(CONTENT,) = SmallImage.make("resumed", layers=1, layer_size=4 * CHUNK).layers


def send_chunks(registry: Registry, upload: str, first: int, last: int) -> str:
    """Send the chunks of these numbers and return the upload's last location."""
    for number in range(first, last):
        chunk = CONTENT[number * CHUNK : (number + 1) * CHUNK]
        answer = registry.send_chunk(upload, number * CHUNK, chunk)
        assert answer.status_code == 202, answer.text
        upload = location(answer)
    return upload


def offset(registry: Registry, upload: str) -> tuple[int, str]:
    """How much of an upload the server holds, and where it goes on."""
    status = registry.get(upload)
    assert status.status_code == 204, status.text
    start, end = status.headers["Range"].split("-")
    assert start == "0"
    return int(end) + 1, location(status)


def test_killed_between_chunks(own_server: Server, own_registry: Registry):
    upload = send_chunks(own_registry, own_registry.start_upload(REPOSITORY), 0, 2)
    own_server.kill()
    own_server.start()
    held, upload = offset(own_registry, upload)
    assert held == 2 * CHUNK
    upload = send_chunks(own_registry, upload, 2, 4)
    assert own_registry.finish_upload(upload, sha256(CONTENT)).status_code == 201
    assert own_registry.get_blob(REPOSITORY, sha256(CONTENT)).content == CONTENT


def test_killed_within_a_chunk(own_server: Server, own_registry: Registry):
    upload = send_chunks(own_registry, own_registry.start_upload(REPOSITORY), 0, 2)

    def half_a_chunk() -> Iterator[bytes]:
        yield CONTENT[2 * CHUNK : 2 * CHUNK + CHUNK // 2]
        own_server.kill()
        yield CONTENT[2 * CHUNK + CHUNK // 2 : 3 * CHUNK]

    with pytest.raises(requests.RequestException):
        own_registry.send_chunk(upload, 2 * CHUNK, Streamed(half_a_chunk(), CHUNK))
    own_server.start()
    held, upload = offset(own_registry, upload)
    assert held == 2 * CHUNK, "the chunk that was not acknowledged does not count"
    upload = send_chunks(own_registry, upload, 2, 4)
    assert own_registry.finish_upload(upload, sha256(CONTENT)).status_code == 201
    assert own_registry.get_blob(REPOSITORY, sha256(CONTENT)).content == CONTENT


def test_killed_after_each_chunk(own_server: Server, own_registry: Registry):
    upload = own_registry.start_upload(REPOSITORY)
    for number in range(4):
        upload = send_chunks(own_registry, upload, number, number + 1)
        own_server.kill()
        own_server.start()
        held, upload = offset(own_registry, upload)
        assert held == (number + 1) * CHUNK
    assert own_registry.finish_upload(upload, sha256(CONTENT)).status_code == 201
    assert own_registry.get_blob(REPOSITORY, sha256(CONTENT)).content == CONTENT


def test_the_digest_is_still_checked(own_server: Server, own_registry: Registry):
    upload = send_chunks(own_registry, own_registry.start_upload(REPOSITORY), 0, 2)
    own_server.kill()
    own_server.start()
    upload = send_chunks(own_registry, upload, 2, 4)
    wrong = sha256(CONTENT[: 2 * CHUNK])
    assert own_registry.finish_upload(upload, wrong).status_code == 400
    assert own_registry.head(f"{REPOSITORY}/blobs/{wrong}").status_code == 404
