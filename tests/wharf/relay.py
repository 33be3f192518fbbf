"""A listener of the tests' own that stands between a client and the server."""

import socket
import threading
from types import TracebackType


class Relay:
    """Listens on a port of its own while its `with` block runs; `serve` gets each connection."""

    def __enter__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.listener.close()

    def serve(self, client: socket.socket) -> None:
        """Handle one connection, in a thread of its own."""
        raise NotImplementedError

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client:
            self.serve(client)


def join(client: socket.socket, server: socket.socket) -> None:
    """Give to each side what the other sends, until both are done."""
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
