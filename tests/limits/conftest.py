"""A server with small limits, and instances on it."""

from collections.abc import Iterator

import pytest

from wharf.account import ROOT
from wharf.cloud import Cloud
from wharf.server import Server

LIMITS = """
[limits]
manifest_size = "64 KiB"
blob_size = "1 MiB"
manifest_links = 5
index_depth = 2
tags_per_push = 3
upload_sessions = 4

[timeouts]
header = "2s"
body = "2s"
write = "2s"
"""


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The server of this folder's tests. Each test works in an instance of its own."""
    limited = Server(tmp_path_factory.mktemp("limited-server")).configure(LIMITS)
    try:
        yield limited.start()
        limited.stop()
    finally:
        limited.discard()


@pytest.fixture
def cloud(server: Server) -> Cloud:
    """The root account's SDK client."""
    return Cloud(server, ROOT)
