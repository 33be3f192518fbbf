"""Clients that are slow or silent: each is given up in its time, and the others are served meanwhile."""

from base64 import b64encode

import pytest

from limits.crowd import Crowd, SecureCrowd, open_files
from wharf.account import ROOT
from wharf.cloud import NAMESPACE, Cloud, Login
from wharf.layer import sha256
from wharf.oci import Registry
from wharf.polling import eventually
from wharf.server import Server
from wharf.signed_request import SignedRequest
from wharf.small_image import SmallImage

REPOSITORY = f"{NAMESPACE}/web"
MANY = 300
# Far more than the 2 seconds that this folder sets, less than the 30 and 60 that are the defaults.
SECONDS = 20

# The beginning of an HTTP/2 connection (RFC 9113, section 3.4), with empty SETTINGS.
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes([0, 0, 0, 4, 0, 0, 0, 0, 0])

SILENT = {
    "nothing": b"",
    "a letter": b"P",
    "half a request line": b"GET /v2/ HT",
    "half of the headers": b"GET /v2/ HTTP/1.1\r\nHost: localhost\r\n",
    "half an HTTP/2 preface": PREFACE[:10],
    "the beginning of a TLS handshake": b"\x16\x03\x01\x02\x00\x01\x00",
    "a whole request": b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n",
}


@pytest.fixture
def image(registry: Registry) -> SmallImage:
    return SmallImage.make("slow").push(registry, REPOSITORY, "v1")


def head(registry: Registry, login: Login, method: str, path: str, *lines: str) -> bytes:
    """A request's head as it goes over the wire."""
    whole = path if path.startswith("/") else f"{registry.root}/{path}"
    basic = b64encode(str(login).encode()).decode()
    first = [f"{method} {whole} HTTP/1.1", "Host: localhost", f"Authorization: Basic {basic}"]
    return "\r\n".join([*first, *lines, "", ""]).encode()


def assert_given_up(crowd: Crowd, registry: Registry, image: SmallImage, seconds: float = SECONDS) -> None:
    """The crowd is served no longer while one client who does its part is."""

    def held() -> int:
        return open_files(registry.server) - crowd.before

    with crowd:
        # Connections are accepted in order: once this one is answered, the whole crowd was let in.
        assert registry.get_manifest(REPOSITORY, "v1").content == image.manifest
        assert registry.push_blob(REPOSITORY, b"meanwhile")
        eventually("the crowd is given up", lambda: held() <= 0, seconds)
    assert registry.get_manifest(REPOSITORY, "v1").content == image.manifest


@pytest.mark.parametrize("greeting", SILENT.values(), ids=SILENT)
def test_silent_clients(server: Server, registry: Registry, image: SmallImage, greeting: bytes):
    assert_given_up(Crowd(server, MANY, greeting), registry, image)


def test_silent_clients_of_http2(server: Server, registry: Registry, image: SmallImage):
    """They are asked whether they are there, and have some time to say so."""
    assert_given_up(Crowd(server, MANY, PREFACE), registry, image, seconds=45)


@pytest.mark.parametrize("greeting", [b"", b"GET /v2/ HT"], ids=["nothing", "half a request line"])
def test_silent_clients_over_tls(server: Server, registry: Registry, image: SmallImage, greeting: bytes):
    assert_given_up(SecureCrowd(server, MANY // 3, greeting), registry, image)


def test_headers_letter_by_letter(server: Server, registry: Registry, image: SmallImage):
    crowd = Crowd(server, MANY, b"GET /v2/ HTTP/1.1\r\nX-Slow: ", drip=b"x")
    assert_given_up(crowd, registry, image)


@pytest.mark.parametrize("sent", [b"", b"x" * 10_000], ids=["nothing of it", "some of it"])
def test_a_body_that_stops(
    server: Server, registry: Registry, login: Login, image: SmallImage, sent: bytes
):
    path = f"{REPOSITORY}/manifests/slow"
    lines = ("Content-Type: application/vnd.oci.image.manifest.v1+json", "Content-Length: 60000")
    crowd = Crowd(server, MANY, head(registry, login, "PUT", path, *lines) + sent)
    assert_given_up(crowd, registry, image)
    assert registry.tags(REPOSITORY) == ["v1"]


def test_an_upload_that_stops(server: Server, registry: Registry, login: Login, image: SmallImage):
    """What came is kept, so that the client can go on from there."""
    upload = registry.start_upload(REPOSITORY)
    greeting = head(registry, login, "PATCH", upload, "Content-Length: 500000") + b"x" * 10_000
    assert_given_up(Crowd(server, 1, greeting), registry, image)
    assert registry.get(upload).headers["Range"] == "0-9999"
    content = b"x" * 10_000 + b"rest"
    assert registry.finish_upload(upload, sha256(content), b"rest").status_code == 201


def test_a_body_without_an_end(server: Server, registry: Registry, login: Login, image: SmallImage):
    """In pieces of no announced length, of which no more come."""
    path = f"{REPOSITORY}/manifests/slow"
    lines = ("Content-Type: application/vnd.oci.image.manifest.v1+json", "Transfer-Encoding: chunked")
    crowd = Crowd(server, MANY, head(registry, login, "PUT", path, *lines) + b"3\r\n{\r\n\r\n")
    assert_given_up(crowd, registry, image)


def test_a_form_that_stops(server: Server, registry: Registry, image: SmallImage):
    greeting = b"POST /service/token HTTP/1.1\r\nHost: localhost\r\nContent-Length: 500\r\n\r\ngrant_type="
    assert_given_up(Crowd(server, MANY, greeting), registry, image)


def test_an_api_call_that_stops(server: Server, registry: Registry, image: SmallImage):
    headers = SignedRequest(ROOT, "DescribeRegions").headers(server.address)
    lines = [f"{name}: {value}" for name, value in headers.items()]
    greeting = "\r\n".join(["POST / HTTP/1.1", *lines, "Content-Length: 500", "", "{"]).encode()
    assert_given_up(Crowd(server, MANY, greeting), registry, image)


def test_answers_that_nobody_reads(make_server):
    """Large blobs are asked for and not taken. Only the time for that is short on this server."""
    server = make_server().configure('[timeouts]\nwrite = "2s"\n').start()
    cloud = Cloud(server, ROOT)
    instance = cloud.create_instance("unread")
    cloud.create_namespace(instance, NAMESPACE)
    login = cloud.login(instance)
    registry = Registry(server, instance, login)
    image = SmallImage.make("unread", layer_size=32_000_000, layers=1).push(registry, REPOSITORY, "v1")
    blob = sha256(image.layers[0])
    crowd = Crowd(server, MANY // 3, head(registry, login, "GET", f"{REPOSITORY}/blobs/{blob}"))
    assert_given_up(crowd, registry, image)
    assert registry.get_blob(REPOSITORY, blob).content == image.layers[0]
