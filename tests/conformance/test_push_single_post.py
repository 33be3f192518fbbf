"""Push: Pushing a blob monolithically, single POST (end-4b)."""

import base64
import socket

import pytest
import requests

from conformance.breakage import broken_by, on
from conformance.conftest import Registry
from wharf.cloud import Login
from wharf.layer import sha256
from wharf.oci import location
from wharf.server import Server

POST = on("POST", "digest=")
HEAD = on("HEAD", "/blobs/sha")
GET = on("GET", "/blobs/sha")
CONTENT = b"all in one POST"


@pytest.fixture
def post(registry: Registry, repository: str):
    """Push CONTENT under a digest in a single POST."""

    def post(digest: str) -> requests.Response:
        return registry.request(
            "POST",
            f"{repository}/blobs/uploads/?digest={digest}",
            headers={"Content-Type": "application/octet-stream"},
            data=CONTENT,
        )

    return post


@broken_by(POST.status(200), POST.status(202))
def test_end_4b_post_answers_201(post):
    """MUST: a blob that came in one POST is answered with 201."""
    assert post(sha256(CONTENT)).status_code == 201


@broken_by(POST.without("Location"), POST.header("Location", "/v2/"), GET.status(404), GET.damaged())
def test_end_4b_post_tells_where_to_pull(registry: Registry, post):
    """MUST: Location holds an address from which the blob can be pulled."""
    answer = post(sha256(CONTENT))
    assert answer.headers.get("Location")
    pulled = registry.get(location(answer))
    assert (pulled.status_code, pulled.content) == (200, CONTENT)


@broken_by(POST.status(201), HEAD.status(200))
def test_end_4b_the_digest_must_be_the_contents(registry: Registry, repository: str, post):
    """MUST: the digest is the blob's own; nothing is stored under another."""
    other = sha256(b"other content")
    assert post(other).status_code == 400
    assert registry.head(f"{repository}/blobs/{other}").status_code == 404


@broken_by(HEAD.status(200))
def test_end_4b_a_body_shorter_than_its_length_is_no_blob(
    server: Server, registry: Registry, repository: str, login: Login
):
    """MUST: Content-Length is the blob's length. A body that ends early leaves nothing."""
    credentials = base64.b64encode(str(login).encode()).decode()
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as line:
        line.sendall(
            f"POST {registry.root}/{repository}/blobs/uploads/?digest={sha256(CONTENT)} HTTP/1.1\r\n"
            f"Host: {server.address}\r\nAuthorization: Basic {credentials}\r\n"
            f"Content-Type: application/octet-stream\r\nContent-Length: {len(CONTENT) + 1}\r\n\r\n".encode()
            + CONTENT
        )
        line.shutdown(socket.SHUT_WR)
        while line.recv(4096):
            pass
    assert registry.head(f"{repository}/blobs/{sha256(CONTENT)}").status_code == 404
