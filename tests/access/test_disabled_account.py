"""A disabled account: all that was ever issued to it stops at the next request, and comes back with it."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
import requests

from wharf.account import Account
from wharf.admin import Admin
from wharf.cloud import NAMESPACE, Cloud, Instance, Login
from wharf.oci import Registry, assert_refused
from wharf.server import Server
from wharf.small_image import SmallImage
from wharf.token_service import TokenService

REPOSITORY = f"{NAMESPACE}/web"
SCOPE = f"repository:{REPOSITORY}:pull,push"


@dataclass(frozen=True)
class Holdings:
    """What an account holds: tokens of each kind and an upload under way."""

    tokens: TokenService
    temporary: Login
    long_term: Login
    bearer: str
    refresh: str
    upload: str

    def by_login(self, login: Login) -> Registry:
        return Registry(self.tokens.server, self.tokens.instance, login)


@pytest.fixture
def holdings(server: Server, account: Account, instance_name: str) -> Holdings:
    cloud = Cloud(server, account)
    instance: Instance = cloud.create_instance(instance_name)
    cloud.create_namespace(instance, NAMESPACE)
    tokens, temporary = TokenService(server, instance), cloud.login(instance)
    SmallImage.make("held").push(Registry(server, instance, temporary), REPOSITORY, "v1")
    answer = tokens.ask(temporary, SCOPE, offline_token="true").json()
    return Holdings(
        tokens,
        temporary,
        cloud.login(instance, "longterm"),
        answer["token"],
        answer["refresh_token"],
        tokens.open(answer["token"]).start_upload(REPOSITORY),
    )


USES: dict[str, Callable[[Holdings], requests.Response]] = {
    "a bearer token": lambda h: h.tokens.open(h.bearer).get_manifest(REPOSITORY, "v1"),
    "a bearer token at /v2/": lambda h: h.tokens.open(h.bearer).get("/v2/"),
    "a bearer token in the catalog": lambda h: h.tokens.open(h.bearer).get("/v2/_catalog"),
    "a bearer token for an upload": lambda h: h.tokens.open(h.bearer).get(h.upload),
    "a temporary token": lambda h: h.by_login(h.temporary).get_manifest(REPOSITORY, "v1"),
    "a long-term token": lambda h: h.by_login(h.long_term).get_manifest(REPOSITORY, "v1"),
    "a temporary token at the token service": lambda h: h.tokens.ask(h.temporary, SCOPE),
    "a long-term token at the token service": lambda h: h.tokens.ask(h.long_term, SCOPE),
    "a refresh token": lambda h: h.tokens.exchange(
        grant_type="refresh_token", refresh_token=h.refresh, scope=SCOPE
    ),
}


@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_it_stops_at_once(
    admin: Admin, account: Account, holdings: Holdings, use: Callable[[Holdings], requests.Response]
):
    assert use(holdings).ok
    admin.do("account", "disable", account.uin)
    assert_refused(use(holdings), 401, "UNAUTHORIZED")
    admin.do("account", "enable", account.uin)
    assert use(holdings).ok


def test_an_upload_under_way_is_not_finished(admin: Admin, account: Account, holdings: Holdings):
    """The account is disabled between two chunks of a blob."""
    registry = holdings.tokens.open(holdings.bearer)
    assert registry.send_chunk(holdings.upload, 0, b"first").status_code == 202
    admin.do("account", "disable", account.uin)
    assert_refused(registry.send_chunk(holdings.upload, 5, b"second"), 401, "UNAUTHORIZED")
    assert_refused(registry.request("DELETE", holdings.upload), 401, "UNAUTHORIZED")
    admin.do("account", "enable", account.uin)
    assert registry.get(holdings.upload).headers["Range"] == "0-4"
