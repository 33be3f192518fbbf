"""What the benchmark knows of a server: how it is started, filled and reached."""

import socket
import ssl
import time
from abc import ABC, abstractmethod
from pathlib import Path

from bench import process
from bench.certificate import Certificate
from bench.load import Outcome, Run, load

START_LIMIT = 60
PAUSE = 0.0005

# What rows ask for. Everybody can be pulled from.
PULL, PUSH, REFERRERS, TOKENS, CLOUD_API = "pull", "push", "referrers", "tokens", "cloud API"


class Peer(ABC):
    """One server with data of its own, which it keeps when it is started again."""

    key: str
    title: str
    can: frozenset[str] = frozenset({PULL})
    # A registry that keeps a folder a tag needs minutes for as many tags as a database takes in seconds.
    many_tags = 1_200

    def __init__(self, certificate: Certificate | None):
        """With a certificate the server speaks TLS."""
        self.certificate = certificate

    @staticmethod
    @abstractmethod
    def version() -> str:
        """What the program says of itself."""

    @staticmethod
    @abstractmethod
    def binary() -> Path:
        """The program."""

    @property
    @abstractmethod
    def address(self) -> str:
        """`127.0.0.1:PORT`."""

    @property
    @abstractmethod
    def pid(self) -> int:
        """The process that was started."""

    @property
    @abstractmethod
    def folders(self) -> list[Path]:
        """Where its data are, when it is stopped."""

    @abstractmethod
    def start(self) -> None:
        """Start and wait for the first answer."""

    @abstractmethod
    def stop(self) -> None:
        """Stop, unless it is stopped; what was taken in stays."""

    @abstractmethod
    def discard(self) -> None:
        """Stop, and leave nothing behind."""

    @abstractmethod
    def root(self, repository: str, public: bool = False) -> str:
        """A repository's path, `/v2/NAME`; a public one answers without a token where there are tokens."""

    def headers(self, *repositories: str) -> dict[str, str]:
        """What a client that has logged in for these repositories sends."""
        return {}

    def pids(self) -> list[int]:
        """All that works for the server; their CPU time is the server's."""
        return [self.pid]

    @abstractmethod
    def put_blob(self, repository: str, content: bytes, public: bool = False) -> str:
        """Make the server have a blob, and return its digest."""

    @abstractmethod
    def put_manifest(self, repository: str, manifest: bytes, tags: list[str], public: bool = False) -> str:
        """Make the server have a manifest under these tags, and return its digest."""

    def load(self, run: Run, seconds: float) -> Outcome:
        return load(self.address, self.certificate and self.certificate.file, run, seconds)

    def peak_memory(self) -> int:
        return process.peak_memory(self.pid)

    def memory(self) -> int:
        return process.memory(self.pid)

    def has_answered(self) -> bool:
        """Wait for an answer to GET /v2/, whatever it says."""
        end = time.monotonic() + START_LIMIT
        while time.monotonic() < end:
            if self._answers():
                return True
            time.sleep(PAUSE)
        return False

    def _answers(self) -> bool:
        host, port = self.address.split(":")
        try:
            with socket.create_connection((host, int(port)), timeout=5) as plain:
                connection = _over_tls(plain) if self.certificate else plain
                with connection:
                    connection.sendall(f"GET /v2/ HTTP/1.1\r\nHost: {self.address}\r\n\r\n".encode())
                    return connection.recv(64).startswith(b"HTTP/1.1 ")
        except OSError:
            return False


def _over_tls(plain: socket.socket) -> ssl.SSLSocket:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context.wrap_socket(plain)
