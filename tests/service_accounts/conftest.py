"""An instance with two private namespaces and a public one, and an image in each."""

from dataclasses import dataclass

import pytest

from conftest import fresh_name
from wharf.account import ROOT
from wharf.cloud import Cloud, Instance
from wharf.oci import Registry
from wharf.server import Server
from wharf.small_image import SmallImage

TEAM, SECRET, OPEN = "team", "secret", "open"


@dataclass(frozen=True)
class World:
    """What is there, as its owner reaches it. Each namespace has the image as `app:v1`."""

    server: Server
    owner: Cloud
    instance: Instance
    registry: Registry
    image: SmallImage


def make_world(server: Server, cloud: Cloud, name: str) -> World:
    instance = cloud.create_instance(name)
    registry = Registry(server, instance, cloud.login(instance, "longterm"))
    image = SmallImage.make(name)
    for namespace in (TEAM, SECRET, OPEN):
        cloud.create_namespace(instance, namespace, public=namespace == OPEN)
        image.push(registry, f"{namespace}/app", "v1")
    return World(server, cloud, instance, registry, image)


@pytest.fixture(scope="module")
def world(server: Server) -> World:
    """What the tests of a module share; none of them may change it, but for accounts of its own."""
    return make_world(server, Cloud(server, ROOT), fresh_name("robots"))


@pytest.fixture
def name() -> str:
    """A service account's name that no other test uses."""
    return fresh_name("robot")
