"""ModifyRepository: what is said about a repository, its limits, and who may say it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from wharf.account import ROOT, Account
from wharf.admin import Admin
from wharf.cloud import NAMESPACE, Cloud, Instance, refused
from wharf.oci import Registry
from wharf.server import Server
from wharf.signed_request import SignedRequest
from wharf.small_image import SmallImage
from wharf.sub_account import SubAccounts, allow

TEXTS = {"BriefDescription": "short", "Description": "a longer text"}


def modify(cloud: Cloud, instance: Instance, **parameters):
    names = {"RegistryId": instance.id, "NamespaceName": NAMESPACE, "RepositoryName": "web"}
    return cloud.call("ModifyRepository", **{**names, **TEXTS, **parameters})


def described(cloud: Cloud, instance: Instance):
    (found,) = cloud.call("DescribeRepositories", RegistryId=instance.id).RepositoryList
    return found


def time(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S.%f +0000 UTC").replace(tzinfo=UTC)


@pytest.fixture
def repository(cloud: Cloud, instance: Instance) -> None:
    names = {"RegistryId": instance.id, "NamespaceName": NAMESPACE, "RepositoryName": "web"}
    cloud.call("CreateRepository", **names, BriefDescription="before", Description="before that")


@pytest.mark.usefixtures("repository")
def test_both_descriptions_are_replaced(cloud: Cloud, instance: Instance):
    before = described(cloud, instance)
    assert modify(cloud, instance).RequestId
    after = described(cloud, instance)
    assert (after.BriefDescription, after.Description) == ("short", "a longer text")
    assert after.CreationTime == before.CreationTime
    assert time(after.UpdateTime) > time(before.UpdateTime)


@pytest.mark.usefixtures("repository")
def test_empty_texts_take_the_descriptions_away(cloud: Cloud, instance: Instance):
    modify(cloud, instance, BriefDescription="", Description="")
    found = described(cloud, instance)
    assert (found.BriefDescription, found.Description) == ("", "")


def test_images_stay(cloud: Cloud, instance: Instance, registry: Registry):
    image = SmallImage.make("described again").push(registry, f"{NAMESPACE}/web", "v1")
    modify(cloud, instance)
    assert described(cloud, instance).BriefDescription == "short", "a push's repository has a description too"
    assert registry.get_manifest(f"{NAMESPACE}/web", "v1").content == image.manifest


@pytest.mark.usefixtures("repository")
def test_texts_have_their_lengths(cloud: Cloud, instance: Instance):
    longest = {"BriefDescription": "字" * 1000, "Description": "d" * 10_000}
    modify(cloud, instance, **longest)
    for name, text in longest.items():
        with refused("InvalidParameter"):
            modify(cloud, instance, **{name: text + "x"})
    found = described(cloud, instance)
    assert {"BriefDescription": found.BriefDescription, "Description": found.Description} == longest


@pytest.mark.usefixtures("repository")
@pytest.mark.parametrize(
    "name", ["RegistryId", "NamespaceName", "RepositoryName", "BriefDescription", "Description"]
)
def test_every_parameter_is_required(server: Server, cloud: Cloud, instance: Instance, name: str):
    parameters = {"RegistryId": instance.id, "NamespaceName": NAMESPACE, "RepositoryName": "web", **TEXTS}
    del parameters[name]
    answer = SignedRequest(ROOT, "ModifyRepository", parameters).send(server)
    assert answer.code == "MissingParameter"
    assert name in answer.message
    assert described(cloud, instance).Description == "before that"


@pytest.mark.usefixtures("repository")
def test_unknown_and_ill_typed_parameters(server: Server, cloud: Cloud, instance: Instance):
    parameters = {"RegistryId": instance.id, "NamespaceName": NAMESPACE, "RepositoryName": "web", **TEXTS}
    for wrong, code in (({"Colour": "red"}, "UnknownParameter"), ({"Description": ["a"]}, "InvalidParameter")):
        answer = SignedRequest(ROOT, "ModifyRepository", {**parameters, **wrong}).send(server)
        assert answer.code == code, answer.response
        assert next(iter(wrong)) in answer.message
    assert described(cloud, instance).Description == "before that"


def test_what_is_not_there(cloud: Cloud, instance: Instance):
    with refused("ResourceNotFound.TcrResourceNotFound"):
        modify(cloud, instance)
    with refused("ResourceNotFound.TcrResourceNotFound"):
        modify(cloud, instance, NamespaceName="absent")
    with refused("ResourceNotFound"):
        modify(cloud, instance, RegistryId="tcr-absent00")
    with refused("InvalidParameter"):
        modify(cloud, instance, RepositoryName="UPPER")
    assert cloud.repositories(instance) == []


@pytest.mark.usefixtures("repository")
def test_strangers_and_subaccounts_without_a_policy(
    server: Server, cloud: Cloud, instance: Instance, account: Account, tmp_path: Path
):
    sub_accounts = SubAccounts(Admin(server), tmp_path)
    with refused("ResourceNotFound"):
        modify(Cloud(server, account), instance)
    with refused("UnauthorizedOperation"):
        modify(Cloud(server, sub_accounts.create(allow("tcr:DescribeRepositories"))), instance)
    assert described(cloud, instance).Description == "before that"
    modify(Cloud(server, sub_accounts.create(allow("tcr:ModifyRepository"))), instance)
    assert described(cloud, instance).Description == "a longer text"
