"""Who may do what: each kind of principal, by each kind of access, in two namespaces.

A principal is a row of `ROWS`. What it may not do is refused with the right code, and changes nothing.
"""

import itertools
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from tencentcloud.common.exception import TencentCloudSDKException

from wharf.account import ROOT, Account
from wharf.cloud import Cloud, Instance
from wharf.layer import sha256
from wharf.oci import Registry, assert_refused
from wharf.server import Server
from wharf.small_image import SmallImage
from wharf.sts import Sts
from wharf.sub_account import SubAccounts, allow, deny

TEAM, SECRET = "team", "secret"
UNAUTHORIZED = "UnauthorizedOperation"

numbers = itertools.count(1)


@dataclass(frozen=True)
class World:
    """An instance with both namespaces, an image in each, and its owner's view."""

    server: Server
    owner: Cloud
    instance: Instance
    registry: Registry
    image: SmallImage
    sub_accounts: SubAccounts

    def below(self, path: str = "") -> str:
        return f"qcs::tcr:ap-guangzhou:uin/{ROOT.uin}:repository/{self.instance.id}{path}"


@dataclass(frozen=True)
class Row:
    """A principal, what it may do in `team` and in `secret`, and how the cloud API refuses the rest."""

    make: Callable[[World], Account]
    team: str
    secret: str
    code: str = UNAUTHORIZED


def one_namespace(world: World) -> Account:
    resources = [world.below(f"/{TEAM}"), world.below(f"/{TEAM}/*")]
    token = allow("tcr:CreateInstanceToken", f"qcs::tcr:::instance/{world.instance.id}")
    return world.sub_accounts.create(allow("tcr:*", resources), token)


def explicit_deny(world: World) -> Account:
    account = world.sub_accounts.create(allow("tcr:*"))
    secret = [world.below(f"/{SECRET}"), world.below(f"/{SECRET}/*")]
    world.sub_accounts.attach(account, deny("tcr:*", secret))
    return account


def read_only(world: World) -> Account:
    actions = ["name/tcr:Describe*", "tcr:PullRepository", "tcr:CreateInstanceToken"]
    return world.sub_accounts.create(allow(actions, [world.below(), world.below("/*")]))


def push_only(world: World) -> Account:
    return world.sub_accounts.create(allow(["tcr:PushRepository", "tcr:CreateInstanceToken"]))


def nothing_but_log_in(world: World) -> Account:
    return world.sub_accounts.create(allow("tcr:CreateInstanceToken"))


def disabled_key(world: World) -> Account:
    account = world.sub_accounts.create(allow("*"))
    world.sub_accounts.admin.do("key", "disable", account.secret_id)
    return account


def federated(world: World) -> Account:
    """The root account's temporary credentials, narrowed to reading one namespace."""
    resources = [world.below(f"/{TEAM}"), world.below(f"/{TEAM}/*")]
    token = allow("tcr:CreateInstanceToken", f"qcs::tcr:::instance/{world.instance.id}")
    return Sts(world.server, ROOT).federated(allow(["tcr:Describe*", "tcr:PullRepository"], resources), token)


def federated_sub_account(world: World) -> Account:
    """Temporary credentials that allow more than the sub-account may, which asked for them."""
    resources = [world.below(f"/{SECRET}"), world.below(f"/{SECRET}/*"), f"qcs::tcr:::instance/{world.instance.id}"]
    account = world.sub_accounts.create(allow("tcr:*", resources), allow("sts:GetFederationToken"))
    return Sts(world.server, account).federated(allow("*"))


def role(world: World) -> Account:
    trusted = f"qcs::cam::uin/{ROOT.uin}:root"
    arn = world.sub_accounts.create_role(trusted, allow(["tcr:Pu*", "tcr:CreateInstanceToken"]))
    return Sts(world.server, world.sub_accounts.create(allow("sts:AssumeRole"))).assumed(arn)


EVERYTHING = "read write push pull"

ROWS = {
    "root": Row(lambda world: ROOT, EVERYTHING, EVERYTHING),
    "full": Row(lambda world: world.sub_accounts.create(allow("*")), EVERYTHING, EVERYTHING),
    "read-only": Row(read_only, "read pull", "read pull"),
    "push only": Row(push_only, "push", "push"),
    "one namespace": Row(one_namespace, EVERYTHING, ""),
    "explicit deny": Row(explicit_deny, EVERYTHING, ""),
    "nothing but to log in": Row(nothing_but_log_in, "", ""),
    "no policy": Row(lambda world: world.sub_accounts.create(), "", ""),
    "federated": Row(federated, "read pull", ""),
    "federated sub-account": Row(federated_sub_account, "", EVERYTHING),
    "role": Row(role, "push pull", "push pull"),
    "disabled key": Row(disabled_key, "", "", code="AuthFailure.SecretIdNotFound"),
}


@pytest.fixture(scope="module")
def world(server: Server, sub_accounts: SubAccounts) -> World:
    owner = Cloud(server, ROOT)
    instance = owner.create_instance("policy-matrix")
    registry = Registry(server, instance, owner.login(instance, "longterm"))
    image = SmallImage.make("matrix")
    for namespace in (TEAM, SECRET):
        owner.create_namespace(instance, namespace)
        image.push(registry, f"{namespace}/app", "v1")
    return World(server, owner, instance, registry, image, sub_accounts)


@pytest.fixture(scope="module", params=ROWS)
def row(request: pytest.FixtureRequest) -> Row:
    return ROWS[request.param]


@pytest.fixture(scope="module")
def cloud(world: World, row: Row) -> Cloud:
    """The principal's SDK client."""
    return Cloud(world.server, row.make(world))


def read(world: World, cloud: Cloud, namespace: str) -> bool:
    """Whether the API tells of the images of a repository."""
    return list(cloud.images(world.instance, namespace, "app")) == ["v1"]


def write(world: World, cloud: Cloud, namespace: str) -> bool:
    """Whether the API makes a repository."""
    name = f"made-{next(numbers)}"
    try:
        cloud.call(
            "CreateRepository", RegistryId=world.instance.id, NamespaceName=namespace, RepositoryName=name
        )
    finally:
        found = f"{namespace}/{name}" in world.owner.repositories(world.instance)
    return found


def push(world: World, cloud: Cloud, namespace: str) -> bool:
    """Whether an image can be pushed."""
    registry = Registry(world.server, world.instance, cloud.login(world.instance))
    repository, image = f"{namespace}/pushed-{next(numbers)}", SmallImage.make(next(numbers))
    opened = registry.request("POST", f"{repository}/blobs/uploads/")
    if opened.status_code != 202:
        assert_refused(opened, 403, "DENIED")
        assert_refused(registry.put_manifest(repository, "v1", image.manifest), 403, "DENIED")
        assert repository not in world.owner.repositories(world.instance)
        return False
    image.push(registry, repository, "v1")
    assert world.registry.get_manifest(repository, "v1").content == image.manifest
    return True


def pull(world: World, cloud: Cloud, namespace: str) -> bool:
    """Whether an image can be pulled, whole."""
    registry = Registry(world.server, world.instance, cloud.login(world.instance))
    repository = f"{namespace}/app"
    got = registry.get_manifest(repository, "v1")
    if got.status_code != 200:
        assert_refused(got, 403, "DENIED")
        assert_refused(registry.get(f"{repository}/tags/list"), 403, "DENIED")
        return False
    assert got.content == world.image.manifest
    for blob in world.image.blobs:
        assert registry.get_blob(repository, sha256(blob)).content == blob
    return True


ACCESSES = {"read": read, "write": write, "push": push, "pull": pull}


@pytest.mark.parametrize("namespace", [TEAM, SECRET])
@pytest.mark.parametrize("access", ACCESSES)
def test_what_a_principal_may(world: World, row: Row, cloud: Cloud, access: str, namespace: str):
    expected = access in (row.team if namespace == TEAM else row.secret).split()
    try:
        done = ACCESSES[access](world, cloud, namespace)
    except TencentCloudSDKException as refusal:
        done = False
        assert refusal.get_code() == row.code, refusal
        if row.code == UNAUTHORIZED:
            assert "(tcr:" in refusal.get_message() and "(qcs::tcr:" in refusal.get_message()
    assert done is expected
