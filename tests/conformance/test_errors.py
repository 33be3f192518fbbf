"""API: Error codes."""

import re
from collections.abc import Callable

import pytest
import requests

from conformance.breakage import Breakage, broken_by, on
from conformance.conftest import Registry
from wharf.account import ROOT
from wharf.cloud import NAMESPACE, Cloud, Login
from wharf.layer import sha256
from wharf.server import Server
from wharf.small_image import SmallImage

# code-1 to code-14.
CODES = {
    "BLOB_UNKNOWN",
    "BLOB_UPLOAD_INVALID",
    "BLOB_UPLOAD_UNKNOWN",
    "DIGEST_INVALID",
    "MANIFEST_BLOB_UNKNOWN",
    "MANIFEST_INVALID",
    "MANIFEST_UNKNOWN",
    "NAME_INVALID",
    "NAME_UNKNOWN",
    "SIZE_INVALID",
    "UNAUTHORIZED",
    "DENIED",
    "UNSUPPORTED",
    "TOOMANYREQUESTS",
}
ABSENT = sha256(b"absent")
UPLOAD = "00000000-0000-0000-0000-000000000000"

# What is refused, by the code that fits: method, path below the repository, body.
REFUSED: dict[str, tuple[str, str, bytes | None]] = {
    "BLOB_UNKNOWN": ("GET", f"blobs/{ABSENT}", None),
    "BLOB_UPLOAD_INVALID": ("PATCH", "UPLOAD", b"too little"),
    "BLOB_UPLOAD_UNKNOWN": ("GET", f"blobs/uploads/{UPLOAD}", None),
    "DIGEST_INVALID": ("POST", "blobs/uploads/?digest=sha256:abc", b"content"),
    "MANIFEST_BLOB_UNKNOWN": ("PUT", "manifests/v2", SmallImage.make("never pushed").manifest),
    "MANIFEST_INVALID": ("PUT", "manifests/v2", b"no manifest"),
    "MANIFEST_UNKNOWN": ("GET", "manifests/absent", None),
    "NAME_INVALID": ("POST", "UPPER/blobs/uploads/", None),
    "NAME_UNKNOWN": ("GET", "absent/tags/list", None),
    "SIZE_INVALID": ("PUT", "manifests/v2", b" " * 16_000_000),
    "UNSUPPORTED": ("PUT", "tags/list", None),
}
ANY = on("GET|POST|PUT|PATCH")


@pytest.fixture(params=REFUSED)
def refused(request: pytest.FixtureRequest, registry: Registry, repository: str, image: SmallImage):
    """Send a request that is refused, and the code that it should be refused with."""
    method, path, body = REFUSED[request.param]
    whole = registry.start_upload(repository) if path == "UPLOAD" else f"{repository}/{path}"
    headers = {"Content-Range": "0-99"} if path == "UPLOAD" else {}
    headers |= {"Content-Type": "application/vnd.oci.image.manifest.v1+json"} if "manifests" in path else {}

    def send() -> tuple[requests.Response, str]:
        return registry.request(method, whole, headers=headers, data=body), request.param

    return send


def first(edit: Callable[[dict], object]) -> Callable[[dict], object]:
    return lambda body: edit(body["errors"][0])


@broken_by(
    ANY.status(200),
    ANY.json("is one error", lambda body: body.update(errors=body["errors"][0])),
    ANY.json("has no errors", lambda body: body.pop("errors")),
    ANY.json("has no code", first(lambda error: error.pop("code"))),
    ANY.body(b"not found"),
)
def test_a_4xx_body_is_a_list_of_errors(refused):
    """MUST: a JSON body of a 4xx is an object with `errors`, each with a code. Here all are JSON."""
    answer, _ = refused()
    assert 400 <= answer.status_code < 500
    assert answer.headers.get("Content-Type") == "application/json"
    assert answer.text.startswith("{")
    errors = answer.json().get("errors")
    assert isinstance(errors, list)
    assert errors
    assert all(isinstance(error.get("code"), str) for error in errors)


@broken_by(ANY.json("has a code in words", first(lambda error: error.update(code="not found"))))
def test_a_code_is_upper_case_letters_and_underscores(refused):
    """MUST: the form of `code`."""
    for error in refused()[0].json()["errors"]:
        assert re.fullmatch("[A-Z_]+", error["code"])


@broken_by(
    ANY.json("has a number as message", first(lambda error: error.update(message=404))),
)
def test_a_message_is_text(refused):
    """SHOULD: `message` is a string for people, or empty."""
    for error in refused()[0].json()["errors"]:
        assert isinstance(error.get("message", ""), str)


@broken_by(
    ANY.json("has a code of its own", first(lambda error: error.update(code="TEAPOT"))),
    ANY.json("has the wrong code", first(lambda error: error.update(code="DENIED"))),
)
def test_a_code_is_one_of_the_table_and_fits(refused):
    """MUST: each `code` is one of code-1 to code-14; the first is the one that fits."""
    answer, fitting = refused()
    codes = [error["code"] for error in answer.json()["errors"]]
    assert set(codes) <= CODES
    assert codes[0] == fitting


@broken_by(ANY.json("has the wrong code", first(lambda error: error.update(code="NAME_UNKNOWN"))))
def test_code_11_without_a_login_is_unauthorized(anonymous: Registry):
    """MUST: `code` is one of the table."""
    answer = anonymous.get(f"{NAMESPACE}/web/tags/list")
    assert [error["code"] for error in answer.json()["errors"]] == ["UNAUTHORIZED"]


@broken_by(ANY.json("has the wrong code", first(lambda error: error.update(code="NAME_UNKNOWN"))))
def test_code_12_without_the_right_is_denied(
    server: Server, login: Login, instance_name: str, breakage: Breakage | None
):
    """MUST: `code` is one of the table. The instance's owner may not do this in another instance."""
    cloud = Cloud(server, ROOT)
    other = cloud.create_instance(instance_name)
    cloud.create_namespace(other, NAMESPACE)
    stranger = Registry(breakage, server, other, token=bearer(server, login))
    answer = stranger.request("POST", f"{NAMESPACE}/web/blobs/uploads/")
    assert [error["code"] for error in answer.json()["errors"]] == ["DENIED"]


def bearer(server: Server, login: Login) -> str:
    """A token for pushing in the conformance instance."""
    host = server.host("conformance")
    answer = requests.get(
        f"{server.url}/service/token",
        params={"service": host, "scope": f"repository:{NAMESPACE}/web:pull,push"},
        headers={"Host": host},
        auth=(login.username, login.password),
        timeout=30,
    )
    return answer.json()["token"]


@broken_by(
    ANY.status(401),
    ANY.without("Retry-After"),
    ANY.header("Retry-After", "later"),
    ANY.json("has another code", first(lambda error: error.update(code="DENIED"))),
)
def test_code_14_a_429_tells_when_to_come_back(own_server: Server, breakage: Breakage | None):
    """SHOULD: a 429 has Retry-After, in seconds. Wrong passwords in a row bring one about."""
    instance = Cloud(own_server, ROOT).create_instance("guarded")
    guesser = Registry(breakage, own_server, instance, Login(ROOT.uin, "a guess"))
    answers = [guesser.get("/v2/") for _ in range(30)]
    slowed = [answer for answer in answers if answer.status_code == 429]
    assert slowed
    assert slowed[0].headers.get("Retry-After", "").isdigit()
    assert slowed[0].json()["errors"][0]["code"] == "TOOMANYREQUESTS"
