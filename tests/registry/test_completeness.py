"""`wharf admin instance set-completeness`: what of a manifest's content must be there before it."""

import json

import pytest
import requests

from wharf.admin import Admin
from wharf.cloud import NAMESPACE, Cloud, Instance
from wharf.layer import sha256
from wharf.layout import INDEX, MANIFEST
from wharf.oci import Registry, assert_refused
from wharf.server import Server
from wharf.small_image import SmallImage

REPOSITORY = f"{NAMESPACE}/web"
ABSENT = [sha256(f"absent image {number}".encode()) for number in range(2)]


@pytest.fixture
def present(registry: Registry) -> SmallImage:
    return SmallImage.make("present").push(registry, REPOSITORY, "v1")


def put_index(registry: Registry, present: SmallImage) -> requests.Response:
    """Put an index of one image that is there and two that are not."""
    digests = [present.digest, *ABSENT]
    manifests = [{"mediaType": MANIFEST, "digest": digest, "size": 500} for digest in digests]
    index = json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": manifests}).encode()
    return registry.put_manifest(REPOSITORY, "index", index, INDEX)


def put_image(registry: Registry) -> tuple[requests.Response, list[str]]:
    """Put an image whose config is there and whose two layers are not; returns their digests too."""
    image = SmallImage.make("without layers")
    registry.push_blob(REPOSITORY, image.config)
    put = registry.put_manifest(REPOSITORY, "image", image.manifest)
    return put, [sha256(layer) for layer in image.layers]


def assert_missing(answer: requests.Response, missing: list[str], there: str) -> None:
    """All that is missing is named, and nothing that is there."""
    assert_refused(answer, 404, "MANIFEST_BLOB_UNKNOWN")
    for digest in missing:
        assert digest in answer.text
    assert there not in answer.text


def assert_kept(registry: Registry, answer: requests.Response, tag: str) -> None:
    assert answer.status_code == 201, answer.text
    pulled = registry.get_manifest(REPOSITORY, tag)
    assert pulled.headers["Docker-Content-Digest"] == answer.headers["Docker-Content-Digest"]


@pytest.mark.parametrize("by_default", [True, False])
def test_strict(
    admin: Admin, instance: Instance, registry: Registry, present: SmallImage, by_default: bool
):
    if not by_default:
        admin.do("instance", "set-completeness", instance.id, "strict")
    assert_missing(put_index(registry, present), ABSENT, present.digest)
    image, layers = put_image(registry)
    assert_missing(image, layers, sha256(SmallImage.make("without layers").config))
    assert registry.tags(REPOSITORY) == ["v1"]


def test_sparse_indexes(admin: Admin, instance: Instance, registry: Registry, present: SmallImage):
    admin.do("instance", "set-completeness", instance.id, "sparse-indexes")
    assert_kept(registry, put_index(registry, present), "index")
    image, layers = put_image(registry)
    assert_missing(image, layers, sha256(SmallImage.make("without layers").config))
    assert registry.tags(REPOSITORY) == ["index", "v1"]


def test_sparse(admin: Admin, instance: Instance, registry: Registry, present: SmallImage):
    admin.do("instance", "set-completeness", instance.id, "sparse")
    assert_kept(registry, put_index(registry, present), "index")
    image, layers = put_image(registry)
    assert_kept(registry, image, "image")
    for digest in layers:
        assert registry.head(f"{REPOSITORY}/blobs/{digest}").status_code == 404


def test_what_is_missing_comes_later(
    admin: Admin, instance: Instance, registry: Registry, present: SmallImage
):
    admin.do("instance", "set-completeness", instance.id, "sparse")
    put_image(registry)
    for layer in SmallImage.make("without layers").layers:
        registry.push_blob(REPOSITORY, layer)
        assert registry.get_blob(REPOSITORY, sha256(layer)).content == layer


def test_back_to_strict(admin: Admin, instance: Instance, registry: Registry, present: SmallImage):
    """What was taken in stays; what comes must be whole again."""
    admin.do("instance", "set-completeness", instance.id, "sparse")
    put = put_index(registry, present)
    admin.do("instance", "set-completeness", instance.id, "strict")
    assert_kept(registry, put, "index")
    assert_refused(put_image(registry)[0], 404, "MANIFEST_BLOB_UNKNOWN")


def test_it_is_each_instances_own(
    server: Server, cloud: Cloud, admin: Admin, instance: Instance, instance_name: str
):
    other = cloud.create_instance(f"{instance_name}-other")
    cloud.create_namespace(other, NAMESPACE)
    admin.do("instance", "set-completeness", instance.id, "sparse")
    image, _ = put_image(Registry(server, other, cloud.login(other)))
    assert_refused(image, 404, "MANIFEST_BLOB_UNKNOWN")


def test_the_command_says_what_is_set(admin: Admin, instance: Instance):
    said = admin.ask("instance", "set-completeness", instance.id, "sparse-indexes")
    assert said == {"id": instance.id, "completeness": "sparse-indexes"}


@pytest.mark.parametrize("words", [("tcr-absent00", "sparse"), (None, "partly")])
def test_mistakes(admin: Admin, instance: Instance, words: tuple[str | None, str]):
    ended = admin.attempt("instance", "set-completeness", words[0] or instance.id, words[1])
    assert ended.returncode != 0
    assert (words[0] or words[1]) in ended.stderr
