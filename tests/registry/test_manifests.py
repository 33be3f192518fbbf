"""Manifests: stored byte for byte, found by tag and digest, refused when they cannot be right."""

import json

import pytest

from wharf.cloud import NAMESPACE, Cloud, Instance
from wharf.layer import sha256
from wharf.layout import INDEX, MANIFEST
from wharf.oci import MANIFEST_LIMIT, Registry, assert_refused, location
from wharf.small_image import SmallImage

REPOSITORY = f"{NAMESPACE}/web"
DOCKER = "application/vnd.docker.distribution.manifest.v2+json"


@pytest.fixture
def image(registry: Registry) -> SmallImage:
    return SmallImage.make("manifests").push(registry, REPOSITORY, "v1")


@pytest.mark.parametrize("by_digest", [True, False])
def test_reading(registry: Registry, image: SmallImage, by_digest: bool):
    answer = registry.get_manifest(REPOSITORY, image.digest if by_digest else "v1")
    assert answer.status_code == 200
    assert answer.content == image.manifest
    assert answer.headers["Content-Type"] == MANIFEST
    assert answer.headers["Docker-Content-Digest"] == image.digest


def test_head(registry: Registry, image: SmallImage):
    head = registry.head(f"{REPOSITORY}/manifests/v1")
    assert head.status_code == 200
    assert head.headers["Content-Length"] == str(len(image.manifest))
    assert head.headers["Docker-Content-Digest"] == image.digest
    assert head.headers["Content-Type"] == MANIFEST


def test_writing_tells_digest_and_location(registry: Registry, image: SmallImage):
    put = registry.put_manifest(REPOSITORY, "v2", image.manifest)
    assert put.status_code == 201
    assert put.headers["Docker-Content-Digest"] == image.digest
    assert registry.get(location(put), headers={"Accept": "*/*"}).content == image.manifest


def test_writing_by_digest_makes_no_tag(registry: Registry):
    image = SmallImage.make("untagged").push(registry, REPOSITORY)
    assert registry.get_manifest(REPOSITORY, image.digest).content == image.manifest
    assert registry.tags(REPOSITORY) in ([], None)


def test_a_docker_manifest_keeps_its_type(
    registry: Registry, cloud: Cloud, instance: Instance, image: SmallImage
):
    manifest = json.loads(image.manifest)
    manifest["mediaType"] = DOCKER
    manifest["config"]["mediaType"] = "application/vnd.docker.container.image.v1+json"
    for layer in manifest["layers"]:
        layer["mediaType"] = "application/vnd.docker.image.rootfs.diff.tar.gzip"
    content = json.dumps(manifest).encode()
    assert registry.put_manifest(REPOSITORY, "docker", content, DOCKER).status_code == 201
    answer = registry.get_manifest(REPOSITORY, "docker")
    assert (answer.content, answer.headers["Content-Type"]) == (content, DOCKER)
    assert cloud.images(instance, NAMESPACE, "web")["docker"].Kind == f"Artifact::{DOCKER}"


def test_absent_references(registry: Registry, image: SmallImage):
    assert_refused(registry.get_manifest(REPOSITORY, "absent"), 404, "MANIFEST_UNKNOWN")
    assert_refused(registry.get_manifest(REPOSITORY, sha256(b"absent")), 404, "MANIFEST_UNKNOWN")
    assert registry.head(f"{REPOSITORY}/manifests/absent").status_code == 404


def test_an_absent_layer(registry: Registry):
    image = SmallImage.make("absent layer")
    registry.push_blob(REPOSITORY, image.config)
    assert_refused(registry.put_manifest(REPOSITORY, "v1", image.manifest), 404, "MANIFEST_BLOB_UNKNOWN")
    assert_refused(registry.get_manifest(REPOSITORY, "v1"), 404, "MANIFEST_UNKNOWN")
    assert_refused(registry.get_manifest(REPOSITORY, image.digest), 404, "MANIFEST_UNKNOWN")


def test_a_layer_of_another_repository_is_absent(registry: Registry, image: SmallImage):
    registry.push_blob(f"{NAMESPACE}/other", b"so that the repository exists")
    put = registry.put_manifest(f"{NAMESPACE}/other", "v1", image.manifest)
    assert_refused(put, 404, "MANIFEST_BLOB_UNKNOWN")


def test_an_index_over_an_absent_image(registry: Registry, image: SmallImage):
    absent = {"mediaType": MANIFEST, "digest": sha256(b"absent"), "size": 6}
    index = json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": [absent]}).encode()
    assert registry.put_manifest(REPOSITORY, "all", index, INDEX).status_code == 404
    assert registry.tags(REPOSITORY) == ["v1"]


def test_a_manifest_that_is_too_large(registry: Registry, image: SmallImage):
    padding = b" " * (MANIFEST_LIMIT + 1 - len(image.manifest))
    refused = registry.put_manifest(REPOSITORY, "large", image.manifest + padding)
    assert_refused(refused, 413, "SIZE_INVALID")
    assert registry.tags(REPOSITORY) == ["v1"]


def test_a_manifest_of_the_largest_size(registry: Registry, image: SmallImage):
    largest = image.manifest + b" " * (MANIFEST_LIMIT - len(image.manifest))
    assert registry.put_manifest(REPOSITORY, "large", largest).status_code == 201
    assert registry.get_manifest(REPOSITORY, "large").content == largest


def test_a_digest_of_other_content(registry: Registry, image: SmallImage):
    refused = registry.put_manifest(REPOSITORY, sha256(b"other"), image.manifest)
    assert_refused(refused, 400, "DIGEST_INVALID")


@pytest.mark.parametrize("content", [b"not json", b"[]", b'{"schemaVersion": 2, "layers": "none"}'])
def test_content_that_is_no_manifest(registry: Registry, image: SmallImage, content: bytes):
    assert_refused(registry.put_manifest(REPOSITORY, "bad", content), 400, "MANIFEST_INVALID")
    assert registry.tags(REPOSITORY) == ["v1"]


@pytest.mark.parametrize("tag", [".front", "-front", "x" * 129, "col:on"])
def test_an_illegal_tag(registry: Registry, image: SmallImage, tag: str):
    assert 400 <= registry.put_manifest(REPOSITORY, tag, image.manifest).status_code < 500
    assert registry.tags(REPOSITORY) == ["v1"]
