"""Who may do what: each permission, by each kind of access, in two namespaces, on each way to the instance.

A service account is a row of `ROWS`: what it may do in `team`. In `secret` it may do nothing, and in the public
namespace what everybody may.
"""

import itertools

import pytest
import requests

from service_accounts.conftest import OPEN, SECRET, TEAM, World
from wharf.cloud import Login
from wharf.layer import sha256
from wharf.oci import Registry, assert_refused
from wharf.service_account import CREATE, CREATE_CHART, DESCRIBE_CHARTS, PULL, PUSH, create, delete
from wharf.small_image import SmallImage
from wharf.token_service import TokenService

numbers = itertools.count(1)

ROWS = {
    "pull": [PULL],
    "push": [PUSH],
    "pull and push": [PULL, PUSH],
    "push and create": [PUSH, CREATE],
    "create alone": [CREATE],
    "charts alone": [CREATE_CHART, DESCRIBE_CHARTS],
    "everything": [PULL, PUSH, CREATE, CREATE_CHART, DESCRIBE_CHARTS],
}

WAYS = ["basic by host", "basic by path", "bearer by host", "bearer by path"]


def open_as(world: World, login: Login, way: str, *repositories: str) -> Registry:
    kind, by_host = way.split()[0], way.endswith("host")
    if kind == "basic":
        return Registry(world.server, world.instance, login, by_host=by_host)
    tokens = TokenService(world.server, world.instance, by_host)
    prefix = "" if by_host else f"{world.instance.name}/"
    scopes = [f"repository:{prefix}{repository}:pull,push,delete" for repository in repositories]
    return tokens.open(tokens.token(login, *scopes))


def assert_denied(answer: requests.Response) -> None:
    assert_refused(answer, 403, "DENIED")


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("row", ROWS)
def test_the_matrix(world: World, name: str, row: str, way: str):
    may = ROWS[row]
    login = create(world.owner, world.instance, name, {TEAM: may})
    new = f"new-{next(numbers)}"
    repositories = [f"{space}/{path}" for space in (TEAM, SECRET, OPEN) for path in ("app", new)]
    registry = open_as(world, login, way, *repositories)
    image = SmallImage.make(f"{row} {way}")
    for namespace, granted, pulls in [(TEAM, may, PULL in may), (SECRET, [], False), (OPEN, [], True)]:
        app = f"{namespace}/app"
        reads = [
            registry.get_manifest(app, "v1"),
            registry.head(f"{app}/manifests/v1"),
            registry.get_blob(app, sha256(world.image.layers[0])),
            registry.get(f"{app}/tags/list"),
            registry.get(f"{app}/referrers/{world.image.digest}"),
        ]
        assert {answer.status_code for answer in reads} == ({200} if pulls else {403}), namespace
        pushes(registry, app, image, PUSH in granted)
        pushes(registry, f"{namespace}/{new}", image, PUSH in granted and CREATE in granted)
        mounts(world, registry, namespace, PUSH in granted, PULL in may)
        for name_of_it in (f"manifests/{world.image.digest}", "manifests/v1", f"blobs/{sha256(image.config)}"):
            assert_denied(registry.request("DELETE", f"{app}/{name_of_it}"))
    prefix = "" if way.endswith("host") else f"{world.instance.name}/"
    visible = [OPEN, *([TEAM] if PULL in may else [])]
    there = [name for name in catalog(world.registry) if name.split("/")[1] in visible]
    assert catalog(registry) == [name.replace(f"{world.instance.name}/", prefix) for name in there]
    assert world.registry.get_manifest(f"{SECRET}/app", "v1").content == world.image.manifest
    delete(world.owner, world.instance, login)


def catalog(registry: Registry) -> list[str]:
    return registry.get("/v2/_catalog").json()["repositories"]


def pushes(registry: Registry, repository: str, image: SmallImage, allowed: bool) -> None:
    """Push an image, or have each step of it refused."""
    if allowed:
        image.push(registry, repository, "pushed")
        return
    assert_denied(registry.request("POST", f"{repository}/blobs/uploads/"))
    whole = f"{repository}/blobs/uploads/?digest={sha256(image.config)}"
    headers = {"Content-Type": "application/octet-stream"}
    assert_denied(registry.request("POST", whole, headers=headers, data=image.config))
    assert_denied(registry.put_manifest(repository, "pushed", image.manifest))


def mounts(world: World, registry: Registry, namespace: str, may_push: bool, may_pull: bool) -> None:
    """Mount a layer of each namespace: only where it may be pushed, and from where it may be pulled."""
    blob = sha256(world.image.layers[1])
    prefix = "" if registry.root == "/v2" else f"{world.instance.name}/"
    for source, pulls in [(TEAM, may_pull), (SECRET, False), (OPEN, True)]:
        path = f"{namespace}/app/blobs/uploads/?mount={blob}&from={prefix}{source}/app"
        answer = registry.request("POST", path)
        if not may_push:
            assert_denied(answer)
        else:
            assert answer.status_code == (201 if pulls else 202), answer.text


def test_a_push_that_would_make_a_repository_says_so(world: World, name: str):
    login = create(world.owner, world.instance, name, {TEAM: [PULL, PUSH]})
    registry = Registry(world.server, world.instance, login)
    answer = registry.request("POST", f"{TEAM}/never/blobs/uploads/")
    assert_denied(answer)
    assert f"create `{TEAM}/never`" in answer.json()["errors"][0]["message"]
    assert f"{TEAM}/never" not in world.owner.repositories(world.instance)


def test_an_upload_ends_with_its_repository(world: World, name: str):
    """The repository that a push began in is gone when it ends: it would have to be made again."""
    login = create(world.owner, world.instance, name, {TEAM: [PULL, PUSH]})
    registry = Registry(world.server, world.instance, login)
    names = {"RegistryId": world.instance.id, "NamespaceName": TEAM, "RepositoryName": f"brief-{name}"}
    world.owner.call("CreateRepository", **names)
    upload = registry.start_upload(f"{TEAM}/brief-{name}")
    world.owner.call("DeleteRepository", **names)
    assert_denied(registry.finish_upload(upload, sha256(b"late"), b"late"))
    world.owner.call("CreateRepository", **names)
    assert registry.finish_upload(upload, sha256(b"late"), b"late").status_code == 201


def test_a_tag_is_moved_by_a_push_and_not_deleted(world: World, name: str):
    login = create(world.owner, world.instance, name, {TEAM: [PULL, PUSH, CREATE]})
    registry, repository = Registry(world.server, world.instance, login), f"{TEAM}/moved-{name}"
    first, second = (SmallImage.make(f"{name} {part}").push(registry, repository, "v1") for part in "ab")
    assert registry.get_manifest(repository, "v1").content == second.manifest
    assert registry.get_manifest(repository, first.digest).content == first.manifest
    assert_denied(registry.request("DELETE", f"{repository}/manifests/v1"))
