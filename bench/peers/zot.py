"""zot, which no package registry has: its program is given by its path."""

import json
from pathlib import Path

from wharf.daemon import Command
from wharf.program import attempt

from bench.peers.peer import PULL, PUSH, REFERRERS
from bench.peers.program import ProgramPeer
from bench.peers.registry import OverHttp


class Zot(OverHttp, ProgramPeer):
    """Files, no logs, no log-in, no extensions."""

    key = "zot"
    title = "zot"
    can = frozenset({PULL, PUSH, REFERRERS})
    path: Path

    @staticmethod
    def binary() -> Path:
        return Zot.path

    @staticmethod
    def version() -> str:
        ended = attempt(Zot.path, "--version")
        return " ".join((ended.stdout + ended.stderr).split())

    def configure(self) -> str:
        host, port = self.address.split(":")
        http: dict[str, object] = {"address": host, "port": port}
        if self.certificate:
            http["tls"] = {"cert": str(self.certificate.file), "key": str(self.certificate.key)}
        storage = {"rootDirectory": str(self.data)}
        return json.dumps(
            {"distSpecVersion": "1.1.1", "storage": storage, "http": http, "log": {"level": "error"}}
        )

    def command(self) -> Command:
        return [self.binary(), "serve", self.configuration]
