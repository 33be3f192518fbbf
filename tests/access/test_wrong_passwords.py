"""Wrong passwords: a few in a row are answered, then the name has to wait; nobody else does."""

from collections.abc import Callable

import pytest
import requests

from wharf.account import ROOT
from wharf.admin import Admin
from wharf.cloud import NAMESPACE, Cloud, Login
from wharf.oci import Registry, assert_refused
from wharf.polling import eventually
from wharf.token_service import TokenService

FREE = 5
SCOPE = f"repository:{NAMESPACE}/web:pull,push"

Door = Callable[[TokenService, Login], requests.Response]


def at_v2(tokens: TokenService, login: Login) -> requests.Response:
    return Registry(tokens.server, tokens.instance, login).get("/v2/")


def at_a_manifest(tokens: TokenService, login: Login) -> requests.Response:
    return Registry(tokens.server, tokens.instance, login).get(f"{NAMESPACE}/web/tags/list")


def at_the_token_service(tokens: TokenService, login: Login) -> requests.Response:
    return tokens.ask(login, SCOPE)


def by_form(tokens: TokenService, login: Login) -> requests.Response:
    return tokens.exchange(
        grant_type="password", username=login.username, password=login.password, scope=SCOPE
    )


DOORS: list[Door] = [at_v2, at_a_manifest, at_the_token_service, by_form]


@pytest.fixture
def login(own_cloud: Cloud, own_tokens: TokenService) -> Login:
    return own_cloud.login(own_tokens.instance)


@pytest.fixture
def wrong(login: Login) -> Login:
    return Login(login.username, "wrong")


def fail(tokens: TokenService, wrong: Login, door: Door = at_v2) -> None:
    """Use up what is free."""
    for _ in range(FREE):
        assert_refused(door(tokens, wrong), 401, "UNAUTHORIZED")


def keep_waiting(tokens: TokenService, wrong: Login) -> None:
    """Fail once more where the wait is just over, which begins a longer one."""
    assert at_v2(tokens, wrong).status_code in (401, 429)


def assert_slowed(answer: requests.Response) -> None:
    assert_refused(answer, 429, "TOOMANYREQUESTS")
    assert int(answer.headers["Retry-After"]) >= 1


@pytest.mark.parametrize("door", DOORS)
def test_the_name_has_to_wait_at_every_door(
    own_tokens: TokenService, login: Login, wrong: Login, door: Door
):
    """Whichever door the failures came through. The right password is not heard either: it would tell."""
    fail(own_tokens, wrong, door)
    for other in DOORS:
        keep_waiting(own_tokens, wrong)
        assert_slowed(other(own_tokens, login))


def test_another_name_does_not_wait(own_admin: Admin, own_tokens: TokenService, login: Login, wrong: Login):
    cloud = Cloud(own_tokens.server, own_admin.create_account("another"))
    another = cloud.login(cloud.create_instance("anothers"))
    fail(own_tokens, wrong)
    keep_waiting(own_tokens, wrong)
    assert_slowed(at_v2(own_tokens, login))
    for door in (at_v2, at_the_token_service, by_form):
        assert door(own_tokens, another).status_code == 200


def test_who_has_a_bearer_token_does_not_wait(own_tokens: TokenService, login: Login, wrong: Login):
    bearer = own_tokens.token(login, SCOPE)
    fail(own_tokens, wrong)
    keep_waiting(own_tokens, wrong)
    assert_slowed(at_v2(own_tokens, login))
    assert own_tokens.open(bearer).get("/v2/").status_code == 200


def test_the_right_password_works_later_and_forgets_the_failures(
    own_tokens: TokenService, login: Login, wrong: Login
):
    fail(own_tokens, wrong)
    assert_slowed(at_v2(own_tokens, wrong))
    eventually("the right password is heard", lambda: at_v2(own_tokens, login).status_code == 200)
    fail(own_tokens, wrong)


def test_the_right_password_in_between_forgets_the_failures(
    own_tokens: TokenService, login: Login, wrong: Login
):
    for _ in range(2):
        for _ in range(FREE - 1):
            assert_refused(at_v2(own_tokens, wrong), 401, "UNAUTHORIZED")
        assert at_v2(own_tokens, login).status_code == 200


def test_the_wait_grows(own_tokens: TokenService, wrong: Login):
    fail(own_tokens, wrong)
    waits = []
    for _ in range(3):
        answer = at_v2(own_tokens, wrong)
        assert_slowed(answer)
        waits.append(int(answer.headers["Retry-After"]))
        eventually("the next attempt is heard", lambda: at_v2(own_tokens, wrong).status_code == 401)
    assert waits == sorted(set(waits)), waits


def test_a_refresh_token_is_slowed_too(own_tokens: TokenService):
    def refresh(token: str) -> requests.Response:
        return own_tokens.exchange(grant_type="refresh_token", refresh_token=token, scope=SCOPE)

    for _ in range(FREE):
        assert_refused(refresh("wrong"), 401, "UNAUTHORIZED")
    assert_slowed(refresh("wrong"))


def test_nobody_in_particular_does_not_wait(own_tokens: TokenService, wrong: Login):
    fail(own_tokens, wrong)
    keep_waiting(own_tokens, wrong)
    assert own_tokens.ask(None, SCOPE).status_code == 200


def test_the_cloud_api_does_not_wait(own_tokens: TokenService, wrong: Login):
    """A name that has to wait at the registry is still an account with its access keys."""
    fail(own_tokens, wrong)
    keep_waiting(own_tokens, wrong)
    assert Cloud(own_tokens.server, ROOT).call("DescribeInstances").TotalCount == 1
