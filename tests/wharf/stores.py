"""Where servers keep their records and their content: beside the process, or in stores that many share."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from wharf.object_store import CREDENTIALS, ObjectStore, Versitygw
from wharf.postgres import Postgres


@dataclass(frozen=True)
class Place:
    """One registry's own part of the stores; all that a server needs to know of it is in `environment`."""

    environment: dict[str, str] = field(default_factory=dict)
    discard: Callable[[], None] = lambda: None


class Stores(Protocol):
    """Gives a new registry its place."""

    def place(self) -> Place: ...

    def discard(self) -> None: ...


class EmbeddedStores:
    """SQLite and local files, which a server has in its data directory without being told."""

    def place(self) -> Place:
        return Place()

    def discard(self) -> None:
        pass


class SharedStores:
    """One PostgreSQL and one S3 server; a place is a database and a prefix."""

    def __init__(self) -> None:
        self.postgres = Postgres()
        self.object_store: ObjectStore = Versitygw()

    def start(self) -> "SharedStores":
        self.postgres.start()
        self.object_store.start()
        return self

    def place(self) -> Place:
        database, prefix = self.postgres.create_database(), self.object_store.create_prefix()

        def discard() -> None:
            self.postgres.drop_database(database)
            self.object_store.drop_prefix(prefix)

        settings = {"WHARF_DATABASE_URL": database, "WHARF_STORAGE_URL": prefix, **CREDENTIALS}
        return Place(settings, discard)

    def discard(self) -> None:
        try:
            self.postgres.discard()
        finally:
            self.object_store.discard()
