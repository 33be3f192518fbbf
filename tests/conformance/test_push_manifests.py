"""Push: Pushing manifests (end-7a, end-7b)."""

import hashlib
import json

import pytest

from conformance.breakage import broken_by, on
from conformance.conftest import Registry
from conformance.content import EMPTY, artifact
from wharf.cloud import NAMESPACE
from wharf.layer import sha256
from wharf.layout import MANIFEST
from wharf.oci import location
from wharf.small_image import SmallImage

PUT = on("PUT", "/manifests/")
GET = on("GET", "/manifests/")
FOUR_MEGABYTES = 4 * 1000 * 1000


@broken_by(PUT.status(415), GET.header("Content-Type", "text/plain"))
def test_end_7a_parameters_of_the_type_are_ignored(registry: Registry, repository: str, image: SmallImage):
    """SHOULD: what follows the type in Content-Type does not count."""
    put = registry.put_manifest(repository, "v2", image.manifest, f"{MANIFEST}; charset=utf-8")
    assert put.status_code == 201
    assert registry.get_manifest(repository, "v2").headers["Content-Type"] == MANIFEST


@pytest.mark.parametrize("reference", ["sha256:abc", "md5:" + "0" * 32, ".v2", "v2:x", "x" * 129])
@broken_by(PUT.status(201), on("GET", "/tags/").json("lists it", lambda body: body["tags"].append("it")))
def test_end_7a_a_manifest_is_pushed_by_digest_or_tag(
    registry: Registry, repository: str, image: SmallImage, reference: str
):
    """MUST: a reference has no third form; what has is refused."""
    assert registry.put_manifest(repository, reference, image.manifest).status_code in (400, 404)
    tags = registry.tags(repository)
    assert tags == ["v1"]


@broken_by(PUT.status(400), GET.damaged())
def test_end_7a_a_manifest_may_have_no_layers(registry: Registry, repository: str):
    """MUST: a manifest refers to the blobs of its object; their list may be empty."""
    registry.push_blob(repository, EMPTY)
    manifest = artifact(layers=[])
    assert registry.put_manifest(repository, "v1", manifest).status_code == 201
    assert registry.get_manifest(repository, "v1").content == manifest


@pytest.mark.parametrize("style", ["indented", "unknown fields", "escapes", "final newlines"])
@broken_by(GET.rewritten(), GET.damaged())
def test_end_7a_the_bytes_are_kept(registry: Registry, repository: str, image: SmallImage, style: str):
    """MUST: the manifest is stored byte for byte."""
    document = json.loads(image.manifest)
    manifest = {
        "indented": json.dumps(document, indent=5),
        "unknown fields": json.dumps({"zzz": {"a": [1, 2.50, None]}, **document, "aaa": "é"}),
        "escapes": json.dumps({**document, "annotations": {"slash": "\\u002F"}}).replace("\\\\u", "\\u"),
        "final newlines": json.dumps(document, ensure_ascii=False) + "\n\n",
    }[style].encode()
    assert registry.put_manifest(repository, "v2", manifest).status_code == 201
    assert registry.get_manifest(repository, "v2").content == manifest


@pytest.mark.parametrize("by", ["tag", "digest"])
@broken_by(PUT.status(200), PUT.status(202))
def test_end_7a_put_answers_201(registry: Registry, repository: str, image: SmallImage, by: str):
    """MUST: 201 for a manifest that is stored."""
    reference = "v2" if by == "tag" else image.digest
    assert registry.put_manifest(repository, reference, image.manifest).status_code == 201


@pytest.mark.parametrize("by", ["tag", "digest"])
@broken_by(PUT.without("Location"), PUT.header("Location", "/v2/"), GET.status(404), GET.damaged())
def test_end_7a_put_tells_where_to_pull(registry: Registry, repository: str, image: SmallImage, by: str):
    """MUST: Location holds an address from which the manifest can be pulled."""
    put = registry.put_manifest(repository, "v2" if by == "tag" else image.digest, image.manifest)
    assert put.headers.get("Location")
    pulled = registry.get(location(put), headers={"Accept": "*/*"})
    assert (pulled.status_code, pulled.content) == (200, image.manifest)


@pytest.mark.parametrize("algorithm", ["sha256", "sha512"])
@broken_by(PUT.without("Docker-Content-Digest"), PUT.header("Docker-Content-Digest", sha256(b"else")))
def test_end_7a_put_tells_the_digest_that_the_client_gave(
    registry: Registry, repository: str, image: SmallImage, algorithm: str
):
    """MUST: Docker-Content-Digest equals the digest that the client pushed by."""
    digest = f"{algorithm}:{hashlib.new(algorithm, image.manifest).hexdigest()}"
    put = registry.put_manifest(repository, digest, image.manifest)
    assert put.headers.get("Docker-Content-Digest") == digest


@broken_by(PUT.status(201), GET.status(200))
def test_end_7a_a_digest_of_another_manifest_is_refused(
    registry: Registry, repository: str, image: SmallImage
):
    """MUST: the stored manifest's digest is the one that the client gave, or nothing is stored."""
    other = sha256(image.manifest + b" ")
    assert registry.put_manifest(repository, other, image.manifest).status_code == 400
    assert registry.get_manifest(repository, other).status_code == 404


def push_with_tags(registry: Registry, repository: str, digest: str, manifest: bytes, tags: list[str]):
    parameters = "&".join(f"tag={tag}" for tag in tags)
    return registry.put_manifest(repository, f"{digest}?{parameters}", manifest)


def told_tags(answer) -> list[str]:
    """The tags of all OCI-Tag headers, which may be several or one with commas."""
    return [tag.strip() for tag in answer.headers.get("OCI-Tag", "").split(",") if tag.strip()]


@broken_by(PUT.status(414), GET.status(404), PUT.ignored(201))
def test_end_7b_ten_tags_are_pushed_at_once(registry: Registry, repository: str, image: SmallImage):
    """SHOULD: at least ten `tag` parameters in one request."""
    tags = [f"1.{number}" for number in range(10)]
    assert push_with_tags(registry, repository, image.digest, image.manifest, tags).status_code == 201
    for tag in tags:
        pulled = registry.get_manifest(repository, tag)
        assert pulled.status_code == 200


@pytest.mark.parametrize("algorithm", ["sha256", "sha512"])
@broken_by(PUT.without("OCI-Tag"), PUT.header("OCI-Tag", "1.2.3, 1.2, 1"))
def test_end_7b_each_accepted_tag_is_told(
    registry: Registry, repository: str, image: SmallImage, algorithm: str
):
    """MUST: OCI-Tag names each tag that was accepted."""
    digest = f"{algorithm}:{hashlib.new(algorithm, image.manifest).hexdigest()}"
    tags = ["1.2.3", "1.2", "1", "latest"]
    put = push_with_tags(registry, repository, digest, image.manifest, tags)
    assert sorted(told_tags(put)) == sorted(tags)


@broken_by(
    PUT.header("OCI-Tag", "good, .bad"),
    on("GET", "/tags/").json("lists another", lambda body: body["tags"].append("x")),
)
def test_end_7b_no_other_tag_is_told(registry: Registry, repository: str, image: SmallImage):
    """MUST: OCI-Tag names accepted tags only: what is told is there, what is not is not."""
    put = push_with_tags(registry, repository, image.digest, image.manifest, ["good", ".bad"])
    told = told_tags(put)
    assert ".bad" not in told
    tags = registry.tags(repository)
    assert tags == sorted({"v1", *told})


@pytest.mark.parametrize(
    "path", ["manifests/v1", f"manifests/{sha256(b'')}", f"blobs/{sha256(b'')}", "tags/list"]
)
@broken_by(on("GET").status(200), on("GET").status(401))
def test_end_3_an_absent_repository_is_404(registry: Registry, repository: str, path: str):
    """MUST: 404 for a pull from a repository that does not exist."""
    assert registry.get(f"{NAMESPACE}/absent/{path}").status_code == 404


@broken_by(PUT.status(201), PUT.status(400), PUT.status(500))
def test_end_7a_a_manifest_over_the_limit_is_413(registry: Registry, repository: str, image: SmallImage):
    """SHOULD: manifests have a greatest size; a larger one is answered with 413."""
    manifest = image.manifest + b" " * (4 * FOUR_MEGABYTES)
    assert registry.put_manifest(repository, "v2", manifest).status_code == 413


@broken_by(PUT.status(413), GET.damaged())
def test_end_7a_a_manifest_of_four_megabytes_is_taken(
    registry: Registry, repository: str, image: SmallImage
):
    """SHOULD: manifests of at least 4 megabytes are supported."""
    manifest = image.manifest + b" " * (FOUR_MEGABYTES - len(image.manifest))
    assert registry.put_manifest(repository, "v2", manifest).status_code == 201
    assert registry.get_manifest(repository, "v2").content == manifest
