"""Fixtures that every folder uses: a shared server, an account on it, instances and images."""

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from wharf.account import ROOT, Account
from wharf.admin import Admin
from wharf.cloud import NAMESPACE, Cloud, Instance, Login
from wharf.layout import Layout
from wharf.object_store import Versitygw
from wharf.oci import Registry
from wharf.postgres import Postgres
from wharf.program import TOOLS
from wharf.real_image import real_images
from wharf.server import Server

pytest_plugins = [
    "wharf.stores_option",
    "wharf.server_log",
    "wharf.ways",
    "wharf.container_storage",
    "wharf.client_table",
    "wharf.caused_errors",
]

numbers = itertools.count(1)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The server that most tests share. Each test works in instances of its own."""
    shared = Server(tmp_path_factory.mktemp("shared-server"))
    # Nearly every test makes an instance of the root account.
    shared.configure("[limits]\ninstances_per_account = 100000\n")
    try:
        yield shared.start()
        shared.stop()
    finally:
        shared.discard()


@pytest.fixture
def make_server(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Makes servers that belong to one test, not started yet."""
    made: list[Server] = []

    def make(environment: dict[str, str] | None = None) -> Server:
        made.append(Server(tmp_path / f"server-{len(made)}", environment))
        return made[-1]

    yield make
    for server in made:
        server.discard()


@pytest.fixture
def own_server(make_server: Callable[..., Server]) -> Server:
    """A running server that belongs to one test, which may kill it."""
    return make_server().start()


@pytest.fixture
def cloud(server: Server) -> Cloud:
    """The root account's SDK client."""
    return Cloud(server, ROOT)


@pytest.fixture
def admin(server: Server) -> Admin:
    return Admin(server)


@pytest.fixture
def account(admin: Admin) -> Account:
    """A new account that owns nothing."""
    return admin.create_account(fresh_name("account"))


@pytest.fixture
def instance_name() -> str:
    """An instance name that no other test uses."""
    return fresh_name("e2e")


@pytest.fixture
def instance(cloud: Cloud, instance_name: str) -> Instance:
    """A running instance of the root account with the private namespace NAMESPACE."""
    made = cloud.create_instance(instance_name)
    cloud.create_namespace(made, NAMESPACE)
    return made


@pytest.fixture
def login(cloud: Cloud, instance: Instance) -> Login:
    return cloud.login(instance)


@pytest.fixture
def registry(server: Server, instance: Instance, login: Login) -> Registry:
    """Raw access to the test's instance as its owner."""
    return Registry(server, instance, login)


@pytest.fixture
def anonymous(server: Server, instance: Instance) -> Registry:
    """Raw access to the test's instance without any credentials."""
    return Registry(server, instance)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server for tests that are about it, whatever the stores of the run are."""
    database_server = Postgres()
    try:
        yield database_server.start()
    finally:
        database_server.discard()


@pytest.fixture(scope="session")
def object_store() -> Iterator[Versitygw]:
    """An S3 server for tests that are about object storage, whatever the stores of the run are."""
    store = Versitygw()
    try:
        yield store.start()
    finally:
        store.discard()


@pytest.fixture(scope="session")
def images() -> Layout:
    """Real images from Debian packages: `shell`, `data` and the index `all`."""
    return real_images(TOOLS / "images")


def fresh_name(prefix: str) -> str:
    return f"{prefix}-{next(numbers)}"
