"""What is taken from a service account is gone at the next request, for bearer tokens too; what is given is there."""

import time
from collections.abc import Callable

import pytest

from service_accounts.conftest import SECRET, TEAM, World, make_world
from wharf.account import ROOT
from wharf.cloud import Cloud, Instance, Login
from wharf.oci import Registry, assert_refused
from wharf.polling import eventually
from wharf.server import Server
from wharf.service_account import CREATE, PULL, PUSH, create, delete, modify, other_password, permissions
from wharf.small_image import SmallImage
from wharf.token_service import TokenService

Change = Callable[[Cloud, Instance, Login], object]


def views(world: World, login: Login) -> list[Registry]:
    """The account by name and password, and by a bearer token that it has."""
    tokens = TokenService(world.server, world.instance)
    bearer = tokens.token(login, f"repository:{TEAM}/app:pull,push")
    return [Registry(world.server, world.instance, login, by_host=True), tokens.open(bearer)]


def pulls(views: list[Registry]) -> list[int]:
    return [view.get_manifest(f"{TEAM}/app", "v1").status_code for view in views]


def disable(cloud: Cloud, instance: Instance, login: Login) -> None:
    modify(cloud, instance, login, Disable=True)


def enable(cloud: Cloud, instance: Instance, login: Login) -> None:
    modify(cloud, instance, login, Disable=False)


def take_pull(cloud: Cloud, instance: Instance, login: Login) -> None:
    modify(cloud, instance, login, Permissions=permissions({TEAM: [PUSH], SECRET: [PULL]}))


def give_pull(cloud: Cloud, instance: Instance, login: Login) -> None:
    modify(cloud, instance, login, Permissions=permissions({TEAM: [PULL, PUSH]}))


@pytest.mark.parametrize(
    ("take", "give", "status"),
    [(disable, enable, 401), (take_pull, give_pull, 403)],
    ids=["disabled", "permissions"],
)
def test_what_is_taken_and_given_back(world: World, name: str, take: Change, give: Change, status: int):
    login = create(world.owner, world.instance, name, {TEAM: [PULL, PUSH]})
    both = views(world, login)
    for _ in range(3):
        assert pulls(both * 2) == [200] * 4
        take(world.owner, world.instance, login)
        assert pulls(both * 2) == [status] * 4
        give(world.owner, world.instance, login)
        assert pulls(both) == [200, 200]


@pytest.mark.parametrize("take", [other_password, delete], ids=["another password", "deleted"])
def test_what_is_gone_for_good(world: World, name: str, take: Change):
    login = create(world.owner, world.instance, name, {TEAM: [PULL]})
    by_password, by_bearer = views(world, login)
    assert pulls([by_password, by_bearer] * 2) == [200] * 4
    take(world.owner, world.instance, login)
    assert pulls([by_password, by_bearer, by_bearer]) == [401] * 3
    assert_refused(by_bearer.get("/v2/"), 401, "UNAUTHORIZED")
    assert_refused(by_bearer.get("/v2/_catalog"), 401, "UNAUTHORIZED")
    assert_refused(by_bearer.request("POST", f"{TEAM}/app/blobs/uploads/"), 401, "UNAUTHORIZED")


def test_an_account_ends(world: World, name: str):
    """By its own time: nothing is done to it, and nobody tells."""
    end = int((time.time() + 3) * 1000)
    login = create(world.owner, world.instance, name, {TEAM: [PULL]}, ExpiresAt=end)
    by_password, by_bearer = views(world, login)
    assert pulls([by_password, by_bearer] * 2) == [200] * 4
    eventually("the account has ended", lambda: pulls([by_bearer]) == [401])
    assert time.time() * 1000 >= end
    assert pulls([by_password]) == [401]
    modify(world.owner, world.instance, login, Duration=1)
    assert pulls([by_password, by_bearer]) == [200, 200]


def test_an_account_is_made_disabled(world: World, name: str):
    login = create(world.owner, world.instance, name, {TEAM: [PULL]}, Disable=True)
    assert Registry(world.server, world.instance, login, by_host=True).get("/v2/").status_code == 401
    enable(world.owner, world.instance, login)
    assert pulls(views(world, login)) == [200, 200]


def test_an_upload_under_way_stops(world: World, name: str):
    login = create(world.owner, world.instance, name, {TEAM: [PULL, PUSH]})
    registry = Registry(world.server, world.instance, login)
    upload = registry.start_upload(f"{TEAM}/app")
    assert registry.send_chunk(upload, 0, b"first").status_code == 202
    modify(world.owner, world.instance, login, Permissions=permissions({TEAM: [PULL]}))
    assert_refused(registry.send_chunk(upload, 5, b"second"), 403, "DENIED")
    assert_refused(registry.request("DELETE", upload), 403, "DENIED")


def test_a_namespace_that_is_deleted_takes_its_permissions_along(world: World, name: str):
    brief = f"brief-{name}"
    world.owner.create_namespace(world.instance, brief)
    login = create(world.owner, world.instance, name, {TEAM: [PULL], brief: [PULL, PUSH, CREATE]})
    world.owner.call("DeleteNamespace", RegistryId=world.instance.id, NamespaceName=brief)
    found = world.owner.call(
        "DescribeServiceAccounts",
        RegistryId=world.instance.id,
        EmbedPermission=True,
        Filters=[{"Name": "ServiceAccountName", "Values": [name]}],
    )
    assert [permission.Resource for permission in found.ServiceAccounts[0].Permissions] == [TEAM]
    # Another namespace of that name is another namespace.
    world.owner.create_namespace(world.instance, brief)
    image = SmallImage.make(name).push(world.registry, f"{brief}/app", "v1")
    registry = Registry(world.server, world.instance, login)
    assert_refused(registry.get_manifest(f"{brief}/app", "v1"), 403, "DENIED")
    modify(world.owner, world.instance, login, Permissions=permissions({brief: [PULL]}))
    assert registry.get_manifest(f"{brief}/app", "v1").content == image.manifest


def test_accounts_outlive_a_restart(own_server: Server, name: str):
    world = make_world(own_server, Cloud(own_server, ROOT), "restarted")
    both = views(world, create(world.owner, world.instance, name, {TEAM: [PULL]}))
    own_server.stop()
    own_server.start()
    assert pulls(both) == [200, 200]
