"""A server whose basic instances may have little, and instances on it."""

from collections.abc import Iterator

import pytest

from wharf.account import ROOT
from wharf.cloud import Cloud, Instance, Login
from wharf.oci import Registry
from wharf.quota_doors import QUOTAS, TAGGED, Doors
from wharf.server import Server
from wharf.small_image import SmallImage


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The server of this folder's tests. Each test works in an instance of its own."""
    bounded = Server(tmp_path_factory.mktemp("bounded-server")).configure(QUOTAS)
    try:
        yield bounded.start()
        bounded.stop()
    finally:
        bounded.discard()


@pytest.fixture
def cloud(server: Server) -> Cloud:
    """The root account's SDK client."""
    return Cloud(server, ROOT)


@pytest.fixture
def doors(server: Server, instance: Instance, login: Login) -> Doors:
    return Doors([server], instance, login)


@pytest.fixture
def tagged(registry: Registry) -> Registry:
    """The owner's registry, with an image without a tag."""
    SmallImage.make("tagged").push(registry, TAGGED)
    return registry
