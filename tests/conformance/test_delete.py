"""Content Management: Deleting tags, manifests and blobs (end-9, end-10)."""

import pytest

from conformance.breakage import broken_by, on
from conformance.conftest import Registry
from conformance.content import descriptor, index, push, push_artifact
from wharf.layer import sha256
from wharf.layout import INDEX
from wharf.small_image import SmallImage

DELETE_MANIFEST = on("DELETE", "/manifests/")
DELETE_BLOB = on("DELETE", "/blobs/sha")
GET = on("GET", "/manifests/")
LIST = on("GET", "/tags/list")


@pytest.fixture
def tagged(registry: Registry, repository: str) -> SmallImage:
    """An image under the tags `v1` and `v2`."""
    return SmallImage.make(repository).push(registry, repository, "v1", "v2")


@pytest.fixture
def delete(registry: Registry, repository: str):
    """Delete what is at this path of `repository`."""
    return lambda path: registry.request("DELETE", f"{repository}/{path}")


@broken_by(DELETE_MANIFEST.status(200), DELETE_MANIFEST.status(204))
def test_end_9_deleting_a_tag_answers_202(delete, tagged: SmallImage):
    """MUST: 202 for a tag that is deleted."""
    assert delete("manifests/v1").status_code == 202


@broken_by(DELETE_MANIFEST.ignored(202), GET.status(200))
def test_end_9_a_deleted_tag_is_404(registry: Registry, repository: str, delete, tagged: SmallImage):
    """A GET of a deleted tag answers 404, and the list of tags has it no more."""
    delete("manifests/v1")
    assert registry.get_manifest(repository, "v1").status_code == 404
    assert registry.tags(repository) == ["v2"]


@broken_by(GET.status(404), LIST.json("lists none", lambda body: body["tags"].clear()))
def test_end_9_deleting_a_tag_leaves_its_manifest(
    registry: Registry, repository: str, delete, tagged: SmallImage
):
    """Only the tag goes: its manifest and the manifest's other tags stay."""
    delete("manifests/v1")
    for reference in ("v2", tagged.digest):
        assert registry.get_manifest(repository, reference).status_code == 200
    tags = registry.tags(repository)
    assert tags == ["v2"]


@broken_by(DELETE_MANIFEST.status(202))
def test_end_9_deleting_an_absent_tag_is_404(delete, tagged: SmallImage):
    """The endpoint's failure is 404."""
    assert delete("manifests/absent").status_code == 404


@broken_by(DELETE_MANIFEST.status(200), DELETE_MANIFEST.status(204))
def test_end_9_deleting_a_manifest_answers_202(delete, tagged: SmallImage):
    """MUST: 202 for a manifest that is deleted."""
    assert delete(f"manifests/{tagged.digest}").status_code == 202


@pytest.mark.parametrize("reference", ["v1", sha256(b"absent")])
@broken_by(DELETE_MANIFEST.status(202), DELETE_MANIFEST.status(403))
def test_end_9_deleting_from_an_absent_repository_is_404(
    registry: Registry, repository: str, reference: str
):
    """MUST: 404 where there is no such repository."""
    answer = registry.request("DELETE", f"{repository}-absent/manifests/{reference}")
    assert answer.status_code == 404


@broken_by(DELETE_MANIFEST.status(202))
def test_end_9_deleting_an_absent_manifest_is_404(delete, tagged: SmallImage):
    """The endpoint's failure is 404."""
    assert delete(f"manifests/{sha256(b'absent')}").status_code == 404


@pytest.mark.parametrize("gone", ["by digest", "v1", "v2"])
@broken_by(DELETE_MANIFEST.ignored(202), GET.status(200))
def test_end_9_a_deleted_manifest_and_its_tags_are_404(
    registry: Registry, repository: str, delete, tagged: SmallImage, gone: str
):
    """A GET of the digest, and of each tag that led to it, answers 404."""
    delete(f"manifests/{tagged.digest}")
    reference = tagged.digest if gone == "by digest" else gone
    assert registry.get_manifest(repository, reference).status_code == 404


@broken_by(on("GET", "/referrers/").json("keeps it", lambda body: body["manifests"].append({})))
def test_end_9_a_deleted_referrer_is_not_listed(
    registry: Registry, repository: str, delete, tagged: SmallImage
):
    """What is deleted refers to nothing."""
    referrer = push_artifact(registry, repository, subject=descriptor(tagged.manifest))
    delete(f"manifests/{sha256(referrer)}")
    listed = registry.get(f"{repository}/referrers/{tagged.digest}").json()["manifests"]
    assert listed == []


@broken_by(DELETE_MANIFEST.status(202), DELETE_MANIFEST.status(403), GET.status(404))
def test_end_9_a_manifest_that_may_not_be_deleted_is_405(
    registry: Registry, repository: str, delete, tagged: SmallImage
):
    """MUST: 400 or 405 where deleting is disabled, as it is for what an index still refers to."""
    push(registry, repository, index([tagged]), INDEX)
    assert delete(f"manifests/{tagged.digest}").status_code in (400, 405)
    assert registry.get_manifest(repository, tagged.digest).status_code == 200


@pytest.fixture
def blob(registry: Registry, repository: str) -> str:
    """A blob that no manifest refers to."""
    return registry.push_blob(repository, b"to be deleted")


@broken_by(DELETE_BLOB.status(200), DELETE_BLOB.status(204))
def test_end_10_deleting_a_blob_answers_202(delete, blob: str):
    """MUST: 202 for a blob that is deleted."""
    assert delete(f"blobs/{blob}").status_code == 202


@broken_by(DELETE_BLOB.ignored(202), on("GET", "/blobs/").status(200))
def test_end_10_a_deleted_blob_is_404(registry: Registry, repository: str, delete, blob: str):
    """A GET of a deleted blob answers 404."""
    delete(f"blobs/{blob}")
    assert registry.get_blob(repository, blob).status_code == 404


@broken_by(DELETE_BLOB.status(202), DELETE_BLOB.status(400))
def test_end_10_deleting_an_absent_blob_is_404(delete, blob: str):
    """MUST: 404 where there is no such blob."""
    assert delete(f"blobs/{sha256(b'absent')}").status_code == 404


@broken_by(DELETE_BLOB.status(202), DELETE_BLOB.status(403), on("HEAD").status(404))
def test_end_10_a_blob_that_may_not_be_deleted_is_405(
    registry: Registry, repository: str, delete, tagged: SmallImage
):
    """MUST: 400 or 405 where deleting is disabled, as it is for what a manifest still refers to."""
    path = f"blobs/{sha256(tagged.config)}"
    assert delete(path).status_code in (400, 405)
    assert registry.head(f"{repository}/{path}").status_code == 200
