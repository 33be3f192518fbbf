"""Registries of an earlier program, laid out anew for each test."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from upgrade.recorded import ENGINES, POSTGRES, RECORDINGS, SQLITE, Expected, Recording
from wharf.postgres import Postgres
from wharf.server import Server
from wharf.stores import Place

# The recorded upload has lain still since it was recorded.
SETTINGS = '[limits]\nupload_idle = "876000h"\n'

MakeDatabase = Callable[..., str]


@dataclass(frozen=True)
class Earlier:
    """Data of an earlier program, on which no program of today has started yet."""

    engine: str
    recording: Recording
    servers: list[Server]
    expected: Expected

    @property
    def server(self) -> Server:
        return self.servers[0]


@pytest.fixture
def make_database(request: pytest.FixtureRequest) -> Iterator[MakeDatabase]:
    """Makes databases of these statements in PostgreSQL, which is started when the first is made."""
    made: list[str] = []

    def make(statements: str = "") -> str:
        postgres: Postgres = request.getfixturevalue("postgres")
        made.append(postgres.create_database())
        postgres.do(statements, made[-1])
        return made[-1]

    yield make
    for url in made:
        request.getfixturevalue("postgres").drop_database(url)


@pytest.fixture(params=RECORDINGS, ids=lambda recording: recording.folder.name)
def recording(request: pytest.FixtureRequest) -> Recording:
    """Each of the registries that were recorded."""
    return request.param


@pytest.fixture
def make_earlier(
    recording: Recording, tmp_path: Path, make_database: MakeDatabase
) -> Iterator[Callable[..., Earlier]]:
    """Lays the recorded data of an engine out for so many servers, which are not started."""
    made: list[Server] = []

    def make(engine: str, size: int = 1) -> Earlier:
        shared = tmp_path / "shared"
        recording.lay_out(shared)
        settings = {"WHARF_STORAGE_URL": f"file:{shared / 'content'}"}
        if engine == SQLITE:
            recording.load_sqlite(shared / "wharf.db")
            settings["WHARF_DATABASE_URL"] = f"sqlite:{shared / 'wharf.db'}"
        else:
            settings["WHARF_DATABASE_URL"] = make_database(recording.dump(POSTGRES).read_text())
        key = {"WHARF_MASTER_KEY": recording.master_key.read_text()}
        servers = [Server(tmp_path / f"server-{number}", key, Place(settings)) for number in range(size)]
        made.extend(server.configure(SETTINGS) for server in servers)
        return Earlier(engine, recording, servers, recording.expected(engine))

    yield make
    for server in made:
        server.discard()


@pytest.fixture(params=ENGINES)
def earlier(request: pytest.FixtureRequest, make_earlier: Callable[..., Earlier]) -> Earlier:
    """One server's data, on each engine."""
    return make_earlier(request.param)
