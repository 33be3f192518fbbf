"""`_catalog`: the repositories that the caller may pull, and no others."""

import pytest

from access.conftest import PUBLIC
from wharf.account import Account
from wharf.cloud import NAMESPACE, Cloud, Instance, Login
from wharf.oci import Registry, assert_refused, path_of
from wharf.server import Server
from wharf.token_service import TokenService

PRIVATE_NAMES = [f"{NAMESPACE}/{name}" for name in ("api", "deep/er", "web", "web-2")]
PUBLIC_NAMES = [f"{PUBLIC}/{name}" for name in ("a", "b")]
NAMES = sorted(PUBLIC_NAMES + PRIVATE_NAMES)


@pytest.fixture(autouse=True)
def repositories(cloud: Cloud, instance: Instance, registry: Registry) -> None:
    """Repositories in a public and a private namespace, made in no order."""
    cloud.create_namespace(instance, PUBLIC, public=True)
    for name in reversed(NAMES):
        registry.push_blob(name, name.encode())


@pytest.fixture(params=[True, False], ids=["by host", "by path"])
def owner(request: pytest.FixtureRequest, server: Server, instance: Instance, login: Login) -> Registry:
    return Registry(server, instance, login, by_host=request.param)


def expected(registry: Registry, names: list[str]) -> list[str]:
    """The names as this registry's paths have them."""
    prefix = registry.root.removeprefix("/v2").removeprefix("/")
    return [f"{prefix}/{name}" if prefix else name for name in names]


def catalog(registry: Registry, query: str = "") -> list[str]:
    answer = registry.get(f"/v2/_catalog{query}")
    assert answer.status_code == 200, answer.text
    return answer.json()["repositories"]


def walk(registry: Registry, size: int) -> list[list[str]]:
    """Follow the links from the first page to the last."""
    pages: list[list[str]] = []
    path: str | None = f"/v2/_catalog?n={size}"
    while path:
        answer = registry.get(path)
        assert answer.status_code == 200, answer.text
        pages.append(answer.json()["repositories"])
        assert len(pages) <= len(NAMES) + 1, "the links go in a circle"
        link = answer.links.get("next")
        path = path_of(link["url"]) if link else None
    return pages


def test_the_owner_sees_all_in_order(owner: Registry):
    assert catalog(owner) == expected(owner, NAMES)


def test_what_is_listed_can_be_asked_for(owner: Registry):
    for name in catalog(owner):
        assert owner.get(f"/v2/{name}/tags/list").status_code == 200


@pytest.mark.parametrize("size", [1, 2, 4, 5, 6, 100])
def test_pages_follow_their_links_to_the_end(owner: Registry, size: int):
    pages = walk(owner, size)
    assert [name for page in pages for name in page] == expected(owner, NAMES)
    assert all(len(page) == size for page in pages[:-1])
    assert pages[-1]


def test_after_a_name(owner: Registry):
    names = expected(owner, NAMES)
    assert catalog(owner, f"?last={names[1]}") == names[2:]
    assert catalog(owner, f"?n=2&last={names[1]}") == names[2:4]
    assert catalog(owner, f"?last={names[-1]}") == []
    between = names[0] + "-absent"
    assert catalog(owner, f"?last={between}") == [name for name in names if name > between]


def test_none_at_all(owner: Registry):
    answer = owner.get("/v2/_catalog?n=0")
    assert (answer.status_code, answer.json()["repositories"]) == (200, [])
    assert "Link" not in answer.headers


@pytest.mark.parametrize("size", ["-1", "many", ""])
def test_a_page_size_that_is_no_number(owner: Registry, size: str):
    assert owner.get(f"/v2/_catalog?n={size}").status_code == 400


def test_a_bearer_token_sees_the_same(tokens: TokenService, login: Login):
    """`docker` tools ask for the scope that the challenge names."""
    challenge = Registry(tokens.server, tokens.instance, by_host=True).get("/v2/_catalog")
    assert 'scope="registry:catalog:*"' in challenge.headers["Www-Authenticate"]
    assert catalog(tokens.open(tokens.token(login, "registry:catalog:*"))) == NAMES


def test_another_account_sees_what_is_public(server: Server, instance: Instance, stranger: Login):
    visitor = Registry(server, instance, stranger, by_host=True)
    assert catalog(visitor) == PUBLIC_NAMES
    assert walk(visitor, 1) == [[name] for name in PUBLIC_NAMES]
    assert catalog(visitor, f"?last={PUBLIC_NAMES[-1]}") == []


def test_at_the_bare_host_each_sees_its_own_instance(server: Server, instance: Instance, account: Account):
    cloud = Cloud(server, account)
    own = cloud.create_instance(f"{instance.name}-own")
    cloud.create_namespace(own, NAMESPACE)
    registry = Registry(server, own, cloud.login(own))
    assert catalog(registry) == []
    registry.push_blob(f"{NAMESPACE}/mine", b"content")
    assert catalog(registry) == [f"{own.name}/{NAMESPACE}/mine"]


def test_a_deleted_repository_is_gone(cloud: Cloud, instance: Instance, owner: Registry):
    cloud.call(
        "DeleteRepository",
        RegistryId=instance.id,
        NamespaceName=NAMESPACE,
        RepositoryName="web",
        ForceDelete=True,
    )
    assert catalog(owner) == expected(owner, [name for name in NAMES if name != f"{NAMESPACE}/web"])


@pytest.mark.parametrize("by_host", [True, False])
def test_nobody_in_particular_is_asked_to_log_in(server: Server, instance: Instance, by_host: bool):
    visitor = Registry(server, instance, by_host=by_host)
    assert_refused(visitor.get("/v2/_catalog"), 401, "UNAUTHORIZED")
    assert visitor.get("/v2/_catalog").headers["Www-Authenticate"].startswith("Bearer ")


def test_it_is_only_read(owner: Registry):
    for method in ("POST", "PUT", "DELETE"):
        assert owner.request(method, "/v2/_catalog").status_code == 405
