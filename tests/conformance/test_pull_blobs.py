"""Pull: Pulling blobs (end-2)."""

import hashlib

import pytest

from conformance.breakage import broken_by, on
from conformance.conftest import Registry
from wharf.cloud import NAMESPACE
from wharf.layer import sha256

GET = on("GET", "/blobs/sha")
CONTENT = bytes(range(256)) * 8


@pytest.fixture
def blob(registry: Registry, repository: str) -> str:
    """The digest of CONTENT, which is in `repository`."""
    return registry.push_blob(repository, CONTENT)


@broken_by(GET.status(203), GET.damaged())
def test_end_2_get_answers_200_with_the_blob(registry: Registry, repository: str, blob: str):
    """MUST: an existing blob is answered with 200 and is the expected one."""
    answer = registry.get_blob(repository, blob)
    assert answer.status_code == 200
    assert answer.content == CONTENT


@broken_by(GET.without("Docker-Content-Digest"))
def test_end_2_get_tells_the_digest(registry: Registry, repository: str, blob: str):
    """MUST: Docker-Content-Digest is there."""
    assert registry.get_blob(repository, blob).headers.get("Docker-Content-Digest") == blob


@pytest.mark.parametrize("algorithm", ["sha256", "sha512"])
@broken_by(GET.header("Docker-Content-Digest", sha256(b"something else")), GET.damaged())
def test_end_2_the_digest_told_is_the_bodys(registry: Registry, repository: str, algorithm: str):
    """MUST: Docker-Content-Digest is a digest of the answer's own body."""
    digest = f"{algorithm}:{hashlib.new(algorithm, CONTENT).hexdigest()}"
    pushed = registry.finish_upload(registry.start_upload(repository), digest, CONTENT)
    assert pushed.status_code == 201, pushed.text
    answer = registry.get_blob(repository, digest)
    told, hexadecimal = answer.headers["Docker-Content-Digest"].split(":")
    assert hashlib.new(told, answer.content).hexdigest() == hexadecimal


@pytest.mark.parametrize("digest", [sha256(b"absent"), "sha512:" + "0" * 128])
@broken_by(GET.status(200), GET.status(400))
def test_end_2_an_absent_blob_is_404(registry: Registry, repository: str, blob: str, digest: str):
    """MUST: 404 where the repository has no such blob."""
    assert registry.get_blob(repository, digest).status_code == 404


@broken_by(GET.status(200))
def test_end_2_a_blob_of_another_repository_is_404(registry: Registry, repository: str, blob: str):
    """MUST: 404 where the repository has no such blob, whatever others have."""
    other = f"{NAMESPACE}/{repository.split('/')[1]}-other"
    registry.push_blob(other, b"so that the repository exists")
    assert registry.get_blob(other, blob).status_code == 404


@pytest.mark.parametrize(
    ("wanted", "first", "last"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=500-1499", 500, 1499),
        ("bytes=500-", 500, 2047),
        ("bytes=-500", 1548, 2047),
        ("bytes=-9999", 0, 2047),
        ("bytes=2000-5000", 2000, 2047),
    ],
)
@broken_by(GET.status(200), GET.without("Content-Range"), GET.damaged())
def test_end_2_a_range_is_answered_with_206(
    registry: Registry, repository: str, blob: str, wanted: str, first: int, last: int
):
    """SHOULD: Range by RFC 9110, section 14."""
    answer = registry.get_blob(repository, blob, headers={"Range": wanted})
    assert answer.status_code == 206
    assert answer.headers.get("Content-Range") == f"bytes {first}-{last}/{len(CONTENT)}"
    assert answer.content == CONTENT[first : last + 1]


@pytest.mark.parametrize("wanted", ["bytes=2048-", "bytes=5000-10000", "bytes=-0"])
@broken_by(GET.status(200), GET.status(206), GET.without("Content-Range"))
def test_end_2_a_range_outside_the_blob_is_416(registry: Registry, repository: str, blob: str, wanted: str):
    """SHOULD: Range by RFC 9110: an unsatisfiable one is 416 and Content-Range tells the size."""
    answer = registry.get_blob(repository, blob, headers={"Range": wanted})
    assert answer.status_code == 416
    assert answer.headers.get("Content-Range") == f"bytes */{len(CONTENT)}"


@broken_by(GET.status(206), GET.body(CONTENT[:1]))
def test_end_2_a_range_in_an_unknown_unit_is_ignored(registry: Registry, repository: str, blob: str):
    """SHOULD: Range by RFC 9110: a unit that the server does not know counts as no range."""
    answer = registry.get_blob(repository, blob, headers={"Range": "layers=0-0"})
    assert (answer.status_code, answer.content) == (200, CONTENT)
