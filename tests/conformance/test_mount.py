"""Push: Mounting a blob from another repository (end-11)."""

import hashlib

import pytest

from conformance.breakage import broken_by, on
from conformance.conftest import Registry
from wharf.layer import sha256
from wharf.oci import location

POST = on("POST", r"[?&]mount=")
GET = on("GET", "/blobs/sha")
CONTENT = b"mounted rather than pushed"


@pytest.fixture
def source(registry: Registry, repository: str) -> str:
    """A repository that has CONTENT."""
    name = f"{repository}-source"
    registry.push_blob(name, CONTENT)
    return name


@pytest.fixture
def mount(registry: Registry, repository: str):
    """Ask to mount a digest from a repository into `repository`."""

    def mount(digest: str, source: str | None):
        origin = f"&from={registry.name_of(source)}" if source else ""
        return registry.request("POST", f"{repository}/blobs/uploads/?mount={digest}{origin}")

    return mount


@broken_by(POST.status(202), POST.status(200))
def test_end_11_mount_answers_201(mount, source: str):
    """MUST: 201 for a blob that is mounted."""
    assert mount(sha256(CONTENT), source).status_code == 201


@broken_by(POST.without("Location"), POST.header("Location", "/v2/"), GET.status(404), GET.damaged())
def test_end_11_mount_tells_where_to_pull(registry: Registry, repository: str, mount, source: str):
    """MUST: Location holds the blob's address in the repository that it was mounted into."""
    answer = mount(sha256(CONTENT), source)
    assert answer.headers.get("Location")
    assert f"/{repository}/" in location(answer)
    pulled = registry.get(location(answer))
    assert (pulled.status_code, pulled.content) == (200, CONTENT)


@pytest.mark.parametrize("algorithm", ["sha256", "sha512"])
@broken_by(POST.without("Docker-Content-Digest"), POST.header("Docker-Content-Digest", sha256(b"else")))
def test_end_11_mount_tells_the_digest(registry: Registry, mount, source: str, algorithm: str):
    """Docker-Content-Digest holds the digest of the mounted blob."""
    digest = f"{algorithm}:{hashlib.new(algorithm, CONTENT).hexdigest()}"
    registry.finish_upload(registry.start_upload(source), digest, CONTENT)
    assert mount(digest, source).headers.get("Docker-Content-Digest") == digest


@broken_by(POST.status(404), POST.header("Location", "/v2/"))
def test_end_11_without_from_the_blob_is_mounted_or_a_session_begins(
    registry: Registry, repository: str, mount, source: str
):
    """MAY: `from` is optional: 201 and the blob is there, or 202 and it can be pushed."""
    answer = mount(sha256(CONTENT), None)
    assert answer.status_code in (201, 202)
    if answer.status_code == 202:
        pushed = registry.finish_upload(location(answer), sha256(CONTENT), CONTENT)
        assert pushed.status_code == 201
    else:
        assert registry.get(location(answer)).content == CONTENT


@pytest.mark.parametrize("lacking", ["the blob", "the repository"])
@broken_by(POST.status(201), POST.status(404), POST.without("Location"), on("PUT").status(404))
def test_end_11_what_cannot_be_mounted_begins_a_session(
    registry: Registry, repository: str, mount, source: str, lacking: str
):
    """SHOULD: 202 where there is nothing to mount, and the upload can go on."""
    content = b"not there to be mounted"
    answer = mount(sha256(content), source if lacking == "the blob" else f"{source}-absent")
    assert answer.status_code == 202
    assert answer.headers.get("Location")
    assert registry.finish_upload(location(answer), sha256(content), content).status_code == 201
