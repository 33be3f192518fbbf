"""A stand-in for wildcard DNS: an HTTPS proxy that takes every `*.localhost` to this machine.

Few resolvers know names below `localhost`. Go programs honour HTTPS_PROXY for
them, so through this proxy a client meets an instance under its own host name,
with TLS from end to end.
"""

import socket

from wharf.relay import Relay, join


class LoopbackProxy(Relay):
    """Answers `CONNECT NAME.localhost:PORT` with a tunnel to `127.0.0.1:PORT`."""

    def __init__(self) -> None:
        self.hosts: set[str] = set()

    @property
    def environment(self) -> dict[str, str]:
        """The variables that send a client through the proxy; plain HTTP ends there."""
        here = f"http://127.0.0.1:{self.port}"
        return {"HTTPS_PROXY": here, "HTTP_PROXY": here, "NO_PROXY": ""}

    def serve(self, client: socket.socket) -> None:
        with client.makefile("rb") as lines:
            method, target, _ = lines.readline().decode().split()
            while lines.readline().strip():
                pass
            host, port = target.rsplit(":", 1)
            if method != "CONNECT" or not host.endswith(".localhost"):
                client.sendall(b"HTTP/1.1 403 Forbidden\r\n\r\n")
                return
            self.hosts.add(host)
            with socket.create_connection(("127.0.0.1", int(port))) as server:
                client.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
                join(client, server)
