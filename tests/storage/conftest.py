"""Servers that keep their records in SQLite and their content where a test says."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from wharf.object_store import CREDENTIALS
from wharf.server import Server
from wharf.stores import Place

MakeStored = Callable[[str], Server]


@pytest.fixture
def make_stored(tmp_path: Path) -> Iterator[MakeStored]:
    """Makes servers on a content store of this address, not started yet."""
    made: list[Server] = []

    def make(storage_url: str) -> Server:
        place = Place({"WHARF_STORAGE_URL": storage_url, **CREDENTIALS})
        made.append(Server(tmp_path / f"stored-{len(made)}", place=place))
        return made[-1]

    yield make
    for server in made:
        server.discard()
