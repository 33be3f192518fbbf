"""TLS handshakes, and what the server shows in them."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from wharf.server import Server


@contextmanager
def secure_connection(
    server: Server, name: str, authority: Path | None, protocols: tuple[str, ...] = ()
) -> Iterator[ssl.SSLSocket]:
    """A connection under this name, trusting this authority or only the system's."""
    context = ssl.create_default_context()
    if authority:
        context.load_verify_locations(authority)
    if protocols:
        context.set_alpn_protocols(list(protocols))
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as plain:
        with context.wrap_socket(plain, server_hostname=name) as secure:
            yield secure


def names(secure: ssl.SSLSocket) -> set[object]:
    """The names that the certificate vouches for."""
    certificate = secure.getpeercert() or {}
    return {name for _, name in certificate["subjectAltName"]}


def ask(secure: ssl.SSLSocket, path: str = "/healthz") -> int:
    """GET a path over the connection, which stays open, and return the status."""
    secure.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    head = b""
    while b"\r\n\r\n" not in head:
        part = secure.recv(4096)
        assert part, "the server closed the connection"
        head += part
    return int(head.split()[1])
