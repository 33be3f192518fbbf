"""What `record.py` wrote down of an earlier program's registry: its data, and what must be found in it."""

import json
import shutil
import sqlite3
from dataclasses import asdict, dataclass
from pathlib import Path

from wharf.account import Account
from wharf.cloud import Instance, Login

SQLITE, POSTGRES = "sqlite", "postgres"
ENGINES = (SQLITE, POSTGRES)

PRIVATE, PUBLIC = "team", "open"
IMAGES, OTHERS = f"{PRIVATE}/web", f"{PUBLIC}/tools/cli"
TAGS = {"team": "shop", "stage": "before the upgrade"}
TOKEN_DESCRIPTION = "made before the upgrade"


@dataclass(frozen=True)
class Expected:
    """What one engine's registry holds, as its users know it."""

    account: Account
    instance: Instance
    login: Login
    # Digests by what they are.
    image: str
    index: str
    referrer: str
    other: str
    # All blobs of the repository of this name, with their sizes.
    blobs: dict[str, dict[str, int]]
    # Pulls by REPOSITORY:TAG, and by REPOSITORY: for all of it.
    pulls: dict[str, int]
    # The location of an upload session, what it has received, and what is still to be sent to it.
    upload: str
    received: str
    rest: str

    def as_json(self) -> dict:
        return asdict(self)

    @classmethod
    def of(cls, found: dict) -> "Expected":
        made = {
            "account": Account(**found["account"]),
            "instance": Instance(**found["instance"]),
            "login": Login(**found["login"]),
        }
        return cls(**{**found, **made})


@dataclass(frozen=True)
class Recording:
    """A folder that `record.py` wrote."""

    folder: Path

    @property
    def content(self) -> Path:
        return self.folder / "content"

    @property
    def master_key(self) -> Path:
        return self.folder / "master.key"

    def dump(self, engine: str) -> Path:
        return self.folder / f"{engine}.sql"

    def expected(self, engine: str) -> Expected:
        return Expected.of(json.loads((self.folder / "expected.json").read_text())[engine])

    def lay_out(self, data: Path) -> None:
        """Make a data directory of the recorded files, still without a database."""
        data.mkdir(parents=True)
        shutil.copytree(self.content, data / "content")
        shutil.copy(self.master_key, data / "master.key")

    def load_sqlite(self, file: Path) -> None:
        database = sqlite3.connect(file)
        database.executescript(self.dump(SQLITE).read_text())
        database.close()


SCHEMA_1, SCHEMA_7 = (Recording(Path(__file__).parent / name) for name in ("schema-1", "schema-7"))
RECORDINGS = (SCHEMA_1, SCHEMA_7)
