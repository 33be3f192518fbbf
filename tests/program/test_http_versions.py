"""HTTP/1.1 and HTTP/2, over TLS by ALPN (RFC 7301) and without TLS."""

import ssl
from collections.abc import Callable
from pathlib import Path

import pytest

from wharf.cloud import NAMESPACE, Instance, Login
from wharf.handshake import ask, secure_connection
from wharf.layer import sha256
from wharf.oci import Registry
from wharf.program import run
from wharf.server import Server
from wharf.small_image import SmallImage

REPOSITORY = f"{NAMESPACE}/web"
WAYS = {
    "HTTP/2 over TLS": ("https", "--http2", "2"),
    "HTTP/1.1 over TLS": ("https", "--http1.1", "1.1"),
    "HTTP/2 without TLS": ("http", "--http2-prior-knowledge", "2"),
    "HTTP/1.1 without TLS": ("http", "--http1.1", "1.1"),
    "HTTP/1.0 without TLS": ("http", "--http1.0", "1"),
}

Curl = Callable[..., str]


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest) -> tuple[str, str, str]:
    return WAYS[request.param]


@pytest.fixture
def curl(server: Server, login: Login, way: tuple[str, str, str]) -> Curl:
    """Runs curl for a path; returns the HTTP version and the status that it saw."""
    scheme, flag, _ = way

    def curl(path: str, *flags: object, host: str = server.address) -> str:
        seen = ("--write-out", "%{http_version} %{http_code}", "--noproxy", "*", "--silent")
        trust = ("--cacert", server.certificate_authority, "--user", login)
        url = f"{scheme}://{host}{path}"
        return run("curl", flag, *seen, *trust, *flags, url)

    return curl


def test_a_push_and_a_pull(
    registry: Registry, instance: Instance, curl: Curl, way: tuple[str, str, str], tmp_path: Path
):
    version, root = way[2], f"/v2/{instance.name}/{REPOSITORY}"
    image = SmallImage.make("versions", layers=1, layer_size=3_000_000)
    for number, blob in enumerate(image.blobs):
        (tmp_path / f"blob-{number}").write_bytes(blob)
        sending = ("--header", "Content-Type: application/octet-stream", "--data-binary")
        path = f"{root}/blobs/uploads/?digest={sha256(blob)}"
        assert curl(path, *sending, f"@{tmp_path}/blob-{number}", "-o", "/dev/null") == f"{version} 201"
    put = registry.put_manifest(REPOSITORY, "v1", image.manifest)
    assert put.status_code == 201, put.text
    pulled = tmp_path / "pulled"
    path = f"{root}/blobs/{sha256(image.layers[0])}"
    assert curl(path, "-o", pulled) == f"{version} 200"
    assert pulled.read_bytes() == image.layers[0]
    assert curl(path, "-o", pulled, "--range", "1000-1999") == f"{version} 206"
    assert pulled.read_bytes() == image.layers[0][1000:2000]
    assert curl(f"{root}/manifests/v1", "--head", "-o", "/dev/null") == f"{version} 200"
    assert curl(f"{root}/manifests/absent", "-o", "/dev/null") == f"{version} 404"


def test_an_instance_by_its_host(
    server: Server, instance: Instance, registry: Registry, curl: Curl, way: tuple[str, str, str]
):
    """HTTP/2 names the host in `:authority`; the certificate names it too."""
    image = SmallImage.make("authority").push(registry, REPOSITORY, "v1")
    found = ("--resolve", f"{server.host(instance.name)}:127.0.0.1", "--output", "/dev/null")
    path = f"/v2/{REPOSITORY}/manifests/{image.digest}"
    assert curl(path, *found, host=server.host(instance.name)) == f"{way[2]} 200"


@pytest.mark.parametrize(
    ("offered", "chosen"),
    [(("h2", "http/1.1"), "h2"), (("http/1.1", "h2"), "h2"), (("http/1.1",), "http/1.1"), ((), None)],
)
def test_the_protocol_is_agreed_on(server: Server, offered: tuple[str, ...], chosen: str | None):
    with secure_connection(server, "localhost", server.certificate_authority, offered) as secure:
        assert secure.selected_alpn_protocol() == chosen
        if chosen != "h2":
            assert ask(secure) == 200


def test_no_protocol_in_common(server: Server):
    with pytest.raises(ssl.SSLError):
        with secure_connection(server, "localhost", server.certificate_authority, ("spdy/3",)):
            pass
