"""Bearer tokens that the server did not sign, or not as that, or not for now."""

from pathlib import Path

import pytest

from wharf.account import ROOT
from wharf.cloud import NAMESPACE, Cloud, Login
from wharf.json_web_token import (
    claims_of,
    header_of,
    rsa_key,
    signed_part,
    signed_with_key,
    signed_with_secret,
    unsigned,
)
from wharf.oci import Registry, assert_refused
from wharf.polling import eventually
from wharf.small_image import SmallImage
from wharf.token_service import TokenService

SCOPE = f"repository:{NAMESPACE}/web:pull,push"


@pytest.fixture
def token(tokens: TokenService, login: Login, image: SmallImage) -> str:
    """A token that is good: what is made of it fails for no other reason."""
    good = tokens.token(login, SCOPE)
    assert tokens.open(good).get_manifest(f"{NAMESPACE}/web", "v1").status_code == 200
    return good


def assert_worthless(tokens: TokenService, forged: str) -> None:
    """The token opens nothing and the client is told that it is no good."""
    holder = tokens.open(forged)
    for answer in (
        holder.get("/v2/"),
        holder.get_manifest(f"{NAMESPACE}/web", "v1"),
        holder.request("POST", f"{NAMESPACE}/web/blobs/uploads/"),
        holder.get("/v2/_catalog"),
    ):
        assert_refused(answer, 401, "UNAUTHORIZED")
        assert 'error="invalid_token"' in answer.headers["Www-Authenticate"]


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE"])
def test_without_a_signature(tokens: TokenService, token: str, algorithm: str):
    header, claims = header_of(token), claims_of(token)
    assert_worthless(tokens, unsigned({**header, "alg": algorithm}, claims))


def test_a_signature_cut_off(tokens: TokenService, token: str):
    part = signed_part(header_of(token), claims_of(token))
    for forged in (part, f"{part}.", token.rsplit(".", 1)[0], token[:-20]):
        assert_worthless(tokens, forged)


def test_another_key(tokens: TokenService, token: str, tmp_path: Path):
    header, claims, key = header_of(token), claims_of(token), rsa_key(tmp_path)
    assert_worthless(tokens, signed_with_key(header, claims, key))
    assert_worthless(tokens, signed_with_key({**header, "kid": "another"}, claims, key))
    without = {name: value for name, value in header.items() if name != "kid"}
    assert_worthless(tokens, signed_with_key(without, claims, key))


def test_a_key_that_the_token_brings_along(tokens: TokenService, token: str, tmp_path: Path):
    """A header may not say where the key comes from."""
    header, claims, key = header_of(token), claims_of(token), rsa_key(tmp_path)
    for extra in ({"jku": "http://127.0.0.1/keys"}, {"jwk": {"kty": "RSA", "n": "AQAB", "e": "AQAB"}}):
        assert_worthless(tokens, signed_with_key({**header, **extra}, claims, key))


@pytest.mark.parametrize("secret", [b"", b"secret", b"wharf"])
def test_a_shared_secret(tokens: TokenService, token: str, secret: bytes):
    header = {**header_of(token), "alg": "HS256"}
    assert_worthless(tokens, signed_with_secret(header, claims_of(token), secret))


def test_other_claims_under_the_same_signature(tokens: TokenService, token: str):
    claims = claims_of(token)
    forged = signed_part(header_of(token), {**claims, "exp": claims["exp"] + 3600})
    assert_worthless(tokens, f"{forged}.{token.rsplit('.', 1)[1]}")


def test_an_instance_token_is_no_bearer_token(tokens: TokenService, login: Login, token: str):
    assert_worthless(tokens, login.password)


def test_a_bearer_token_is_no_password(tokens: TokenService, login: Login, token: str):
    holder = Registry(tokens.server, tokens.instance, Login(login.username, token))
    assert_refused(holder.get("/v2/"), 401, "UNAUTHORIZED")


@pytest.mark.parametrize("text", ["", ".", "..", "a.b.c", "e30.e30.e30", "x" * 5000])
def test_no_token_at_all(tokens: TokenService, token: str, text: str):
    answer = tokens.open(text).get_manifest(f"{NAMESPACE}/web", "v1")
    assert_refused(answer, 401, "UNAUTHORIZED")


def test_a_token_of_another_server(tokens: TokenService, login: Login, token: str, own_tokens: TokenService):
    """Another server's root account has the same Uin and there is an instance of every name."""
    cloud = Cloud(own_tokens.server, ROOT)
    assert_worthless(tokens, own_tokens.token(cloud.login(own_tokens.instance), SCOPE))


def test_an_expired_token(make_server):
    server = make_server().configure('[limits]\nbearer_lifetime = "1s"\n').start()
    cloud = Cloud(server, ROOT)
    instance = cloud.create_instance("brief")
    cloud.create_namespace(instance, NAMESPACE)
    tokens = TokenService(server, instance)
    answer = tokens.ask(cloud.login(instance), SCOPE)
    assert answer.json()["expires_in"] == 1
    holder = tokens.open(answer.json()["token"])
    assert holder.push_blob(f"{NAMESPACE}/web", b"content")
    eventually("the token is refused", lambda: holder.get("/v2/").status_code == 401)
    assert_worthless(tokens, answer.json()["token"])
