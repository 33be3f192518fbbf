"""`POST /service/token`: a password or a refresh token in a form (Docker's OAuth2 form, RFC 6749)."""

import pytest

from wharf.cloud import NAMESPACE, Cloud, Instance, Login
from wharf.oci import assert_refused
from wharf.small_image import SmallImage
from wharf.token_service import TokenService, token_of

SCOPE = f"repository:{NAMESPACE}/web:pull"


@pytest.fixture
def form(tokens: TokenService, login: Login) -> dict[str, str]:
    """A whole form with a password, as Docker's client sends it."""
    return {
        "grant_type": "password",
        "service": tokens.service,
        "client_id": "docker",
        "username": login.username,
        "password": login.password,
        "scope": SCOPE,
    }


def test_a_password(tokens: TokenService, form: dict[str, str], image: SmallImage):
    answer = tokens.exchange(**form)
    assert answer.headers["Cache-Control"] == "no-store"
    body = answer.json()
    assert body["access_token"] and body["expires_in"] >= 60
    assert "refresh_token" not in body
    registry = tokens.open(body["access_token"])
    assert registry.get_manifest(f"{NAMESPACE}/web", "v1").content == image.manifest
    assert registry.request("POST", f"{NAMESPACE}/web/blobs/uploads/").status_code == 401


def test_several_scopes(tokens: TokenService, form: dict[str, str]):
    scopes = " ".join(f"repository:{NAMESPACE}/{name}:pull,push" for name in ("web", "db"))
    registry = tokens.open(token_of(tokens.exchange(**{**form, "scope": scopes})))
    for name in ("web", "db"):
        assert registry.push_blob(f"{NAMESPACE}/{name}", name.encode())


def test_a_refresh_token_by_form(tokens: TokenService, form: dict[str, str], image: SmallImage):
    refresh = tokens.exchange(**form, access_type="offline").json()["refresh_token"]
    assert_it_refreshes(tokens, refresh, image)


def test_a_refresh_token_by_get(tokens: TokenService, login: Login, image: SmallImage):
    refresh = tokens.ask(login, SCOPE, offline_token="true").json()["refresh_token"]
    assert_it_refreshes(tokens, refresh, image)


def assert_it_refreshes(tokens: TokenService, refresh: str, image: SmallImage) -> None:
    """Again and again, each time for the scope that is asked for."""
    for _ in range(2):
        answer = tokens.exchange(
            grant_type="refresh_token", client_id="docker", refresh_token=refresh, scope=SCOPE
        )
        registry = tokens.open(token_of(answer))
        assert registry.get_manifest(f"{NAMESPACE}/web", "v1").content == image.manifest
        refresh = answer.json()["refresh_token"]


@pytest.mark.parametrize("offline", [None, "false", ""])
def test_no_refresh_token_unless_asked_for(tokens: TokenService, login: Login, offline: str | None):
    fields = {} if offline is None else {"offline_token": offline}
    answer = tokens.ask(login, SCOPE, **fields)
    assert token_of(answer)
    assert "refresh_token" not in answer.json()


def test_nobody_gets_no_refresh_token(tokens: TokenService):
    answer = tokens.ask(None, SCOPE, offline_token="true")
    assert token_of(answer)
    assert "refresh_token" not in answer.json()


@pytest.mark.parametrize("field", ["grant_type", "username", "password"])
def test_a_missing_field(tokens: TokenService, form: dict[str, str], field: str):
    del form[field]
    answer = tokens.exchange(**form)
    assert_refused(answer, 400, "UNSUPPORTED")
    assert field in answer.json()["errors"][0]["message"]


def test_a_missing_refresh_token(tokens: TokenService, form: dict[str, str]):
    form["grant_type"] = "refresh_token"
    answer = tokens.exchange(**form)
    assert_refused(answer, 400, "UNSUPPORTED")
    assert "refresh_token" in answer.json()["errors"][0]["message"]


@pytest.mark.parametrize("kind", ["", "Password", "client_credentials", "authorization_code"])
def test_an_unknown_grant_type(tokens: TokenService, form: dict[str, str], kind: str):
    assert_refused(tokens.exchange(**{**form, "grant_type": kind}), 400, "UNSUPPORTED")


def test_an_empty_form(tokens: TokenService):
    assert_refused(tokens.exchange(), 400, "UNSUPPORTED")


def test_an_unknown_field_is_left_aside(tokens: TokenService, form: dict[str, str]):
    """RFC 6749, section 3.2: what the server does not know of a form, it must ignore."""
    assert token_of(tokens.exchange(**form, colour="red"))


def test_a_form_that_is_too_large(tokens: TokenService, form: dict[str, str]):
    assert_refused(tokens.exchange(**form, filler="x" * 100_000), 413, "SIZE_INVALID")


@pytest.mark.parametrize("wrong", [{"password": "wrong"}, {"username": "100000009999"}])
def test_wrong_credentials(tokens: TokenService, form: dict[str, str], wrong: dict[str, str]):
    assert_refused(tokens.exchange(**{**form, **wrong}), 401, "UNAUTHORIZED")


def test_a_bearer_token_is_no_refresh_token(tokens: TokenService, login: Login):
    bearer = tokens.token(login, SCOPE)
    answer = tokens.exchange(grant_type="refresh_token", refresh_token=bearer, scope=SCOPE)
    assert_refused(answer, 401, "UNAUTHORIZED")


def test_a_refresh_token_of_another_instance_opens_nothing_here(
    tokens: TokenService, cloud: Cloud, instance: Instance, image: SmallImage, instance_name: str
):
    other = cloud.create_instance(f"{instance_name}-other")
    elsewhere = TokenService(tokens.server, other)
    refresh = elsewhere.ask(cloud.login(other), offline_token="true").json()["refresh_token"]
    answer = tokens.exchange(grant_type="refresh_token", refresh_token=refresh, scope=SCOPE)
    registry = tokens.open(token_of(answer))
    assert_refused(registry.get_manifest(f"{NAMESPACE}/web", "v1"), 403, "DENIED")
