"""The actions on images: each by its own name on its repository, and a copy by what it reads and writes besides."""

from dataclasses import dataclass

import pytest

from wharf.account import ROOT
from wharf.cloud import Cloud, Instance, refused
from wharf.oci import Registry
from wharf.server import Server
from wharf.small_image import SmallImage
from wharf.sub_account import SubAccounts, allow, deny

UNAUTHORIZED = "UnauthorizedOperation"
NAMES = {"NamespaceName": "team", "RepositoryName": "app"}
SOURCE = {"SourceNamespace": "team", "SourceRepo": "app", "SourceReference": "v1"}
ACTIONS = {
    "DescribeImageManifests": {**NAMES, "ImageVersion": "v1"},
    "DeleteRepositoryTags": {**NAMES, "Tags": ["v1"]},
    "DeleteImage": {**NAMES, "ImageVersion": "v1"},
}


@dataclass(frozen=True)
class World:
    """An instance with an image in `team/app`, as its owner has it."""

    server: Server
    owner: Cloud
    instance: Instance
    registry: Registry
    sub_accounts: SubAccounts

    def resource(self, repository: str) -> str:
        return f"qcs::tcr:ap-guangzhou:uin/{ROOT.uin}:repository/{self.instance.id}/{repository}"

    def sub_account(self, *statements) -> Cloud:
        return Cloud(self.server, self.sub_accounts.create(*statements))


@pytest.fixture(scope="module")
def module_world(server: Server, sub_accounts: SubAccounts) -> World:
    owner = Cloud(server, ROOT)
    instance = owner.create_instance("image-actions")
    registry = Registry(server, instance, owner.login(instance, "longterm"))
    for namespace in ("team", "live"):
        owner.create_namespace(instance, namespace)
    return World(server, owner, instance, registry, sub_accounts)


@pytest.fixture
def world(module_world: World) -> World:
    SmallImage.make("image actions").push(module_world.registry, "team/app", "v1")
    return module_world


@pytest.mark.parametrize("action", ACTIONS)
def test_an_action_is_allowed_by_its_name(world: World, action: str):
    resource = world.resource("team/app")
    parameters = {"RegistryId": world.instance.id, **ACTIONS[action]}
    others = [f"tcr:{name}" for name in [*ACTIONS, "DescribeImages", "DuplicateImage"] if name != action]
    without = world.sub_account(allow(others))
    with refused(UNAUTHORIZED, f"(tcr:{action})", f"({resource})"):
        without.call(action, **parameters)
    elsewhere = world.sub_account(allow("tcr:*", world.resource("team/other")))
    with refused(UNAUTHORIZED, f"(tcr:{action})", f"({resource})"):
        elsewhere.call(action, **parameters)
    assert list(world.owner.images(world.instance, "team", "app")) == ["v1"]
    world.sub_account(allow(f"tcr:{action}", resource)).call(action, **parameters)
    left = list(world.owner.images(world.instance, "team", "app"))
    assert left == (["v1"] if action.startswith("Describe") else [])


def test_a_copy_is_a_pull_and_a_push(world: World):
    """Who may not push by a client may not by a copy either."""
    source, live = world.resource("team/app"), world.resource("live/app")
    copy = {"RegistryId": world.instance.id, **SOURCE, "DestinationNamespace": "live", "DestinationTag": "v1"}
    guarded = world.sub_account(allow("tcr:*"), deny("tcr:PushRepository", world.resource("live/*")))
    with refused(UNAUTHORIZED, "(tcr:PushRepository)", f"({live})"):
        guarded.call("DuplicateImage", **copy)
    blind = world.sub_account(allow(["tcr:DuplicateImage", "tcr:PushRepository"]))
    with refused(UNAUTHORIZED, "(tcr:PullRepository)", f"({source})"):
        blind.call("DuplicateImage", **copy)
    with refused(UNAUTHORIZED, "(tcr:PullRepository)"):
        blind.call("DuplicateImage", **{**copy, "SourceRepo": "absent"})
    unnamed = world.sub_account(allow(["tcr:PullRepository", "tcr:PushRepository"]))
    with refused(UNAUTHORIZED, "(tcr:DuplicateImage)", f"({live})"):
        unnamed.call("DuplicateImage", **copy)
    assert world.registry.get_manifest("live/app", "v1").status_code == 404
    exactly = world.sub_account(
        allow("tcr:PullRepository", source), allow(["tcr:DuplicateImage", "tcr:PushRepository"], live)
    )
    exactly.call("DuplicateImage", **copy)
    pulled = world.registry.get_manifest("live/app", "v1").content
    assert pulled == SmallImage.make("image actions").manifest
