"""Basic authentication straight on `/v2/`, without the token service."""

import base64

import pytest
import requests

from access.conftest import PUBLIC
from wharf.account import Account
from wharf.cloud import NAMESPACE, Login
from wharf.oci import Registry, assert_refused
from wharf.small_image import SmallImage
from wharf.token_service import TokenService, token_of

EMPTY = "Basic " + base64.b64encode(b":").decode()


def said(text: str) -> str:
    return "Basic " + base64.b64encode(text.encode()).decode()


def test_every_operation(registry: Registry, image: SmallImage):
    path = f"{NAMESPACE}/web"
    assert registry.get("/v2/").status_code == 200
    assert registry.tags(path) == ["v1"]
    assert registry.get(f"{path}/referrers/{image.digest}").status_code == 200
    upload = registry.start_upload(path)
    assert registry.get(upload).status_code == 204
    assert registry.request("DELETE", upload).status_code == 204
    assert registry.request("DELETE", f"{path}/manifests/v1").status_code == 202


def test_empty_credentials_read_what_is_public(anonymous: Registry, public_image: SmallImage):
    answer = anonymous.get(f"{PUBLIC}/web/manifests/v1", headers={"Authorization": EMPTY, "Accept": "*/*"})
    assert (answer.status_code, answer.content) == (200, public_image.manifest)


def test_empty_credentials_are_nobody_elsewhere(anonymous: Registry, image: SmallImage):
    for path in ("/v2/", f"{NAMESPACE}/web/manifests/v1", "/v2/_catalog"):
        with_nothing = anonymous.get(path, headers={"Authorization": EMPTY})
        assert_refused(with_nothing, 401, "UNAUTHORIZED")
        assert with_nothing.headers["Www-Authenticate"] == anonymous.get(path).headers["Www-Authenticate"]


def test_empty_credentials_at_the_token_service(tokens: TokenService, public_image: SmallImage):
    visitor = tokens.open(token_of(tokens.ask(Login("", ""), f"repository:{PUBLIC}/web:pull")))
    assert visitor.get_manifest(f"{PUBLIC}/web", "v1").content == public_image.manifest


@pytest.mark.parametrize(
    "header",
    ["Basic", "Basic !!!", "Basic bm9jb2xvbg==", "Basic /w==", "Digest username=x", "Negotiate", "x"],
)
def test_a_header_that_is_not_understood(anonymous: Registry, public_image: SmallImage, header: str):
    """It is refused even where nobody in particular may read: the client meant to be somebody."""
    answer = anonymous.get(f"{PUBLIC}/web/manifests/v1", headers={"Authorization": header})
    assert_refused(answer, 401, "UNAUTHORIZED")
    token = requests.get(
        f"{anonymous.server.url}/service/token", headers={"Authorization": header}, timeout=30
    )
    assert_refused(token, 401, "UNAUTHORIZED")


def test_the_scheme_is_not_case_sensitive(anonymous: Registry, login: Login):
    for scheme in ("basic", "BASIC"):
        header = said(str(login)).replace("Basic", scheme)
        assert anonymous.get("/v2/", headers={"Authorization": header}).status_code == 200


def test_half_of_the_credentials(anonymous: Registry, login: Login, account: Account):
    for pair in (f"{login.username}:", f":{login.password}", f"{account.uin}:{login.password}"):
        answer = anonymous.get("/v2/", headers={"Authorization": said(pair)})
        assert_refused(answer, 401, "UNAUTHORIZED")


def test_a_password_with_another_accounts_name(anonymous: Registry, stranger: Login, login: Login):
    swapped = said(f"{stranger.username}:{login.password}")
    assert_refused(anonymous.get("/v2/", headers={"Authorization": swapped}), 401, "UNAUTHORIZED")
