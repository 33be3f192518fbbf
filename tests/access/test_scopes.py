"""Scopes: a token covers what was asked for and what its holder may do, and nothing else."""

import pytest

from access.conftest import PUBLIC
from wharf.cloud import NAMESPACE, Cloud, Instance, Login
from wharf.oci import Registry, assert_refused
from wharf.small_image import SmallImage
from wharf.token_service import TokenService, token_of

NAMES = ("web", "db", "cache")
SCOPES = [f"repository:{NAMESPACE}/{name}:pull,push" for name in NAMES]


@pytest.mark.parametrize(
    "parameters",
    [SCOPES, [" ".join(SCOPES)], [SCOPES[0], " ".join(SCOPES[1:])]],
    ids=["one a parameter", "all in one parameter", "both ways"],
)
def test_several_scopes(tokens: TokenService, login: Login, parameters: list[str]):
    registry = tokens.open(tokens.token(login, *parameters))
    for name in NAMES:
        digest = registry.push_blob(f"{NAMESPACE}/{name}", name.encode())
        assert registry.get_blob(f"{NAMESPACE}/{name}", digest).content == name.encode()
    assert registry.request("POST", f"{NAMESPACE}/other/blobs/uploads/").status_code == 401


@pytest.mark.parametrize("noise", ["registry:catalog:*", "repository:team", "nonsense", "repository::", ""])
def test_a_scope_that_means_nothing_here_harms_no_other(tokens: TokenService, login: Login, noise: str):
    for parameters in ([noise, SCOPES[0]], [f"{noise} {SCOPES[0]}"]):
        registry = tokens.open(tokens.token(login, *parameters))
        assert registry.push_blob(f"{NAMESPACE}/web", b"content")


def test_the_same_repository_twice(tokens: TokenService, login: Login):
    """What two scopes give of one repository adds up, whichever comes first."""
    pull, push = f"repository:{NAMESPACE}/web:pull", f"repository:{NAMESPACE}/web:push"
    for scopes in ([pull, push], [push, pull]):
        registry = tokens.open(tokens.token(login, *scopes))
        assert registry.push_blob(f"{NAMESPACE}/web", b"content")
        assert registry.tags(f"{NAMESPACE}/web") == []


def test_no_scope_no_access(tokens: TokenService, login: Login, image: SmallImage):
    answer = tokens.open(tokens.token(login)).get_manifest(f"{NAMESPACE}/web", "v1")
    assert_refused(answer, 401, "UNAUTHORIZED")
    assert 'error="insufficient_scope"' in answer.headers["Www-Authenticate"]


def test_deleting_needs_its_own_action(tokens: TokenService, login: Login, image: SmallImage):
    path = f"{NAMESPACE}/web/manifests/v1"
    writer = tokens.open(tokens.token(login, f"repository:{NAMESPACE}/web:pull,push"))
    answer = writer.request("DELETE", path)
    assert_refused(answer, 401, "UNAUTHORIZED")
    challenge = answer.headers["Www-Authenticate"]
    assert 'error="insufficient_scope"' in challenge
    (wanted,) = [part for part in challenge.split('"') if part.startswith("repository:")]
    assert writer.tags(f"{NAMESPACE}/web") == ["v1"]
    assert tokens.open(tokens.token(login, wanted)).request("DELETE", path).status_code == 202


def test_a_scope_of_all_actions(tokens: TokenService, login: Login):
    registry = tokens.open(tokens.token(login, f"repository:{NAMESPACE}/web:*"))
    SmallImage.make("all actions").push(registry, f"{NAMESPACE}/web", "v1")
    assert registry.request("DELETE", f"{NAMESPACE}/web/manifests/v1").status_code == 202


def test_a_stranger_gets_what_is_public_and_no_more(
    tokens: TokenService, stranger: Login, public_image: SmallImage
):
    scope = f"repository:{PUBLIC}/web:pull,push,delete"
    registry = tokens.open(tokens.token(stranger, scope))
    assert registry.get_manifest(f"{PUBLIC}/web", "v1").content == public_image.manifest
    assert_refused(registry.request("POST", f"{PUBLIC}/web/blobs/uploads/"), 403, "DENIED")
    assert_refused(registry.request("DELETE", f"{PUBLIC}/web/manifests/v1"), 403, "DENIED")


def test_nobody_gets_what_is_public_and_no_more(tokens: TokenService, public_image: SmallImage):
    answer = tokens.ask(None, f"repository:{PUBLIC}/web:pull,push,delete")
    visitor = tokens.open(token_of(answer))
    assert visitor.get_manifest(f"{PUBLIC}/web", "v1").content == public_image.manifest
    assert_refused(visitor.request("POST", f"{PUBLIC}/web/blobs/uploads/"), 401, "UNAUTHORIZED")
    assert_refused(visitor.request("DELETE", f"{PUBLIC}/web/manifests/v1"), 401, "UNAUTHORIZED")


def test_a_token_does_not_grow(
    tokens: TokenService, cloud: Cloud, instance: Instance, registry: Registry, stranger: Login
):
    """What its holder was not allowed when it was issued, it does not cover later either."""
    early = tokens.token(stranger, "repository:later/web:pull")
    cloud.create_namespace(instance, "later", public=True)
    image = SmallImage.make("later").push(registry, "later/web", "v1")
    answer = tokens.open(early).get_manifest("later/web", "v1")
    assert_refused(answer, 401, "UNAUTHORIZED")
    assert 'error="insufficient_scope"' in answer.headers["Www-Authenticate"]
    fresh = tokens.open(tokens.token(stranger, "repository:later/web:pull"))
    assert fresh.get_manifest("later/web", "v1").content == image.manifest


def test_a_scope_by_path_names_the_instance(tokens: TokenService, login: Login, image: SmallImage):
    """At a host that stands for no instance, the scope begins with the instance, as the repository does."""
    by_path = TokenService(tokens.server, tokens.instance, by_host=False)
    token = by_path.token(login, f"repository:{tokens.instance.name}/{NAMESPACE}/web:pull")
    for registry in (by_path.open(token), tokens.open(token)):
        assert registry.get_manifest(f"{NAMESPACE}/web", "v1").content == image.manifest
