"""A pytest plugin: `--stores embedded|shared` says where all servers of a run keep what they have.

A test of what only the embedded stores do is marked `@pytest.mark.embedded`.
"""

from collections.abc import Iterator

import pytest

from wharf.server import Server
from wharf.stores import EmbeddedStores, SharedStores, Stores

EMBEDDED, SHARED = "embedded", "shared"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--stores",
        choices=(EMBEDDED, SHARED),
        default=EMBEDDED,
        help="SQLite and local files (the default), or PostgreSQL and S3, both started for the run",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "embedded: the test is about SQLite and local files themselves")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--stores") != EMBEDDED:
        skip = pytest.mark.skip(reason="about the embedded stores themselves")
        for item in items:
            if item.get_closest_marker("embedded"):
                item.add_marker(skip)


@pytest.fixture(scope="session", autouse=True)
def stores(request: pytest.FixtureRequest) -> Iterator[Stores]:
    """The stores of the run, before the first server and until after the last."""
    chosen: Stores = EmbeddedStores() if request.config.getoption("--stores") == EMBEDDED else SharedStores()
    try:
        if isinstance(chosen, SharedStores):
            chosen.start()
        Server.stores = chosen
        yield chosen
    finally:
        Server.stores = EmbeddedStores()
        chosen.discard()
