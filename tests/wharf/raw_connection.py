"""Bytes to a server and its answers, over one connection for as long as the server keeps it."""

import json
import socket
from dataclasses import dataclass

from wharf.server import Server


@dataclass(frozen=True)
class RawAnswer:
    """An answer as far as tests look at it."""

    status: int
    body: bytes

    @property
    def response(self) -> dict:
        """What the cloud API answered."""
        return json.loads(self.body)["Response"]

    @property
    def code(self) -> str | None:
        """The cloud API's error, or None."""
        return self.response.get("Error", {}).get("Code")


class RawConnection:
    """One client. It connects again when the server has closed."""

    def __init__(self, server: Server, seconds: float = 20):
        self.server = server
        self.seconds = seconds
        self.socket: socket.socket | None = None
        self.left = b""

    def send(self, request: bytes) -> RawAnswer:
        """Send the bytes of one request and read the answer; fails where there is none in time."""
        kept = self.socket is not None
        try:
            return self._send(request)
        except (BrokenPipeError, ConnectionResetError, EOFError):
            self.close()
            if not kept:
                raise
        # It was closed before the request came.
        return self._send(request)

    def close(self) -> None:
        if self.socket is not None:
            self.socket.close()
        self.socket, self.left = None, b""

    def _send(self, request: bytes) -> RawAnswer:
        if self.socket is None:
            self.socket = socket.create_connection(("127.0.0.1", self.server.port), timeout=self.seconds)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.sendall(request)
        while b"\r\n\r\n" not in self.left:
            self._receive()
        head, _, self.left = self.left.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        length = int(headers.get("content-length", "0"))
        while len(self.left) < length:
            self._receive()
        body, self.left = self.left[:length], self.left[length:]
        if headers.get("connection", "").lower() == "close":
            self.close()
        return RawAnswer(int(first.split(" ")[1]), body)

    def _receive(self) -> None:
        assert self.socket is not None
        received = self.socket.recv(65536)
        if not received:
            raise EOFError("the server closed the connection before its answer was complete")
        self.left += received
