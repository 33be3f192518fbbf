"""A PostgreSQL of the tests' own: its files, its port and its users go with it."""

import os
import secrets
import shutil
import signal
from pathlib import Path

from wharf.daemon import Command, Daemon, as_user
from wharf.program import attempt, run

PROGRAMS = Path("/usr/lib/postgresql")

# The user of Debian's package. PostgreSQL does not run as root.
SYSTEM_USER = "postgres"

ADMINISTRATOR = "postgres"
OWNER = "wharf"
PASSWORD = "password-of-the-tests"

# Names sort by the rules of a language, so that whoever needs the order of bytes has to ask for it.
INITDB = (
    *("--encoding=UTF8", "--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=en-US"),
    *(f"--username={ADMINISTRATOR}", "--auth=scram-sha-256", "--no-sync", "--no-instructions"),
)

# A killed process loses nothing that it has written; only a machine without power does.
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "400",
    "fsync": "off",
    "full_page_writes": "off",
    "timezone": "Asia/Kathmandu",
}


class Postgres(Daemon):
    """One cluster. Databases belong to a user who may do nothing beyond them."""

    ends_by = signal.SIGINT  # "Fast": running transactions are rolled back.

    def __init__(self) -> None:
        super().__init__("postgres")
        self.programs = _newest_programs()
        self.data = self.folder / "data"
        if os.geteuid() == 0:
            self.user = SYSTEM_USER
            shutil.chown(self.folder, SYSTEM_USER, SYSTEM_USER)
        secret = self.folder / "password"
        secret.write_text(PASSWORD)
        secret.chmod(0o644)
        initdb = (self.programs / "initdb", *INITDB, f"--pwfile={secret}", self.data)
        run("setpriv", *as_user(self.user), *initdb, cwd=self.folder)

    def command(self) -> Command:
        settings = {**SETTINGS, "port": self.port}
        flags = [f"--{name}={value}" for name, value in settings.items()]
        return [self.programs / "postgres", "-D", self.data, *flags]

    def answers(self) -> bool:
        return attempt(self.programs / "pg_isready", "--quiet", "--dbname", self.url()).returncode == 0

    def start(self) -> "Postgres":
        is_first = self.process is None and not self.log.exists()
        super().start()
        if is_first:
            self.do(f"CREATE ROLE {OWNER} LOGIN PASSWORD '{PASSWORD}'")
        return self

    def stop_at_once(self) -> None:
        """The "immediate" stop: connections break, and the next start recovers from the log."""
        self.stop(signal.SIGQUIT)

    def restart(self, at_once: bool = False) -> None:
        """Stop, fast or at once, and start again at the same port."""
        self.stop_at_once() if at_once else self.stop()
        self.start()

    def url(self, database: str = "postgres", user: str = ADMINISTRATOR) -> str:
        """How to reach a database as a user; the administrator may do everything."""
        return f"postgres://{user}:{PASSWORD}@{self.address}/{database}"

    def create_database(self) -> str:
        """Make an empty database and return its owner's URL."""
        name = f"wharf_{secrets.token_hex(6)}"
        self.do(f"CREATE DATABASE {name} OWNER {OWNER} STRATEGY file_copy")
        return self.url(name, OWNER)

    def drop_database(self, url: str) -> None:
        """Drop what `create_database` made; whoever is connected is thrown out."""
        self.do(f"DROP DATABASE IF EXISTS {url.rsplit('/', 1)[1]} WITH (FORCE)")

    def do(self, statement: str, url: str | None = None) -> str:
        """Run a statement, as the administrator where nothing else is said, and return its rows."""
        flags = ("--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1")
        return run(self.programs / "psql", *flags, "--command", statement, url or self.url()).strip()


def _newest_programs() -> Path:
    """Debian keeps each version's programs in a folder of its own."""
    found = [folder for folder in PROGRAMS.glob("*/bin") if (folder / "initdb").is_file()]
    assert found, "PostgreSQL is not installed; run tests/install.sh"
    return max(found, key=lambda folder: int(folder.parent.name))
