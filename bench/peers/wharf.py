"""Wharf with log-in on, on both engine pairs."""

import tempfile
from pathlib import Path

import requests
from wharf.account import ROOT
from wharf.cloud import Cloud, Instance
from wharf.daemon import Command
from wharf.postgres import Postgres
from wharf.program import run, wharf_binary
from wharf.server import PRESET_ROOT, Server
from wharf.stores import Place, SharedStores
from wharf.token_service import token_of

from bench.certificate import Certificate
from bench.peers.peer import CLOUD_API, PULL, PUSH, REFERRERS, TOKENS
from bench.peers.registry import OverHttp

INSTANCE = "bench"
NAMESPACE = "bench"
PUBLIC_NAMESPACE = "open"
# Rows make more repositories than an instance may have by default.
QUOTAS = '[quotas]\npremium = "repositories=unlimited"\n'


class Wharf(OverHttp):
    """SQLite and local files."""

    key = "wharf"
    title = "Wharf"
    can = frozenset({PULL, PUSH, REFERRERS, TOKENS, CLOUD_API})
    many_tags = 100_000

    def __init__(self, certificate: Certificate | None):
        super().__init__(certificate)
        self.temporary = tempfile.TemporaryDirectory(prefix=f"{self.key}-")
        environment = {**PRESET_ROOT, "WHARF_LOG": "error"}
        self.server = Server(Path(self.temporary.name), environment, place=self.place())
        configuration = QUOTAS
        if certificate:
            configuration += f'[tls]\ncertificate = "{certificate.file}"\nkey = "{certificate.key}"\n'
        self.server.configure(configuration)
        self.instance: Instance | None = None

    def place(self) -> Place:
        """Where the server keeps what it has."""
        return Place()

    @staticmethod
    def version() -> str:
        return run(wharf_binary(), "--version").strip()

    @staticmethod
    def binary() -> Path:
        return wharf_binary()

    @property
    def address(self) -> str:
        return self.server.address

    @property
    def pid(self) -> int:
        assert self.server.process is not None, "Wharf does not run"
        return self.server.process.pid

    @property
    def folders(self) -> list[Path]:
        return [self.server.data]

    @property
    def cloud(self) -> Cloud:
        """The cloud API; it answers plain HTTP at the same port."""
        return Cloud(self.server, ROOT)

    def start(self) -> None:
        self.server.start(self.has_answered)
        if self.instance is None:
            self.instance = self.cloud.create_instance(INSTANCE, "premium")
            self.cloud.create_namespace(self.instance, NAMESPACE)
            self.cloud.create_namespace(self.instance, PUBLIC_NAMESPACE, public=True)
        self.login = self.cloud.login(self.instance)

    def stop(self) -> None:
        if self.server.process is not None:
            self.server.stop()

    def discard(self) -> None:
        self.server.discard()
        self.temporary.cleanup()

    def root(self, repository: str, public: bool = False) -> str:
        return f"/v2/{self.name(repository, public)}"

    def name(self, repository: str, public: bool = False) -> str:
        """A repository's whole name."""
        return f"{INSTANCE}/{PUBLIC_NAMESPACE if public else NAMESPACE}/{repository}"

    def headers(self, *repositories: str) -> dict[str, str]:
        return self._bearer(*(self.name(repository) for repository in repositories))

    def headers_for(self, repository: str, public: bool) -> dict[str, str]:
        return self._bearer(self.name(repository, public))

    def _bearer(self, *names: str) -> dict[str, str]:
        """A new bearer token, whose lifetime is limited."""
        scopes = [("scope", f"repository:{name}:pull,push") for name in names]
        answer = requests.get(
            f"{self.server.url}/service/token",
            params=[("service", self.address), *scopes],
            auth=(self.login.username, self.login.password),
            timeout=30,
        )
        return {"Authorization": f"Bearer {token_of(answer)}"}


class DurablePostgres(Postgres):
    """The tests' PostgreSQL, but it syncs as it does by default."""

    def command(self) -> Command:
        return [*super().command(), "--fsync=on", "--full_page_writes=on"]


class DurableStores(SharedStores):
    """One PostgreSQL and one S3 server for all servers of a run."""

    def __init__(self) -> None:
        super().__init__()
        self.postgres.discard()
        self.postgres = DurablePostgres()


class WharfShared(Wharf):
    """PostgreSQL and an S3 server, which work for it and whose CPU time counts."""

    key = "wharf-shared"
    title = "Wharf, shared stores"
    stores: DurableStores | None = None

    def __init__(self, certificate: Certificate | None):
        if WharfShared.stores is None:
            WharfShared.stores = DurableStores()
            WharfShared.stores.start()
        self.own_place = WharfShared.stores.place()
        super().__init__(certificate)

    def place(self) -> Place:
        return self.own_place

    def pids(self) -> list[int]:
        assert WharfShared.stores is not None
        daemons = (WharfShared.stores.postgres, WharfShared.stores.object_store)
        return [self.pid, *(daemon.process.pid for daemon in daemons if daemon.process)]

    @property
    def folders(self) -> list[Path]:
        assert WharfShared.stores is not None
        objects = WharfShared.stores.object_store.folder_of(self.own_place.environment["WHARF_STORAGE_URL"])
        return [*super().folders, objects]

    def discard(self) -> None:
        super().discard()
        self.own_place.discard()

    @staticmethod
    def discard_stores() -> None:
        if WharfShared.stores is not None:
            WharfShared.stores.discard()
            WharfShared.stores = None
