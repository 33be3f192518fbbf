"""An HTTP/2 client that answers every PING but takes nothing of its answer (RFC 9113, section 5.2)."""

import socket
from base64 import b64encode

import pytest

from limits.crowd import Crowd
from limits.test_slow_clients import PREFACE, assert_given_up
from wharf.cloud import NAMESPACE, Login
from wharf.layer import sha256
from wharf.oci import Registry
from wharf.server import Server
from wharf.small_image import SmallImage

REPOSITORY = f"{NAMESPACE}/web"
SIZE = 1_000_000
HEADERS, SETTINGS, PING = 1, 4, 6
END_STREAM_AND_HEADERS, ACKNOWLEDGED = 5, 1
# SETTINGS_INITIAL_WINDOW_SIZE = 0: nothing of a body may be sent.
NO_WINDOW = (4).to_bytes(2, "big") + bytes(4)


class Lively(Crowd):
    """Clients that answer PINGs and do nothing else."""

    def _drip(self) -> None:
        for client in self.sockets:
            client.setblocking(False)
        while not self.is_over.wait(0.2):
            for client in self.sockets:
                _answer_pings(client)


def _answer_pings(client: socket.socket) -> None:
    try:
        received = client.recv(65536)
        while len(received) >= 9:
            length, kind, flags = int.from_bytes(received[:3], "big"), received[3], received[4]
            if kind == PING and not flags & ACKNOWLEDGED:
                client.sendall(_frame(PING, ACKNOWLEDGED, 0, received[9 : 9 + length]))
            received = received[9 + length :]
    except OSError:
        pass  # There is nothing to read, or the server has given it up.


@pytest.fixture
def image(registry: Registry) -> SmallImage:
    return SmallImage.make("window", layers=1, layer_size=SIZE).push(registry, REPOSITORY, "v1")


def test_it_is_given_up(server: Server, registry: Registry, login: Login, image: SmallImage):
    path = f"{registry.root}/{REPOSITORY}/blobs/{sha256(image.layers[0])}"
    fields = [
        (":method", "GET"),
        (":scheme", "http"),
        (":authority", "localhost"),
        (":path", path),
        ("authorization", f"Basic {b64encode(str(login).encode()).decode()}"),
    ]
    block = b"".join(_literal(name) for field in fields for name in (b"", *field))
    greeting = PREFACE[:24] + _frame(SETTINGS, 0, 0, NO_WINDOW)
    greeting += _frame(HEADERS, END_STREAM_AND_HEADERS, 1, block)
    assert_given_up(Lively(server, 50, greeting, drip=b"."), registry, image, seconds=30)


def _literal(text: str | bytes) -> bytes:
    """A string of a header block that is neither indexed nor compressed (RFC 7541); `b""` begins a field."""
    if text == b"":
        return b"\0"
    content = text.encode() if isinstance(text, str) else text
    length, rest = len(content), len(content) - 127
    if rest < 0:
        return bytes([length]) + content
    prefix = bytearray([127])
    while rest >= 128:
        prefix.append(rest % 128 + 128)
        rest //= 128
    return bytes([*prefix, rest]) + content


def _frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    return len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload
