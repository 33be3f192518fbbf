"""GET of a blob sends the client to the object store, by an address that is good for a while."""

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from redirect.conftest import REDIRECT
from wharf.cloud import NAMESPACE
from wharf.layer import sha256
from wharf.object_store import SECRET_KEY, Versitygw
from wharf.oci import Registry, assert_refused, location
from wharf.polling import eventually
from wharf.small_image import SmallImage

REPOSITORY = f"{NAMESPACE}/web"
CONTENT = bytes(range(256)) * 40


@pytest.fixture
def digest(registry: Registry) -> str:
    """A blob that was pushed whole."""
    return registry.push_blob(REPOSITORY, CONTENT)


def ask(registry: Registry, digest: str, **headers: str) -> requests.Response:
    """GET a blob without going where the answer points."""
    return registry.get_blob(REPOSITORY, digest, headers=headers, allow_redirects=False)


def address_of(registry: Registry, digest: str) -> str:
    answer = ask(registry, digest)
    assert answer.status_code == 307, answer.text
    return answer.headers["Location"]


def fetch(address: str, **headers: str) -> requests.Response:
    """GET from the store as somebody who knows the address and nothing else."""
    return requests.get(address, headers=headers, timeout=20)


def test_the_answer(registry: Registry, object_store: Versitygw, digest: str):
    """It says whose bytes they are and must not be kept; it has none of them itself."""
    answer = ask(registry, digest)
    assert (answer.status_code, answer.content) == (307, b"")
    assert answer.headers["Docker-Content-Digest"] == digest
    assert answer.headers["Cache-Control"] == "no-store"
    address = urlsplit(answer.headers["Location"])
    assert (address.scheme, address.netloc) == ("http", object_store.address)
    assert SECRET_KEY not in answer.headers["Location"]
    assert parse_qs(address.query)["X-Amz-Expires"] == ["600"]


def test_the_address_serves_the_bytes(registry: Registry, digest: str):
    served = fetch(address_of(registry, digest))
    assert (served.status_code, served.content) == (200, CONTENT)


@pytest.mark.parametrize(
    "wanted, part",
    [
        ("bytes=0-9", CONTENT[:10]),
        ("bytes=100-", CONTENT[100:]),
        ("bytes=-7", CONTENT[-7:]),
    ],
)
def test_a_part_of_the_bytes(registry: Registry, digest: str, wanted: str, part: bytes):
    """The client sends its Range along, as the redirect's status has it."""
    first = ask(registry, digest, Range=wanted)
    assert first.status_code == 307
    served = fetch(first.headers["Location"], Range=wanted)
    assert (served.status_code, served.content) == (206, part)


@pytest.mark.parametrize("sizes", [[3, 4000, 1], [6 << 20, 6 << 20, 5]], ids=["small", "large"])
def test_a_blob_that_came_in_chunks(registry: Registry, sizes: list[int]):
    content = SmallImage.make(f"chunks {sizes}", layers=1, layer_size=sum(sizes)).layers[0]
    upload, sent = registry.start_upload(REPOSITORY), 0
    for size in sizes:
        upload = location(registry.send_chunk(upload, sent, content[sent : sent + size]))
        sent += size
    assert registry.finish_upload(upload, sha256(content)).status_code == 201
    assert fetch(address_of(registry, sha256(content))).content == content


def test_an_empty_blob(registry: Registry):
    served = fetch(address_of(registry, registry.push_blob(REPOSITORY, b"")))
    assert (served.status_code, served.content) == (200, b"")


def test_a_mounted_blob(registry: Registry, digest: str):
    """It is in the store once and reached from both repositories."""
    other = f"{NAMESPACE}/db"
    query = f"?mount={digest}&from={registry.root.removeprefix('/v2/')}/{REPOSITORY}"
    assert registry.request("POST", f"{other}/blobs/uploads/{query}").status_code == 201
    answer = registry.get_blob(other, digest, allow_redirects=False)
    assert fetch(answer.headers["Location"]).content == CONTENT


def test_a_client_that_follows(registry: Registry, digest: str):
    answer = registry.get_blob(REPOSITORY, digest)
    assert (answer.status_code, answer.content) == (200, CONTENT)
    assert [step.status_code for step in answer.history] == [307]


def test_head_is_answered_here(registry: Registry, digest: str):
    answer = registry.request("HEAD", f"{REPOSITORY}/blobs/{digest}", allow_redirects=False)
    assert answer.status_code == 200
    assert answer.headers["Docker-Content-Digest"] == digest
    assert answer.headers["Content-Length"] == str(len(CONTENT))


def test_what_the_client_has_already(registry: Registry, digest: str):
    tag = registry.head(f"{REPOSITORY}/blobs/{digest}").headers["ETag"]
    assert ask(registry, digest, **{"If-None-Match": tag}).status_code == 304


def test_manifests_are_answered_here(registry: Registry):
    image = SmallImage.make("redirected").push(registry, REPOSITORY, "v1")
    for reference in ("v1", image.digest):
        for method in ("GET", "HEAD"):
            path = f"{REPOSITORY}/manifests/{reference}"
            assert registry.request(method, path, allow_redirects=False).status_code == 200
    assert registry.get_manifest(REPOSITORY, "v1").content == image.manifest


def test_nobody_without_the_right_is_sent_anywhere(registry: Registry, anonymous: Registry, digest: str):
    answer = ask(anonymous, digest)
    assert_refused(answer, 401, "UNAUTHORIZED")
    assert "Location" not in answer.headers
    assert_refused(ask(registry, sha256(b"absent")), 404, "BLOB_UNKNOWN")


def test_the_address_is_for_one_blob_and_one_method(registry: Registry, digest: str):
    """Whoever holds it can neither write nor read anything else with it."""
    address = address_of(registry, digest)
    other = registry.push_blob(REPOSITORY, b"another")
    elsewhere = urlsplit(address)._replace(path=urlsplit(address_of(registry, other)).path).geturl()
    assert fetch(elsewhere).status_code == 403
    for method in ("PUT", "DELETE", "POST"):
        assert requests.request(method, address, data=b"other", timeout=20).status_code >= 400
    assert fetch(address).content == CONTENT


def test_the_address_expires(configured: Callable[[str], Registry]):
    registry = configured(f'{REDIRECT}redirect_lifetime = "1s"\n')
    digest = registry.push_blob(REPOSITORY, CONTENT)
    address = address_of(registry, digest)
    assert parse_qs(urlsplit(address).query)["X-Amz-Expires"] == ["1"]
    eventually("the address is no longer good", lambda: fetch(address).status_code == 403)
    assert registry.get_blob(REPOSITORY, digest).content == CONTENT, "a new one is"


def test_the_endpoint_of_clients(configured: Callable[[str], Registry], object_store: Versitygw):
    """Clients may know the store by another name than the server."""
    endpoint = f"http://localhost:{object_store.port}"
    registry = configured(f'{REDIRECT}redirect_endpoint = "{endpoint}"\n')
    address = address_of(registry, registry.push_blob(REPOSITORY, CONTENT))
    assert address.startswith(f"{endpoint}/")
    assert fetch(address).content == CONTENT


@pytest.mark.parametrize("text", ["", "[storage]\nredirect = false\n"], ids=["absent", "false"])
def test_without_the_setting(configured: Callable[[str], Registry], text: str):
    registry = configured(text)
    answer = ask(registry, registry.push_blob(REPOSITORY, CONTENT))
    assert (answer.status_code, answer.content) == (200, CONTENT)
