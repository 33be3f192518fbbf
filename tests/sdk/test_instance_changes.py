"""ModifyInstance: editions and the quotas that bound them, and the switches."""

import pytest
from tencentcloud.common.exception import TencentCloudSDKException

from wharf.account import ROOT, Account
from wharf.admin import Admin
from wharf.cloud import Cloud, Instance, refused
from wharf.complete import assert_complete
from wharf.server import Server
from wharf.signed_request import SignedRequest

QUOTAS = """
[quotas]
basic = "namespaces=2, repositories=1"
standard = "namespaces=3, repositories=2"
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory):
    """A server on which little is allowed."""
    strict = Server(tmp_path_factory.mktemp("quotas")).configure(QUOTAS)
    try:
        yield strict.start()
        strict.stop()
    finally:
        strict.discard()


def described(cloud: Cloud, instance: Instance):
    answer = cloud.call("DescribeInstances", Registryids=[instance.id])
    assert_complete(answer)
    (found,) = answer.Registries
    return found


def modify(cloud: Cloud, instance: Instance, **changes) -> None:
    assert_complete(cloud.call("ModifyInstance", RegistryId=instance.id, **changes))


def create_repository(cloud: Cloud, instance: Instance, name: str) -> None:
    cloud.call("CreateRepository", RegistryId=instance.id, NamespaceName="one", RepositoryName=name)


def test_a_higher_edition_allows_more_at_once(cloud: Cloud, instance_name: str):
    instance = cloud.create_instance(instance_name)
    for name in ("one", "two"):
        cloud.create_namespace(instance, name)
    with pytest.raises(TencentCloudSDKException):
        cloud.create_namespace(instance, "three")
    modify(cloud, instance, RegistryType="standard")
    assert described(cloud, instance).RegistryType == "standard"
    cloud.create_namespace(instance, "three")
    modify(cloud, instance, RegistryType="premium")
    cloud.create_namespace(instance, "four")


def test_a_lower_edition_must_hold_what_is_there(cloud: Cloud, instance_name: str):
    instance = cloud.create_instance(instance_name, "premium")
    for name in ("one", "two", "three"):
        cloud.create_namespace(instance, name)
    for name in ("first", "second"):
        create_repository(cloud, instance, name)
    for quota, used, limit in (("namespaces", 3, 2), ("repositories", 2, 1)):
        with pytest.raises(TencentCloudSDKException) as caught:
            cloud.call("ModifyInstance", RegistryId=instance.id, RegistryType="basic", DeletionProtection=True)
        assert caught.value.get_code() == "OperationDenied"
        for fact in (instance.id, f"{used} {quota}", "basic", f"allows {limit}"):
            assert fact in caught.value.get_message()
        found = described(cloud, instance)
        assert (found.RegistryType, found.DeletionProtection) == ("premium", False), "nothing was changed"
        if quota == "namespaces":
            cloud.call("DeleteNamespace", RegistryId=instance.id, NamespaceName="two")
    modify(cloud, instance, RegistryType="standard")
    cloud.call("DeleteRepository", RegistryId=instance.id, NamespaceName="one", RepositoryName="first")
    modify(cloud, instance, RegistryType="basic")
    assert described(cloud, instance).RegistryType == "basic"


def test_protection_is_switched(cloud: Cloud, instance: Instance):
    modify(cloud, instance, DeletionProtection=True)
    assert described(cloud, instance).DeletionProtection is True
    with refused("OperationDenied"):
        cloud.call("DeleteInstance", RegistryId=instance.id, DryRun=True)
    modify(cloud, instance, RegistryType="standard")
    assert described(cloud, instance).DeletionProtection is True, "what is not named stays"
    modify(cloud, instance, DeletionProtection=False)
    cloud.call("DeleteInstance", RegistryId=instance.id, DryRun=True)


def test_versioning_is_kept(cloud: Cloud, instance_name: str):
    instance = cloud.create_instance(instance_name, EnableCosVersioning=True)
    assert described(cloud, instance).EnableCosVersioning is True
    modify(cloud, instance, EnableCosVersioning=False)
    assert described(cloud, instance).EnableCosVersioning is False
    modify(cloud, instance, EnableCosVersioning=True)
    assert described(cloud, instance).EnableCosVersioning is True


def test_nothing_to_change_is_no_change(cloud: Cloud, instance: Instance):
    before = described(cloud, instance)
    modify(cloud, instance)
    modify(cloud, instance, RegistryType="basic", DeletionProtection=False)
    assert described(cloud, instance)._serialize() == before._serialize()


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({}, "MissingParameter"),
        ({"RegistryId": 7}, "InvalidParameter"),
        ({"RegistryId": "tcr-absent00"}, "InternalError.ErrNotExist"),
        ({"RegistryId": "nothing"}, "InternalError.ErrNotExist"),
        ({"RegistryType": "huge"}, "InvalidParameter"),
        ({"RegistryType": ""}, None),
        ({"DeletionProtection": "perhaps"}, "InvalidParameter"),
        ({"EnableCosVersioning": 2}, "InvalidParameter"),
        ({"Colour": "red"}, "UnknownParameter"),
    ],
)
def test_what_is_refused(server: Server, cloud: Cloud, instance: Instance, parameters: dict, code: str | None):
    named = parameters if parameters == {} or "RegistryId" in parameters else {"RegistryId": instance.id, **parameters}
    answer = SignedRequest(ROOT, "ModifyInstance", named).send(server)
    assert answer.code == code
    found = described(cloud, instance)
    assert (found.RegistryType, found.DeletionProtection, found.EnableCosVersioning) == ("basic", False, False)


def test_a_sub_account_needs_a_policy(server: Server, cloud: Cloud, instance: Instance, admin: Admin):
    made = admin.ask("account", "create", "sub-of-changes", "--owner", ROOT.uin)
    sub = Cloud(server, Account(made["uin"], made["secret_id"], made["secret_key"]))
    for action, parameters in (
        ("ModifyInstance", {"DeletionProtection": True}),
        ("RenewInstance", {"RegistryChargePrepaid": {"Period": 1, "RenewFlag": 0}, "Flag": 1}),
        ("CheckInstance", {}),
    ):
        with refused("UnauthorizedOperation"):
            sub.call(action, RegistryId=instance.id, **parameters)
    found = described(cloud, instance)
    assert (found.DeletionProtection, found.PayMod) == (False, 0)


def test_an_instance_is_checked(server: Server, cloud: Cloud, instance_name: str, account: Account):
    shanghai = Cloud(server, ROOT, "ap-shanghai")
    there = shanghai.create_instance(instance_name)
    for asked in (cloud, shanghai):
        answer = asked.call("CheckInstance", RegistryId=there.id)
        assert_complete(answer)
        assert (answer.IsValidated, answer.RegionId) == (True, 4)
    for asked, id in ((cloud, "tcr-absent00"), (cloud, "tcr-test"), (cloud, ""), (Cloud(server, account), there.id)):
        answer = asked.call("CheckInstance", RegistryId=id)
        assert (answer.IsValidated, answer.RegionId) == (False, 0)
    with refused("MissingParameter"):
        cloud.call("CheckInstance")
