"""A program beside a newer one, whose schema it does not know: it goes on as long as it can be used."""

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from upgrade.conftest import MakeDatabase
from upgrade.recorded import ENGINES, SQLITE
from wharf.account import ROOT
from wharf.admin import Admin
from wharf.cloud import NAMESPACE, Cloud, Instance
from wharf.oci import Registry
from wharf.program import attempt, wharf_binary
from wharf.server import Server
from wharf.small_image import SmallImage
from wharf.stores import Place

REPOSITORY = f"{NAMESPACE}/web"
NEWER = 9999

# What a migration to come may do without those who do not know of it.
ADDITIONS = f"""
    UPDATE schema_version SET version = {NEWER};
    ALTER TABLE blobs ADD COLUMN novelty BIGINT NOT NULL DEFAULT 7;
    ALTER TABLE repositories ADD COLUMN novelty TEXT;
    CREATE TABLE novelties (id BIGINT PRIMARY KEY);
"""

# One that takes away what today's programs need, so many versions from now.
FAR = 9000
REMOVAL = f"UPDATE schema_version SET version = version + {FAR}, usable_from = version + {FAR};"
RETURN = f"UPDATE schema_version SET version = version - {FAR}, usable_from = 1;"
FAR_VERSION = r"\b90\d\d\b"


@dataclass(frozen=True)
class Changing:
    """A running server, an image in it, and how its database is changed behind its back."""

    server: Server
    instance: Instance
    registry: Registry
    image: SmallImage
    # Runs statements whole or not at all, as a newer program that starts beside this one does.
    change: Callable[[str], object]

    def assert_serves(self, tag: str) -> None:
        """Old images are pulled, new ones are pushed, the cloud API lists both."""
        assert self.registry.get_manifest(REPOSITORY, "v1").content == self.image.manifest
        image = SmallImage.make(tag).push(self.registry, REPOSITORY, tag)
        listed = Cloud(self.server, ROOT).images(self.instance, *REPOSITORY.split("/"))
        assert listed[tag].Digest == image.digest


@pytest.fixture(params=ENGINES)
def changing(
    request: pytest.FixtureRequest, tmp_path: Path, make_database: MakeDatabase
) -> Iterator[Changing]:
    """A server on each engine."""
    file = tmp_path / "wharf.db"
    url = f"sqlite:{file}" if request.param == SQLITE else make_database()

    def change(statements: str) -> None:
        if request.param == SQLITE:
            with closing(sqlite3.connect(file, timeout=20)) as database:
                database.executescript(f"BEGIN IMMEDIATE; {statements} COMMIT;")
        else:
            request.getfixturevalue("postgres").do(statements, url)

    server = Server(tmp_path / "server", place=Place({"WHARF_DATABASE_URL": url}))
    try:
        cloud = Cloud(server.start(), ROOT)
        instance = cloud.create_instance("changing")
        cloud.create_namespace(instance, NAMESPACE)
        registry = Registry(server, instance, cloud.login(instance, "longterm"))
        image = SmallImage.make("before").push(registry, REPOSITORY, "v1")
        yield Changing(server, instance, registry, image, change)
    finally:
        server.discard()


def test_a_schema_that_only_grew(changing: Changing):
    """The running program serves on without a restart, and one that is started serves too."""
    changing.change(ADDITIONS)
    changing.assert_serves("beside")
    changing.server.stop()
    changing.server.start()
    changing.assert_serves("started-again")
    assert Admin(changing.server).ask("account", "list")


def test_a_start_leaves_a_newer_schema_as_it_is(changing: Changing):
    """The newer program that comes back finds its own number, and does not make its changes again."""
    changing.server.stop()
    changing.change(ADDITIONS)
    changing.server.start()
    changing.server.stop()
    changing.change(f"UPDATE schema_version SET usable_from = version WHERE version = {NEWER};")
    assert str(NEWER) in refusal(changing)


def refusal(changing: Changing) -> str:
    """What the program says that does not start."""
    environment = changing.server.environment
    ended = attempt(wharf_binary(), "serve", environment=environment, cwd=changing.server.directory)
    assert ended.returncode == 1, ended.stderr
    return ended.stderr


def test_a_schema_that_lost_something_is_refused(changing: Changing):
    """At the start of a server and of a command, by a message that names it; nothing is changed."""
    changing.server.stop()
    changing.change(REMOVAL)
    told = refusal(changing)
    assert re.search(FAR_VERSION, told) and "schema" in told
    assert "panicked" not in told
    ended = Admin(changing.server).attempt("account", "list")
    assert ended.returncode == 1
    assert re.search(FAR_VERSION, ended.stderr)

    changing.change(RETURN)
    changing.server.start()
    changing.assert_serves("back")
