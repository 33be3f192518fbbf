"""A server that sends clients to object storage for the bytes of blobs."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from wharf.account import ROOT
from wharf.cloud import NAMESPACE, Cloud
from wharf.object_store import CREDENTIALS, Versitygw
from wharf.oci import Registry
from wharf.server import Server
from wharf.stores import Place

REDIRECT = "[storage]\nredirect = true\n"


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, object_store: Versitygw) -> Iterator[Server]:
    """The server of this folder's tests. Each test works in an instance of its own."""
    place = Place({"WHARF_STORAGE_URL": object_store.create_prefix(), **CREDENTIALS})
    redirecting = Server(tmp_path_factory.mktemp("redirecting-server"), place=place).configure(REDIRECT)
    try:
        yield redirecting.start()
        redirecting.stop()
    finally:
        redirecting.discard()


@pytest.fixture
def cloud(server: Server) -> Cloud:
    """The root account's SDK client."""
    return Cloud(server, ROOT)


@pytest.fixture
def configured(tmp_path: Path, object_store: Versitygw) -> Iterator[Callable[[str], Registry]]:
    """The owner's view of an instance on a server of the test's own, with this configuration."""
    made: list[Server] = []

    def configured(text: str) -> Registry:
        place = Place({"WHARF_STORAGE_URL": object_store.create_prefix(), **CREDENTIALS})
        made.append(Server(tmp_path / f"server-{len(made)}", place=place).configure(text))
        cloud = Cloud(made[-1].start(), ROOT)
        instance = cloud.create_instance("redirected")
        cloud.create_namespace(instance, NAMESPACE)
        return Registry(made[-1], instance, cloud.login(instance))

    yield configured
    for server in made:
        server.discard()
