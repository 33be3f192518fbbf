"""Distribution, the registry that most others are measured by, in two generations."""

import json
from pathlib import Path

from wharf.daemon import Command
from wharf.program import attempt, go_tool

from bench.peers.peer import PULL, PUSH
from bench.peers.program import ProgramPeer
from bench.peers.registry import OverHttp


class Distribution(OverHttp, ProgramPeer):
    """Files, the cache of descriptors that Debian's configuration turns on, no logs, no log-in."""

    can = frozenset({PULL, PUSH})
    configuration_name = "config.yml"

    @classmethod
    def version(cls) -> str:
        return attempt(cls.binary(), "--version").stdout.split()[-1]

    def configure(self) -> str:
        http: dict[str, object] = {"addr": self.address}
        if self.certificate:
            http["tls"] = {"certificate": str(self.certificate.file), "key": str(self.certificate.key)}
        # JSON is YAML.
        return json.dumps(
            {
                "version": "0.1",
                "log": {"level": "error", "accesslog": {"disabled": True}},
                "storage": {
                    "cache": {"blobdescriptor": "inmemory"},
                    "filesystem": {"rootdirectory": str(self.data)},
                    "delete": {"enabled": True},
                },
                "http": http,
            }
        )

    def command(self) -> Command:
        return [self.binary(), "serve", self.configuration]

    def environment(self) -> dict[str, str]:
        return {"OTEL_TRACES_EXPORTER": "none"}


class Distribution2(Distribution):
    key = "distribution-2.8"
    title = "distribution 2.8"

    @staticmethod
    def binary() -> Path:
        return go_tool("docker-registry")


class Distribution3(Distribution):
    key = "distribution-3.1"
    title = "distribution 3.1"

    @staticmethod
    def binary() -> Path:
        return go_tool("distribution")
