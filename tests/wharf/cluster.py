"""Several server processes on one database, one prefix and one master key: one registry."""

import itertools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import requests

from wharf.account import ROOT
from wharf.cloud import Cloud, Instance, Login
from wharf.oci import Registry
from wharf.server import PRESET_ROOT, Server
from wharf.stores import Stores

MASTER_KEY = "5eed" * 16

MakeCluster = Callable[..., "Cluster"]


class Cluster:
    """Each process has its own port and data directory; all else they have in common."""

    def __init__(self, folder: Path, stores: Stores, size: int, settings: dict[str, str] | None = None):
        self.place = stores.place()
        common = {**PRESET_ROOT, "WHARF_MASTER_KEY": MASTER_KEY, **(settings or {})}
        self.servers = [Server(folder / f"process-{number}", common, self.place) for number in range(size)]

    def start(self) -> "Cluster":
        """Start all processes at once, as an operator's machines do."""
        with ThreadPoolExecutor(len(self.servers)) as pool:
            list(pool.map(lambda server: server.start(), self.servers))
        return self

    def discard(self) -> None:
        for server in self.servers:
            server.discard()
        self.place.discard()

    def clouds(self) -> list[Cloud]:
        """The root account's SDK client of each process."""
        return [Cloud(server, ROOT) for server in self.servers]

    def registries(self, instance: Instance, login: Login) -> list[Registry]:
        """One user's view through each process."""
        return [Registry(server, instance, login) for server in self.servers]

    def logged(self) -> list[str]:
        """The lines of all processes' logs."""
        return [line for server in self.servers for line in server.log.read_text().splitlines()]


class RoundRobin(Registry):
    """One user's view of one instance, in which each request goes to the next process."""

    def __init__(self, cluster: Cluster, instance: Instance, login: Login, first: int = 0):
        super().__init__(cluster.servers[0], instance, login)
        self.turns = itertools.cycle(cluster.servers[first:] + cluster.servers[:first])

    def request(self, method: str, path: str, headers: dict | None = None, **options) -> requests.Response:
        self.server = next(self.turns)
        return super().request(method, path, headers, **options)
