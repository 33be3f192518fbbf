"""Pull: Pulling manifests (end-3)."""

import json

import pytest

from conformance.breakage import broken_by, on
from conformance.conftest import Registry
from conformance.content import DOCKER_LIST, DOCKER_MANIFEST, index, retyped
from wharf.cloud import NAMESPACE
from wharf.layer import sha256
from wharf.layout import INDEX, MANIFEST
from wharf.small_image import SmallImage

GET = on("GET", "/manifests/")
PUT = on("PUT", "/manifests/")


@pytest.mark.parametrize("by", ["tag", "digest"])
@broken_by(GET.status(404), GET.damaged())
def test_end_3_a_manifest_goes_by_tag_and_by_digest(
    registry: Registry, repository: str, image: SmallImage, by: str
):
    """MUST: what follows `manifests/` is a tag or a digest. Both lead to the manifest."""
    answer = registry.get_manifest(repository, "v1" if by == "tag" else image.digest)
    assert (answer.status_code, answer.content) == (200, image.manifest)


@pytest.mark.parametrize(
    "reference",
    [
        "sha256:abc",
        "sha256:" + "G" * 64,
        "sha256-" + "x" * 122,
        "md5:" + "0" * 32,
        ".v1",
        "-v1",
        "v1:x",
        "v1@x",
    ],
)
@broken_by(GET.status(200))
def test_end_3_no_other_form_of_reference_leads_to_a_manifest(
    registry: Registry, repository: str, image: SmallImage, reference: str
):
    """MUST NOT: a reference has no third form."""
    assert registry.get_manifest(repository, reference).status_code in (400, 404)


@pytest.mark.parametrize(
    "name", ["a", "0", "a.b", "a_b", "a__b", "a-b", "a---b", "a/b/c", "a1.b2_c3__d4-e5/f6"]
)
@broken_by(on("POST").status(400))
def test_end_4a_every_name_of_the_grammar_is_taken(registry: Registry, repository: str, name: str):
    """MUST: the grammar of repository names."""
    assert registry.request("POST", f"{repository}/{name}/blobs/uploads/").status_code == 202


@pytest.mark.parametrize(
    "name", ["A", ".a", "a.", "-a", "a-", "_a", "a_", "a..b", "a___b", "a._b", "a//b", "é"]
)
@broken_by(on("POST").status(202))
def test_end_4a_no_other_name_is_taken(registry: Registry, repository: str, name: str):
    """MUST: the grammar of repository names."""
    answer = registry.request("POST", f"{repository}/{name}/blobs/uploads/")
    assert answer.status_code in (400, 404)


@pytest.mark.parametrize("tag", ["a", "Z", "0", "_", "v1.2-3_4", "A" * 128])
@broken_by(PUT.status(400), GET.status(404))
def test_end_7a_every_tag_of_the_grammar_is_taken(
    registry: Registry, repository: str, image: SmallImage, tag: str
):
    """MUST: a tag has at most 128 characters, of the tag grammar."""
    assert registry.put_manifest(repository, tag, image.manifest).status_code == 201
    assert registry.get_manifest(repository, tag).status_code == 200


@pytest.mark.parametrize("tag", ["A" * 129, ".a", "-a", "a+b", "a:b", "a b", "é"])
@broken_by(PUT.status(201))
def test_end_7a_no_other_tag_is_taken(registry: Registry, repository: str, image: SmallImage, tag: str):
    """MUST: a tag has at most 128 characters, of the tag grammar."""
    assert registry.put_manifest(repository, tag, image.manifest).status_code in (400, 404)
    assert registry.tags(repository) == ["v1"]


@broken_by(GET.header("Content-Type", f"{MANIFEST}; charset=utf-8"))
def test_end_3_the_type_has_no_parameters(registry: Registry, repository: str, image: SmallImage):
    """SHOULD NOT: no parameters in the answer's Content-Type."""
    answer = registry.get_manifest(repository, "v1")
    assert answer.headers["Content-Type"].split(";") == [MANIFEST]


@pytest.mark.parametrize("media_type", [MANIFEST, DOCKER_MANIFEST, INDEX, DOCKER_LIST])
@broken_by(GET.header("Content-Type", "application/json"))
def test_end_3_the_type_is_the_one_pushed(
    registry: Registry, repository: str, image: SmallImage, media_type: str
):
    """SHOULD: a manifest comes back with the Content-Type that it was pushed with."""
    is_image = media_type in (MANIFEST, DOCKER_MANIFEST)
    manifest = retyped(image.manifest if is_image else index([image]), media_type)
    put = registry.put_manifest(repository, "typed", manifest, media_type)
    assert put.status_code == 201, put.text
    assert registry.get_manifest(repository, "typed").headers["Content-Type"] == media_type


@broken_by(GET.header("Content-Type", "application/json"))
def test_end_3_the_type_is_the_one_pushed_without_a_media_type_field(
    registry: Registry, repository: str, image: SmallImage
):
    """SHOULD: the pushed Content-Type counts where the manifest itself names no type."""
    manifest = json.loads(image.manifest)
    del manifest["mediaType"]
    put = registry.put_manifest(repository, "untyped", json.dumps(manifest).encode(), MANIFEST)
    assert put.status_code == 201, put.text
    assert registry.get_manifest(repository, "untyped").headers["Content-Type"] == MANIFEST


@broken_by(GET.status(203), GET.damaged(), GET.rewritten())
def test_end_3_get_answers_200_with_the_manifest(registry: Registry, repository: str, image: SmallImage):
    """MUST: an existing manifest is answered with 200 and is the expected one."""
    answer = registry.get_manifest(repository, "v1")
    assert answer.status_code == 200
    assert answer.content == image.manifest


@pytest.mark.parametrize("by", ["tag", "digest"])
@broken_by(
    GET.without("Docker-Content-Digest"), GET.header("Docker-Content-Digest", sha256(b"something else"))
)
def test_end_3_get_tells_the_digest(registry: Registry, repository: str, image: SmallImage, by: str):
    """MUST: Docker-Content-Digest holds the manifest's digest."""
    answer = registry.get_manifest(repository, "v1" if by == "tag" else image.digest)
    assert answer.headers.get("Docker-Content-Digest") == image.digest


@pytest.mark.parametrize("reference", ["absent", sha256(b"absent"), "sha512:" + "0" * 128])
@broken_by(GET.status(200), GET.status(400))
def test_end_3_an_absent_manifest_is_404(
    registry: Registry, repository: str, image: SmallImage, reference: str
):
    """MUST: 404 where the repository has no such manifest."""
    assert registry.get_manifest(repository, reference).status_code == 404


@broken_by(GET.status(200))
def test_end_3_a_manifest_of_another_repository_is_404(
    registry: Registry, repository: str, image: SmallImage
):
    """MUST: 404 where the repository has no such manifest, whatever others have."""
    other = f"{NAMESPACE}/{repository.split('/')[1]}-other"
    registry.push_blob(other, b"so that the repository exists")
    assert registry.get_manifest(other, image.digest).status_code == 404
