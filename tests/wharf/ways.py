"""A pytest plugin: the ways on which a client reaches an instance.

`way` runs a test once by path and once by host name, both over TLS. A client that can be told to
speak plain HTTP asks for that way too: `pytestmark = WITH_PLAIN_HTTP`. On shared stores all go by
path: what the ways differ in lies before the stores.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from wharf.cloud import NAMESPACE, Instance, Login
from wharf.layout import Layout
from wharf.loopback_proxy import LoopbackProxy
from wharf.server import Server
from wharf.skopeo import Skopeo
from wharf.stores_option import EMBEDDED
from wharf.transport_tap import PLAIN_HTTP, TLS, TransportTap

BY_PATH, BY_HOST, BY_PATH_PLAIN = "by-path", "by-host", "by-path-plain"
ONLY_BY_PATH = pytest.mark.parametrize("way", [BY_PATH], indirect=True)
WITH_PLAIN_HTTP = pytest.mark.parametrize("way", [BY_PATH, BY_HOST, BY_PATH_PLAIN], indirect=True)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On shared stores leave the other ways out."""
    if config.getoption("--stores") == EMBEDDED:
        return
    others = [item for item in items if _way_of(item) not in (None, BY_PATH)]
    config.hook.pytest_deselected(items=others)
    items[:] = [item for item in items if item not in others]


def _way_of(item: pytest.Item) -> str | None:
    return item.callspec.params.get("way") if hasattr(item, "callspec") else None


@dataclass(frozen=True)
class Way:
    """What a client puts before a repository's name, and what it needs to get there."""

    registry: str
    prefix: str
    transport: str
    environment: dict[str, str]

    def repository(self, name: str) -> str:
        """The whole name of a repository in the instance's namespace."""
        return f"{self.prefix}/{name}"

    @property
    def is_plain(self) -> bool:
        return self.transport == PLAIN_HTTP


@pytest.fixture(params=[BY_PATH, BY_HOST])
def way(request: pytest.FixtureRequest, server: Server, instance: Instance) -> Iterator[Way]:
    """A way to the test's instance, open for its transport alone; the test must take it."""
    transport = PLAIN_HTTP if request.param == BY_PATH_PLAIN else TLS
    with TransportTap(server, transport) as tap, LoopbackProxy() as proxy:
        if request.param == BY_HOST:
            registry = f"{instance.name}.localhost:{tap.port}"
            yield Way(registry, f"{registry}/{NAMESPACE}", transport, proxy.environment)
            assert proxy.hosts == {f"{instance.name}.localhost"}
        else:
            registry = f"127.0.0.1:{tap.port}"
            yield Way(registry, f"{registry}/{instance.name}/{NAMESPACE}", transport, {})
        assert tap.taken


@pytest.fixture
def client_environment(server: Server, way: Way, tmp_path: Path) -> dict[str, str]:
    """A home of the test's own, the server's authority as the only one, and the way there."""
    home = tmp_path / "home"
    home.mkdir()
    return {
        "HOME": str(home),
        "XDG_CACHE_HOME": str(home / ".cache"),
        "XDG_CONFIG_HOME": str(home / ".config"),
        "XDG_DATA_HOME": str(home / ".local" / "share"),
        "DOCKER_CONFIG": str(home / ".docker"),
        "SSL_CERT_FILE": str(server.certificate_authority),
        **way.environment,
    }


@pytest.fixture
def stored(server: Server, instance: Instance, login: Login, images: Layout) -> str:
    """The repository `all`, into which skopeo has pushed the index over both images as `v1`."""
    target = f"docker://{server.address}/{instance.name}/{NAMESPACE}/all:v1"
    Skopeo(server, login).push(f"oci:{images.path}:all", target, "--all")
    return "all"
