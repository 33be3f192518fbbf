"""Nobody in particular: may read public namespaces and nothing else."""

import pytest
import requests

from wharf.cloud import NAMESPACE, Cloud, Instance
from wharf.oci import Registry, assert_refused
from wharf.server import Server
from wharf.small_image import SmallImage


@pytest.fixture
def public_image(cloud: Cloud, instance: Instance, registry: Registry) -> SmallImage:
    """An image in the public namespace `open`."""
    cloud.create_namespace(instance, "open", public=True)
    return SmallImage.make("public").push(registry, "open/web", "v1")


@pytest.fixture
def visitor(server: Server, instance: Instance) -> Registry:
    """What an anonymous Docker client does: fetch a token without credentials, then use it."""
    answer = requests.get(
        f"{server.url}/service/token",
        params={"service": server.host(instance.name), "scope": "repository:open/web:pull"},
        headers={"Host": server.host(instance.name)},
        timeout=30,
    )
    assert answer.status_code == 200, answer.text
    return Registry(server, instance, token=answer.json()["token"], by_host=True)


def test_a_public_image_is_pulled(public_image: SmallImage, visitor: Registry):
    assert visitor.get_manifest("open/web", "v1").content == public_image.manifest
    from_registry = {visitor.get_blob("open/web", layer["digest"]).content for layer in _parts(visitor)}
    assert from_registry == set(public_image.blobs)
    assert visitor.tags("open/web") == ["v1"]


def test_a_public_namespace_is_not_written(public_image: SmallImage, visitor: Registry):
    assert_refused(visitor.request("POST", "open/web/blobs/uploads/"), 401, "UNAUTHORIZED")
    assert_refused(visitor.put_manifest("open/web", "v2", public_image.manifest), 401, "UNAUTHORIZED")
    assert visitor.tags("open/web") == ["v1"]


def test_a_private_image_is_not_pulled(registry: Registry, anonymous: Registry):
    image = SmallImage.make("private").push(registry, f"{NAMESPACE}/web", "v1")
    assert_refused(anonymous.get_manifest(f"{NAMESPACE}/web", "v1"), 401, "UNAUTHORIZED")
    assert_refused(anonymous.get_blob(f"{NAMESPACE}/web", image.digest), 401, "UNAUTHORIZED")
    assert_refused(anonymous.get(f"{NAMESPACE}/web/tags/list"), 401, "UNAUTHORIZED")


def test_what_is_private_looks_like_what_is_absent(registry: Registry, anonymous: Registry):
    SmallImage.make("unseen").push(registry, f"{NAMESPACE}/web", "v1")
    private = anonymous.get_manifest(f"{NAMESPACE}/web", "v1")
    absent = anonymous.get_manifest(f"{NAMESPACE}/absent", "v1")
    nowhere = anonymous.get_manifest("absent/web", "v1")
    assert private.status_code == absent.status_code == nowhere.status_code == 401
    assert private.json()["errors"][0]["code"] == absent.json()["errors"][0]["code"]


def _parts(visitor: Registry) -> list[dict]:
    manifest = visitor.get_manifest("open/web", "v1").json()
    return [manifest["config"], *manifest["layers"]]
