"""Blobs of many pieces: over one connection after another, several at once, over plain HTTP and TLS."""

import random
import socket
import ssl
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from io import BufferedReader

import pytest

from wharf.cloud import NAMESPACE, Login
from wharf.layer import sha256
from wharf.oci import Registry
from wharf.server import Server

REPOSITORY = f"{NAMESPACE}/web"
SIZE = 7_000_003
RANGES = [(0, SIZE - 1), (0, 0), (1_048_575, 1_048_576), (3, 5_000_000), (SIZE - 70_000, SIZE - 1)]


@pytest.fixture(scope="module")
def blobs() -> list[bytes]:
    return [random.Random(seed).randbytes(SIZE) for seed in (1, 2)]


@pytest.mark.parametrize("secure", [False, True], ids=["plain", "TLS"])
def test_requests_that_do_not_wait_for_answers(
    server: Server, registry: Registry, login: Login, blobs: list[bytes], secure: bool
):
    """Whole blobs and parts are asked for at once on one connection, and come in order, without a byte between."""
    digests = [registry.push_blob(REPOSITORY, blob) for blob in blobs]
    wanted = [(number, first, last) for first, last in RANGES for number in (0, 1)]
    basic = b64encode(str(login).encode()).decode()
    asked = ""
    for method in ("HEAD", "GET"):
        for number, first, last in wanted:
            asked += f"{method} {registry.root}/{REPOSITORY}/blobs/{digests[number]} HTTP/1.1\r\nHost: localhost\r\n"
            asked += f"Authorization: Basic {basic}\r\nRange: bytes={first}-{last}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as plain:
        context = ssl.create_default_context(cafile=str(server.certificate_authority))
        client = context.wrap_socket(plain, server_hostname="localhost") if secure else plain
        client.sendall(asked.encode())
        answers = client.makefile("rb")
        for _ in wanted:
            assert status_and_length(answers) == (200, SIZE)
        for number, first, last in wanted:
            assert status_and_length(answers) == (206, last - first + 1)
            assert sha256(answers.read(last - first + 1)) == sha256(blobs[number][first : last + 1])


def test_two_blobs_at_once_by_many(registry: Registry, blobs: list[bytes]):
    digests = [registry.push_blob(REPOSITORY, blob) for blob in blobs]

    def pulled(number: int) -> str:
        return sha256(registry.get_blob(REPOSITORY, digests[number % 2]).content)

    with ThreadPoolExecutor(16) as pool:
        assert list(pool.map(pulled, range(32))) == digests * 16


def test_a_client_that_leaves_in_the_middle(registry: Registry, blobs: list[bytes]):
    """It does no harm to the others, nor to the blob."""
    digest = registry.push_blob(REPOSITORY, blobs[0])
    for length in (1, 100_000, 3_000_000):
        answer = registry.get_blob(REPOSITORY, digest, stream=True)
        assert answer.raw.read(length) == blobs[0][:length]
        answer.close()
        assert sha256(registry.get_blob(REPOSITORY, digest).content) == digest


def status_and_length(answers: BufferedReader) -> tuple[int, int]:
    """What the head of the next answer says."""
    status = int(answers.readline().split()[1])
    length = 0
    while (line := answers.readline().strip()) != b"":
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    return status, length
