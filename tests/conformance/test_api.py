"""API: determining support (end-1), and HTTP semantics where the specification says nothing else."""

import email.utils

import pytest

from conformance.breakage import broken_by, on
from conformance.conftest import Registry
from wharf.layer import sha256
from wharf.small_image import SmallImage

PATHS = {
    "manifest": "manifests/v1",
    "blob": "blobs/{blob}",
    "tags": "tags/list",
    "referrers": "referrers/{image}",
}
GET = on("GET")
HEAD = on("HEAD")
NOT_MODIFIED = on("GET", "/(manifests|blobs)/")


@pytest.fixture
def path(what: str, repository: str, image: SmallImage) -> str:
    """The path of a part of `image`."""
    return f"{repository}/{PATHS[what].format(image=image.digest, blob=sha256(image.config))}"


def contents(image: SmallImage) -> dict[str, bytes]:
    return {"manifest": image.manifest, "blob": image.config}


@broken_by(GET.status(204), GET.status(404))
def test_end_1_the_registry_says_that_it_is_one(registry: Registry):
    """200 for whoever is logged in."""
    assert registry.get("/v2/").status_code == 200


@broken_by(GET.status(403), GET.status(200))
def test_end_1_without_a_login_it_is_401(anonymous: Registry):
    """The endpoint's failure is 401 where one has to log in."""
    assert anonymous.get("/v2/").status_code == 401


@pytest.mark.parametrize("path", ["/v2/", "team/web/tags/list", "team/web/manifests/v1"])
@broken_by(GET.without("WWW-Authenticate"))
def test_rfc_9110_15_5_2_a_401_has_a_challenge(anonymous: Registry, path: str):
    """SHOULD follow HTTP: a 401 tells in WWW-Authenticate how to log in."""
    answer = anonymous.get(path)
    assert answer.status_code == 401
    assert answer.headers.get("WWW-Authenticate")


@pytest.mark.parametrize(
    ("method", "what"),
    [("POST", "manifest"), ("PATCH", "blob"), ("PUT", "tags"), ("DELETE", "referrers"), ("DELETE", "blob")],
)
@broken_by(on("POST|PATCH|PUT|DELETE").status(200), on("POST|PATCH|PUT|DELETE").without("Allow"))
def test_rfc_9110_15_5_6_a_405_tells_what_is_allowed(registry: Registry, path: str, method: str, what: str):
    """SHOULD follow HTTP: a method that cannot be used, as DELETE of what is in use, is a 405 with Allow."""
    answer = registry.request(method, path)
    assert answer.status_code == 405
    assert "GET" in answer.headers.get("Allow", "")


@pytest.mark.parametrize("what", PATHS)
@broken_by(HEAD.header("Content-Length", "0"), HEAD.header("Content-Type", "text/plain"), HEAD.body(b"{}"))
def test_rfc_9110_9_3_2_head_is_get_without_the_body(registry: Registry, path: str, what: str):
    """SHOULD follow HTTP: what can be GET can be HEAD, with GET's headers and no body."""
    own = {"date", "x-request-id"}
    got, head = (registry.request(method, path, headers={"Accept": "*/*"}) for method in ("GET", "HEAD"))
    assert (head.status_code, head.content) == (200, b"")
    assert {name: value for name, value in head.headers.items() if name.lower() not in own} == {
        name: value for name, value in got.headers.items() if name.lower() not in own
    }


@pytest.mark.parametrize("what", PATHS)
@broken_by(GET.without("Date"), GET.header("Date", "today"))
def test_rfc_9110_6_6_1_answers_have_a_date(registry: Registry, path: str, what: str):
    """SHOULD follow HTTP: Date is there and is a date."""
    date = registry.get(path).headers.get("Date")
    assert date
    assert date.endswith(" GMT")
    assert email.utils.parsedate_to_datetime(date).year > 2000


@pytest.mark.parametrize("what", ["manifest", "blob"])
@broken_by(NOT_MODIFIED.status(200), NOT_MODIFIED.body(b"{}"), NOT_MODIFIED.without("ETag"))
def test_rfc_9110_13_1_2_what_the_client_has_is_not_sent_again(registry: Registry, path: str, what: str):
    """SHOULD follow HTTP: If-None-Match with the ETag is a 304 without a body."""
    known = registry.get(path, headers={"Accept": "*/*"}).headers.get("ETag")
    assert known
    answer = registry.get(path, headers={"If-None-Match": known, "Accept": "*/*"})
    assert (answer.status_code, answer.content) == (304, b"")


@pytest.mark.parametrize("what", ["manifest", "blob"])
@broken_by(NOT_MODIFIED.status(304), NOT_MODIFIED.damaged())
def test_rfc_9110_13_1_2_what_the_client_has_not_is_sent(
    registry: Registry, image: SmallImage, path: str, what: str
):
    """SHOULD follow HTTP: If-None-Match with another ETag is a plain GET."""
    answer = registry.get(path, headers={"If-None-Match": '"another"', "Accept": "*/*"})
    assert (answer.status_code, answer.content) == (200, contents(image)[what])


@pytest.mark.parametrize("what", ["blob"])
@broken_by(NOT_MODIFIED.status(200), NOT_MODIFIED.damaged())
def test_rfc_9110_13_1_5_if_range_with_the_etag_is_a_range(
    registry: Registry, image: SmallImage, path: str, what: str
):
    """SHOULD follow HTTP: a pull is resumed while the blob is the same."""
    known = registry.get(path).headers.get("ETag", "")
    answer = registry.get(path, headers={"Range": "bytes=5-", "If-Range": known})
    assert (answer.status_code, answer.content) == (206, contents(image)[what][5:])


@pytest.mark.parametrize("what", ["blob"])
@broken_by(NOT_MODIFIED.status(206), NOT_MODIFIED.damaged())
def test_rfc_9110_13_1_5_if_range_with_another_etag_is_the_whole(
    registry: Registry, image: SmallImage, path: str, what: str
):
    """SHOULD follow HTTP: what is no longer the same is sent whole."""
    answer = registry.get(path, headers={"Range": "bytes=5-", "If-Range": '"another"'})
    assert (answer.status_code, answer.content) == (200, contents(image)[what])
