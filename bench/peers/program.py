"""A peer that is a program of others with a configuration file."""

from pathlib import Path

from wharf.daemon import Command, Daemon

from bench.certificate import Certificate
from bench.peers.peer import Peer


class Program(Daemon):
    """The process of a peer."""

    def __init__(self, peer: "ProgramPeer"):
        super().__init__(peer.key)
        self.peer = peer

    def command(self) -> Command:
        return self.peer.command()

    def environment(self) -> dict[str, str]:
        return self.peer.environment()

    def answers(self) -> bool:
        return self.peer.has_answered()


class ProgramPeer(Peer):
    """Writes its configuration, and says how it is started with it."""

    configuration_name = "config.json"

    def __init__(self, certificate: Certificate | None):
        super().__init__(certificate)
        self.program = Program(self)
        self.data = self.program.folder / "data"
        self.data.mkdir()
        self.program.folder.chmod(0o755)
        self.configuration.write_text(self.configure())

    @property
    def configuration(self) -> Path:
        return self.program.folder / self.configuration_name

    def configure(self) -> str:
        """The text of the configuration file."""
        raise NotImplementedError

    def command(self) -> Command:
        """The program and its arguments; it must stay in the foreground."""
        raise NotImplementedError

    def environment(self) -> dict[str, str]:
        return {}

    @property
    def folders(self) -> list[Path]:
        return [self.data]

    @property
    def address(self) -> str:
        return self.program.address

    @property
    def pid(self) -> int:
        assert self.program.process is not None, f"{self.title} does not run"
        return self.program.process.pid

    def start(self) -> None:
        self.program.start()

    def stop(self) -> None:
        self.program.stop()

    def discard(self) -> None:
        self.program.discard()

    def root(self, repository: str, public: bool = False) -> str:
        return f"/v2/bench/{repository}"
