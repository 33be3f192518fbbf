"""A way to the server for one transport alone, told from the bytes on the wire."""

import socket

from wharf.relay import Relay, join
from wharf.server import Server

TLS, PLAIN_HTTP = "TLS", "HTTP"
TLS_HANDSHAKE = b"\x16"


class TransportTap(Relay):
    """Takes connections of its transport on to the server; closes others.

    Some clients try plain HTTP as well when a registry is on their own machine.
    """

    def __init__(self, server: Server, transport: str):
        self.server = server
        self.transport = transport
        self.taken = 0

    def serve(self, client: socket.socket) -> None:
        first = client.recv(1, socket.MSG_PEEK)
        if first and self.transport == (TLS if first == TLS_HANDSHAKE else PLAIN_HTTP):
            self.taken += 1
            with socket.create_connection(("127.0.0.1", self.server.port)) as server:
                join(client, server)
