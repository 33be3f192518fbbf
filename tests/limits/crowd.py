"""Many clients at once that do not do their part."""

import os
import socket
import ssl
import threading
from collections.abc import Iterable
from types import TracebackType

from wharf.polling import eventually
from wharf.server import Server

DRIP_PAUSE = 0.3


class Crowd:
    """Connections that each send `greeting`, then one byte of `drip` now and then, and read nothing."""

    def __init__(self, server: Server, size: int, greeting: bytes = b"", drip: bytes = b""):
        self.server = server
        self.size = size
        self.greeting = greeting
        self.drip = drip
        self.sockets: list[socket.socket] = []
        self.before = 0
        self.is_over = threading.Event()

    def __enter__(self) -> "Crowd":
        self.before = open_files(self.server)
        for _ in range(self.size):
            self.sockets.append(self.connect())
        if self.drip:
            threading.Thread(target=self._drip, daemon=True).start()
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Leave, and wait until the server has noticed: the next test counts from there."""
        self.is_over.set()
        for client in self.sockets:
            client.close()
        eventually("the server notices", lambda: open_files(self.server) <= self.before)

    def connect(self) -> socket.socket:
        client = socket.socket()
        # Small, so that little of an answer fits into the connection.
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect(("127.0.0.1", self.server.port))
        client.sendall(self.greeting)
        return client

    def _drip(self) -> None:
        alive = list(self.sockets)
        for number in range(1_000_000):
            byte = self.drip[number % len(self.drip) :][:1]
            alive = [client for client in alive if _sends(client, byte)]
            if not alive or self.is_over.wait(DRIP_PAUSE):
                return


class SecureCrowd(Crowd):
    """The same after a TLS handshake that ends well."""

    def connect(self) -> socket.socket:
        context = ssl.create_default_context(cafile=str(self.server.certificate_authority))
        plain = socket.create_connection(("127.0.0.1", self.server.port))
        client = context.wrap_socket(plain, server_hostname="localhost")
        client.sendall(self.greeting)
        return client


def open_files(server: Server) -> int:
    """How many connections of clients and files of content the server's process holds open."""
    assert server.process is not None
    accepted = _accepted_at(server.port)
    targets = _targets(f"/proc/{server.process.pid}/fd")
    return sum(target in accepted or "/content/" in target for target in targets)


def _accepted_at(port: int) -> set[str]:
    """The sockets at this port, as the links in /proc name them; not those to stores elsewhere."""
    with open("/proc/net/tcp") as table:
        rows = [line.split() for line in table.readlines()[1:]]
    return {f"socket:[{row[9]}]" for row in rows if row[1].endswith(f":{port:04X}")}


def _targets(folder: str) -> Iterable[str]:
    for name in os.listdir(folder):
        try:
            yield os.readlink(f"{folder}/{name}")
        except FileNotFoundError:
            pass  # It was closed in between.


def _sends(client: socket.socket, byte: bytes) -> bool:
    try:
        client.sendall(byte)
    except OSError:
        return False
    return True
