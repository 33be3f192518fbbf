"""What a manifest may be: its size, what it lists, how deep it nests, the tags of one push."""

import json
from collections.abc import Iterator

import pytest

from wharf.cloud import NAMESPACE
from wharf.layer import sha256
from wharf.layout import INDEX, MANIFEST
from wharf.oci import Registry, assert_refused
from wharf.small_image import SmallImage

REPOSITORY = f"{NAMESPACE}/web"
SIZE = 64 * 1024
LINKS = 5
TAGS = 3


@pytest.fixture
def image(registry: Registry) -> SmallImage:
    return SmallImage.make("limits").push(registry, REPOSITORY, "v1")


@pytest.fixture(autouse=True)
def nothing_changes(registry: Registry, image: SmallImage) -> Iterator[None]:
    """What is refused leaves no trace: the first image stays, and the tag `refused` never is."""
    yield
    tags = registry.tags(REPOSITORY)
    assert "v1" in tags and "refused" not in tags
    assert registry.get_manifest(REPOSITORY, "v1").content == image.manifest


def of_size(image: SmallImage, size: int) -> bytes:
    return image.manifest + b" " * (size - len(image.manifest))


def index_of(*children: tuple[bytes, str]) -> bytes:
    descriptors = [
        {"mediaType": media_type, "digest": sha256(content), "size": len(content)}
        for content, media_type in children
    ]
    return json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": descriptors}).encode()


@pytest.mark.parametrize("sized", [True, False], ids=["of known size", "in pieces"])
def test_size(registry: Registry, image: SmallImage, sized: bool):
    def put(tag: str, content: bytes):
        body = content if sized else (content[at : at + 10_000] for at in range(0, len(content), 10_000))
        headers = {"Content-Type": MANIFEST}
        return registry.request("PUT", f"{REPOSITORY}/manifests/{tag}", headers=headers, data=body)

    assert put("largest", of_size(image, SIZE)).status_code == 201
    assert_refused(put("refused", of_size(image, SIZE + 1)), 413, "SIZE_INVALID")
    refused = sha256(of_size(image, SIZE + 1))
    assert registry.head(f"{REPOSITORY}/manifests/{refused}").status_code == 404


def test_layers_of_an_image(registry: Registry):
    SmallImage.make("as many as may be", layers=LINKS - 1).push(registry, REPOSITORY, "largest")
    image = SmallImage.make("one more", layers=LINKS)
    for blob in image.blobs:
        registry.push_blob(REPOSITORY, blob)
    for reference in ("refused", image.digest):
        refused = registry.put_manifest(REPOSITORY, reference, image.manifest)
        assert_refused(refused, 413, "MANIFEST_INVALID")
    assert registry.head(f"{REPOSITORY}/manifests/{image.digest}").status_code == 404


def test_images_of_an_index(registry: Registry):
    images = [SmallImage.make(f"child {n}").push(registry, REPOSITORY) for n in range(LINKS + 1)]
    children = [(image.manifest, MANIFEST) for image in images]
    assert registry.put_manifest(REPOSITORY, "largest", index_of(*children[:-1]), INDEX).status_code == 201
    refused = registry.put_manifest(REPOSITORY, "refused", index_of(*children), INDEX)
    assert_refused(refused, 413, "MANIFEST_INVALID")


def test_depth_of_an_index(registry: Registry, image: SmallImage):
    of_images = index_of((image.manifest, MANIFEST))
    of_indexes = index_of((of_images, INDEX))
    too_deep = index_of((of_indexes, INDEX))
    for tag, index in (("shallow", of_images), ("deepest", of_indexes)):
        assert registry.put_manifest(REPOSITORY, tag, index, INDEX).status_code == 201
    refused = registry.put_manifest(REPOSITORY, "refused", too_deep, INDEX)
    assert_refused(refused, 413, "MANIFEST_INVALID")
    mixed = index_of((image.manifest, MANIFEST), (of_indexes, INDEX))
    assert_refused(registry.put_manifest(REPOSITORY, "refused", mixed, INDEX), 413, "MANIFEST_INVALID")
    for index in (too_deep, mixed):
        assert registry.head(f"{REPOSITORY}/manifests/{sha256(index)}").status_code == 404


def test_tags_of_one_push(registry: Registry, image: SmallImage):
    def push(*tags: str):
        query = "&".join(f"tag={tag}" for tag in tags)
        return registry.put_manifest(REPOSITORY, f"{image.digest}?{query}", image.manifest)

    allowed = [f"tag-{n}" for n in range(TAGS)]
    assert push(*allowed).status_code == 201
    assert registry.tags(REPOSITORY) == [*allowed, "v1"]
    assert_refused(push("refused", *allowed), 414, "MANIFEST_INVALID")
    assert registry.tags(REPOSITORY) == [*allowed, "v1"]
