"""Images: what DescribeImages lists, how it is searched, and deletion by tag."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from wharf.cloud import NAMESPACE, Cloud, Instance, refused
from wharf.layer import sha256
from wharf.layout import INDEX, MANIFEST
from wharf.oci import Registry
from wharf.small_image import SmallImage

REPOSITORY = f"{NAMESPACE}/web"


@pytest.fixture
def pushed(registry: Registry) -> dict[str, SmallImage]:
    """Three images by tag; `1.0` and `1.0-rc` differ."""
    return {tag: SmallImage.make(tag).push(registry, REPOSITORY, tag) for tag in ("1.0", "1.0-rc", "2.0")}


def test_an_image_is_described(cloud: Cloud, instance: Instance, registry: Registry):
    image = SmallImage.make("described").push(registry, REPOSITORY, "v1")
    found = cloud.images(instance, NAMESPACE, "web")["v1"]
    assert (found.Digest, found.Size) == (image.digest, image.size)
    assert found.Kind == f"Artifact::{MANIFEST}"
    updated = datetime.strptime(found.UpdateTime, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
    assert abs(datetime.now(UTC) - updated) < timedelta(minutes=2)


def test_an_index_counts_its_images(cloud: Cloud, instance: Instance, registry: Registry):
    images = [SmallImage.make(part).push(registry, REPOSITORY) for part in ("one", "two")]
    index = json.dumps(
        {
            "schemaVersion": 2,
            "mediaType": INDEX,
            "manifests": [
                {"mediaType": MANIFEST, "digest": image.digest, "size": len(image.manifest)}
                for image in images
            ],
        }
    ).encode()
    assert registry.put_manifest(REPOSITORY, "all", index, INDEX).status_code == 201
    found = cloud.images(instance, NAMESPACE, "web")
    assert list(found) == ["all"], "images without a tag are not listed"
    assert found["all"].Kind == f"Artifact::{INDEX}"
    assert found["all"].Digest == sha256(index)
    assert found["all"].Size == len(index) + sum(image.size for image in images)


def test_part_of_a_tag_finds_it(cloud: Cloud, instance: Instance, pushed: dict[str, SmallImage]):
    assert set(cloud.images(instance, NAMESPACE, "web", ImageVersion="1.0")) == {"1.0", "1.0-rc"}
    assert set(cloud.images(instance, NAMESPACE, "web", ImageVersion="9.9")) == set()


def test_an_exact_tag(cloud: Cloud, instance: Instance, pushed: dict[str, SmallImage]):
    found = cloud.images(instance, NAMESPACE, "web", ImageVersion="1.0", ExactMatch=True)
    assert set(found) == {"1.0"}


def test_by_digest(cloud: Cloud, instance: Instance, pushed: dict[str, SmallImage]):
    found = cloud.images(instance, NAMESPACE, "web", Digest=pushed["2.0"].digest)
    assert set(found) == {"2.0"}


def test_a_tag_that_moves(
    cloud: Cloud, instance: Instance, registry: Registry, pushed: dict[str, SmallImage]
):
    newer = SmallImage.make("newer").push(registry, REPOSITORY, "1.0")
    found = cloud.images(instance, NAMESPACE, "web")
    assert set(found) == set(pushed)
    assert found["1.0"].Digest == newer.digest
    old = registry.get_manifest(REPOSITORY, pushed["1.0"].digest)
    assert old.content == pushed["1.0"].manifest, "the image under its digest stays"


def test_deleting_a_tag(cloud: Cloud, instance: Instance, registry: Registry, pushed: dict[str, SmallImage]):
    names = {"RegistryId": instance.id, "NamespaceName": NAMESPACE, "RepositoryName": "web"}
    cloud.call("DeleteImage", **names, ImageVersion="1.0")
    assert set(cloud.images(instance, NAMESPACE, "web")) == {"1.0-rc", "2.0"}
    assert registry.get_manifest(REPOSITORY, "1.0").status_code == 404
    assert registry.get_manifest(REPOSITORY, "2.0").content == pushed["2.0"].manifest
    with refused("ResourceNotFound.TcrResourceNotFound"):
        cloud.call("DeleteImage", **names, ImageVersion="1.0")


@pytest.mark.parametrize(("namespace", "repository"), [("absent", "web"), (NAMESPACE, "absent")])
def test_absent_parents(cloud: Cloud, instance: Instance, namespace: str, repository: str):
    with refused("ResourceNotFound.TcrResourceNotFound"):
        cloud.images(instance, namespace, repository)
    with refused("ResourceNotFound.TcrResourceNotFound"):
        cloud.call(
            "DeleteImage",
            RegistryId=instance.id,
            NamespaceName=namespace,
            RepositoryName=repository,
            ImageVersion="v1",
        )
