"""A stand-in for wildcard DNS: an HTTPS proxy that takes every `*.localhost` to this machine.

Few resolvers know names below `localhost`. Go programs honour HTTPS_PROXY for
them, so through this proxy a client meets an instance under its own host name,
with TLS from end to end.
"""

import socket
import threading
from types import TracebackType


class LoopbackProxy:
    """Answers `CONNECT NAME.localhost:PORT` with a tunnel to `127.0.0.1:PORT`."""

    def __enter__(self) -> "LoopbackProxy":
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.hosts: set[str] = set()
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.listener.close()

    @property
    def environment(self) -> dict[str, str]:
        """The variables that send a client through the proxy."""
        return {"HTTPS_PROXY": f"http://127.0.0.1:{self.listener.getsockname()[1]}", "NO_PROXY": ""}

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, client.makefile("rb") as lines:
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
                answers = threading.Thread(target=_copy, args=(server, client), daemon=True)
                answers.start()
                _copy(client, server)
                answers.join()


def _copy(source: socket.socket, target: socket.socket) -> None:
    try:
        while part := source.recv(65536):
            target.sendall(part)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass  # One side has gone; the other notices when its socket closes.
