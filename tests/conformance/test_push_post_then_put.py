"""Push: Pushing a blob monolithically, POST then PUT (end-4a, end-6)."""

import re

import pytest

from conformance.breakage import broken_by, on
from conformance.conftest import Registry
from wharf.layer import sha256
from wharf.oci import location

POST = on("POST", "/blobs/uploads/")
PUT = on("PUT", "digest=")
GET = on("GET", "/blobs/sha")
CONTENT = b"one POST, one PUT"
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)


@broken_by(POST.status(200), POST.status(201))
def test_end_4a_post_answers_202(registry: Registry, repository: str):
    """MUST: an upload begins with 202."""
    assert registry.request("POST", f"{repository}/blobs/uploads/").status_code == 202


@broken_by(POST.without("Location"))
def test_end_4a_post_tells_where_to_push(registry: Registry, repository: str):
    """MUST: Location holds the session's address."""
    assert registry.request("POST", f"{repository}/blobs/uploads/").headers.get("Location")


@broken_by(POST.header("Location", "/v2/team/blobs/uploads/1"))
def test_end_4a_each_session_has_its_uuid(registry: Registry, repository: str):
    """MUST: the session's address contains a UUID of its own."""
    found = [UUID.findall(registry.start_upload(repository)) for _ in range(2)]
    assert all(found)
    assert found[0] != found[1]


@broken_by(PUT.status(200), PUT.status(204))
def test_end_6_put_answers_201(registry: Registry, repository: str):
    """MUST: a finished upload is answered with 201."""
    upload = registry.start_upload(repository)
    assert registry.finish_upload(upload, sha256(CONTENT), CONTENT).status_code == 201


@broken_by(PUT.without("Location"), PUT.header("Location", "/v2/"), GET.status(404), GET.damaged())
def test_end_6_put_tells_where_to_pull(registry: Registry, repository: str):
    """MUST: Location holds an address from which the blob can be pulled."""
    put = registry.finish_upload(registry.start_upload(repository), sha256(CONTENT), CONTENT)
    assert put.headers.get("Location")
    pulled = registry.get(location(put))
    assert (pulled.status_code, pulled.content) == (200, CONTENT)


@pytest.mark.parametrize("size", [0, 1, 100_000])
@broken_by(PUT.status(400), on("HEAD").header("Content-Length", "7"))
def test_end_6_the_blobs_size_is_the_bodys(registry: Registry, repository: str, size: int):
    """The request's Content-Length is the blob's size, none too small."""
    content = b"x" * size
    put = registry.finish_upload(registry.start_upload(repository), sha256(content), content)
    assert put.status_code == 201
    head = registry.head(f"{repository}/blobs/{sha256(content)}")
    assert head.headers.get("Content-Length") == str(size)
