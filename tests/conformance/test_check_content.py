"""Pull: Checking if content exists in the registry (HEAD of end-2 and end-3)."""

import pytest

from conformance.breakage import broken_by, on
from conformance.conftest import Registry
from wharf.layer import sha256
from wharf.small_image import SmallImage

HEAD_BLOB = on("HEAD", "/blobs/sha")
HEAD_MANIFEST = on("HEAD", "/manifests/")


@pytest.fixture(params=["tag", "digest"])
def manifest(request: pytest.FixtureRequest, repository: str, image: SmallImage) -> str:
    """The path of the image's manifest, by tag and by digest."""
    return f"{repository}/manifests/{'v1' if request.param == 'tag' else image.digest}"


@pytest.fixture
def blob(repository: str, image: SmallImage) -> str:
    """The path of the image's config."""
    return f"{repository}/blobs/{sha256(image.config)}"


@broken_by(HEAD_BLOB.status(404), HEAD_BLOB.status(204))
def test_end_2_head_of_a_blob_answers_200(registry: Registry, blob: str):
    """MUST: 200 for a blob that exists."""
    assert registry.head(blob).status_code == 200


@broken_by(HEAD_MANIFEST.status(404), HEAD_MANIFEST.status(204))
def test_end_3_head_of_a_manifest_answers_200(registry: Registry, manifest: str):
    """MUST: 200 for a manifest that exists."""
    assert registry.head(manifest).status_code == 200


@broken_by(
    HEAD_BLOB.without("Docker-Content-Digest"), HEAD_BLOB.header("Docker-Content-Digest", sha256(b"else"))
)
def test_end_2_head_of_a_blob_tells_the_digest(registry: Registry, blob: str, image: SmallImage):
    """MUST: Docker-Content-Digest holds the blob's digest."""
    assert registry.head(blob).headers.get("Docker-Content-Digest") == sha256(image.config)


@broken_by(
    HEAD_MANIFEST.without("Docker-Content-Digest"),
    HEAD_MANIFEST.header("Docker-Content-Digest", sha256(b"else")),
)
def test_end_3_head_of_a_manifest_tells_the_digest(registry: Registry, manifest: str, image: SmallImage):
    """MUST: Docker-Content-Digest holds the manifest's digest."""
    assert registry.head(manifest).headers.get("Docker-Content-Digest") == image.digest


@broken_by(HEAD_BLOB.without("Content-Length"), HEAD_BLOB.header("Content-Length", "0"))
def test_end_2_head_of_a_blob_tells_the_size(registry: Registry, blob: str, image: SmallImage):
    """MUST: Content-Length holds the blob's size in bytes."""
    assert registry.head(blob).headers.get("Content-Length") == str(len(image.config))


@broken_by(HEAD_MANIFEST.without("Content-Length"), HEAD_MANIFEST.header("Content-Length", "0"))
def test_end_3_head_of_a_manifest_tells_the_size(registry: Registry, manifest: str, image: SmallImage):
    """MUST: Content-Length holds the manifest's size in bytes."""
    assert registry.head(manifest).headers.get("Content-Length") == str(len(image.manifest))


@broken_by(HEAD_BLOB.status(200))
def test_end_2_head_of_an_absent_blob_is_404(registry: Registry, repository: str, image: SmallImage):
    """MUST: 404 for a blob that the repository has not."""
    assert registry.head(f"{repository}/blobs/{sha256(b'absent')}").status_code == 404


@pytest.mark.parametrize("reference", ["absent", sha256(b"absent")])
@broken_by(HEAD_MANIFEST.status(200))
def test_end_3_head_of_an_absent_manifest_is_404(
    registry: Registry, repository: str, image: SmallImage, reference: str
):
    """MUST: 404 for a manifest that the repository has not."""
    assert registry.head(f"{repository}/manifests/{reference}").status_code == 404
