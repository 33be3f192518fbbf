"""`wharf admin signing-key`: keys change while the server runs, and what an old one signed ends with it."""

import pytest
import requests

from wharf.admin import Admin
from wharf.cloud import NAMESPACE, Cloud, Login
from wharf.json_web_token import header_of
from wharf.oci import Registry, assert_refused
from wharf.polling import eventually
from wharf.server import Server
from wharf.token_service import TokenService

SCOPE = f"repository:{NAMESPACE}/web:pull,push"


def listed(admin: Admin) -> dict[str, dict]:
    return {key["id"]: key for key in admin.ask("signing-key", "list")}


def signing_key(admin: Admin) -> str:
    """The id of the key that signs; there is one."""
    (signs,) = [key["id"] for key in listed(admin).values() if key["signs"]]
    return signs


def rotate(admin: Admin, tokens: TokenService, login: Login) -> str:
    """Rotate, and wait until the running server signs with the new key."""
    new = admin.ask("signing-key", "rotate")["id"]
    eventually("new tokens name the new key", lambda: header_of(tokens.token(login, SCOPE))["kid"] == new)
    return new


@pytest.fixture
def login(own_cloud: Cloud, own_tokens: TokenService) -> Login:
    return own_cloud.login(own_tokens.instance, "longterm")


def opened(tokens: TokenService, bearer: str) -> requests.Response:
    return tokens.open(bearer).request("POST", f"{NAMESPACE}/web/blobs/uploads/")


def logged_in(tokens: TokenService, login: Login) -> requests.Response:
    return Registry(tokens.server, tokens.instance, login).get("/v2/")


def test_at_first_there_is_one(own_admin: Admin, own_tokens: TokenService, login: Login):
    ((key_id, key),) = listed(own_admin).items()
    assert key["signs"] is True
    assert key["created_at"].endswith("Z")
    assert header_of(own_tokens.token(login, SCOPE))["kid"] == key_id
    assert header_of(login.password)["kid"] == key_id


def test_after_a_rotation_old_tokens_stay_good(own_admin: Admin, own_tokens: TokenService, login: Login):
    old, bearer = signing_key(own_admin), own_tokens.token(login, SCOPE)
    new = rotate(own_admin, own_tokens, login)
    assert new != old
    assert {key_id: key["signs"] for key_id, key in listed(own_admin).items()} == {old: False, new: True}
    assert opened(own_tokens, bearer).status_code == 202
    assert logged_in(own_tokens, login).status_code == 200


def test_a_retired_key_opens_nothing(
    own_admin: Admin, own_cloud: Cloud, own_tokens: TokenService, login: Login
):
    old, bearer = signing_key(own_admin), own_tokens.token(login, SCOPE)
    rotate(own_admin, own_tokens, login)
    fresh_login = own_cloud.login(own_tokens.instance)
    fresh = own_tokens.token(fresh_login, SCOPE)
    own_admin.do("signing-key", "retire", old)
    assert old not in listed(own_admin)

    eventually("the old bearer token is refused", lambda: opened(own_tokens, bearer).status_code == 401)
    assert_refused(opened(own_tokens, bearer), 401, "UNAUTHORIZED")
    assert_refused(logged_in(own_tokens, login), 401, "UNAUTHORIZED")
    refreshed = own_tokens.exchange(grant_type="refresh_token", refresh_token=login.password, scope=SCOPE)
    assert_refused(refreshed, 401, "UNAUTHORIZED")
    assert opened(own_tokens, fresh).status_code == 202
    assert logged_in(own_tokens, fresh_login).status_code == 200


def test_keys_outlive_a_restart(own_server: Server, own_admin: Admin, own_tokens: TokenService, login: Login):
    bearer = own_tokens.token(login, SCOPE)
    new = rotate(own_admin, own_tokens, login)
    before = listed(own_admin)
    own_server.stop()
    own_server.start()
    assert listed(own_admin) == before
    assert header_of(own_tokens.token(login, SCOPE))["kid"] == new
    assert opened(own_tokens, bearer).status_code == 202


def test_a_key_retired_while_the_server_is_down(
    own_server: Server, own_admin: Admin, own_tokens: TokenService, login: Login
):
    bearer, old = own_tokens.token(login, SCOPE), signing_key(own_admin)
    own_server.stop()
    own_admin.do("signing-key", "rotate")
    own_admin.do("signing-key", "retire", old)
    own_server.start()
    assert_refused(opened(own_tokens, bearer), 401, "UNAUTHORIZED")
    assert_refused(logged_in(own_tokens, login), 401, "UNAUTHORIZED")


def test_the_key_that_signs_is_not_retired(own_admin: Admin):
    before = listed(own_admin)
    for key_id in (signing_key(own_admin), "absent"):
        ended = own_admin.attempt("signing-key", "retire", key_id)
        assert ended.returncode != 0
        assert key_id in ended.stderr
    assert listed(own_admin) == before


def test_people_can_read_it_too(own_admin: Admin):
    assert signing_key(own_admin) in own_admin.do("signing-key", "list")
