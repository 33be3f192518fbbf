"""ModifyNamespace: what is given changes, what is not stays, and who may pull is settled by the next pull."""

import pytest

from wharf.account import ROOT, Account
from wharf.admin import Admin
from wharf.cloud import NAMESPACE, Cloud, Instance, refused
from wharf.layer import sha256
from wharf.oci import Registry
from wharf.polling import eventually
from wharf.server import Server
from wharf.signed_request import SignedRequest
from wharf.small_image import SmallImage
from wharf.sub_account import SubAccounts, allow
from wharf.token_service import TokenService
from wharf.complete import assert_complete

CVES = [{"CVEID": "CVE-2021-44228"}, {"CVEID": "CVE-2014-0160"}]
TAGS = {"ResourceType": "namespace", "Tags": [{"Key": "team", "Value": "red"}]}
REPOSITORY = f"{NAMESPACE}/web"


def modify(cloud: Cloud, instance: Instance, **parameters):
    return cloud.call("ModifyNamespace", RegistryId=instance.id, NamespaceName=NAMESPACE, **parameters)


def shown(cloud: Cloud, instance: Instance) -> tuple:
    """All that can be changed of the namespace, as it is described, each by each of its names."""
    (found,) = cloud.call("DescribeNamespaces", RegistryId=instance.id, NamespaceName=NAMESPACE).NamespaceList
    assert_complete(found)
    assert {pair.Key: pair.Value for pair in found.Metadata} == {
        "public": str(found.Public).lower(),
        "auto_scan": str(found.AutoScan).lower(),
        "prevent_vul": str(found.PreventVUL).lower(),
        "severity": found.Severity,
    }
    cves = sorted(item.CVEID for item in found.CVEWhitelistItems)
    tags = {tag.Key: tag.Value for tag in found.TagSpecification.Tags}
    return found.Public, found.AutoScan, found.PreventVUL, found.Severity, cves, tags


def test_what_is_given_changes_and_nothing_else(cloud: Cloud, instance: Instance):
    assert shown(cloud, instance) == (False, False, False, "", [], {})
    assert_complete(modify(cloud, instance))
    assert shown(cloud, instance) == (False, False, False, "", [], {})
    modify(cloud, instance, IsAutoScan=True, Severity="low", CVEWhitelistItems=CVES)
    both = sorted(item["CVEID"] for item in CVES)
    assert shown(cloud, instance) == (False, True, False, "low", both, {})
    modify(cloud, instance, IsPublic=True, IsPreventVUL=True, Severity="high", TagSpecification=TAGS)
    assert shown(cloud, instance) == (True, True, True, "high", both, {"team": "red"})
    modify(cloud, instance, IsPublic=False, IsAutoScan=False, CVEWhitelistItems=CVES[1:])
    assert shown(cloud, instance) == (False, False, True, "high", ["CVE-2014-0160"], {"team": "red"})
    modify(cloud, instance, CVEWhitelistItems=[], TagSpecification={"ResourceType": "namespace", "Tags": []})
    assert shown(cloud, instance) == (False, False, True, "high", [], {})


def test_another_namespace_stays(cloud: Cloud, instance: Instance):
    cloud.create_namespace(instance, f"{NAMESPACE}-2")
    modify(cloud, instance, IsPublic=True)
    found = cloud.call("DescribeNamespaces", RegistryId=instance.id).NamespaceList
    assert {one.Name: one.Public for one in found} == {NAMESPACE: True, f"{NAMESPACE}-2": False}


def test_who_may_pull_is_settled_by_the_next_pull(
    server: Server, cloud: Cloud, instance: Instance, registry: Registry, anonymous: Registry
):
    image = SmallImage.make("modified").push(registry, REPOSITORY, "v1")
    tokens = TokenService(server, instance)
    modify(cloud, instance, IsPublic=True)
    nobody = tokens.open(tokens.token(None, f"repository:{REPOSITORY}:pull"))
    for public in (True, False, True, False):
        modify(cloud, instance, IsPublic=public)
        for view in (anonymous, nobody):
            # Twice, as the second is answered from memory.
            for _ in range(2):
                assert view.get_manifest(REPOSITORY, "v1").status_code == (200 if public else 401)
            assert view.get_blob(REPOSITORY, sha256(image.config)).status_code == (200 if public else 401)
        assert registry.get_manifest(REPOSITORY, "v1").content == image.manifest
        found = cloud.call("DescribeRepositories", RegistryId=instance.id).RepositoryList
        assert [one.Public for one in found] == [public]


def test_a_sub_account_needs_the_action(server: Server, cloud: Cloud, instance: Instance, admin: Admin, tmp_path):
    accounts = SubAccounts(admin, tmp_path)
    resource = f"qcs::tcr:::repository/{instance.id}/{NAMESPACE}"
    may = Cloud(server, accounts.create(allow("tcr:ModifyNamespace", resource)))
    modify(may, instance, IsPublic=True)
    assert shown(cloud, instance)[0] is True
    may_not = Cloud(server, accounts.create(allow("tcr:Describe*")))
    with refused("UnauthorizedOperation"):
        modify(may_not, instance, IsPublic=False)
    assert shown(cloud, instance)[0] is True


def test_what_is_not_there(cloud: Cloud, instance: Instance):
    with refused("ResourceNotFound.TcrResourceNotFound"):
        cloud.call("ModifyNamespace", RegistryId=instance.id, NamespaceName="absent", IsPublic=True)
    with refused("ResourceNotFound"):
        cloud.call("ModifyNamespace", RegistryId="tcr-absent00", NamespaceName=NAMESPACE, IsPublic=True)


@pytest.mark.parametrize(
    ("parameters", "code", "named"),
    [
        ({"NamespaceName": None}, "MissingParameter", "NamespaceName"),
        ({"RegistryId": None}, "MissingParameter", "RegistryId"),
        ({"Colour": "red"}, "UnknownParameter", "Colour"),
        ({"IsPublic": "perhaps"}, "InvalidParameter", "IsPublic"),
        ({"Severity": "grim"}, "InvalidParameter", "Severity"),
        ({"NamespaceName": "Upper"}, "InvalidParameter", "Upper"),
        ({"CVEWhitelistItems": [{"Id": "1"}]}, "UnknownParameter", "CVEWhitelistItems.0.Id"),
        ({"TagSpecification": {**TAGS, "ResourceType": "instance"}}, "InvalidParameter", "ResourceType"),
        (
            {"TagSpecification": {**TAGS, "Tags": [{"Key": "k" * 128, "Value": ""}]}},
            "InvalidParameter",
            "127",
        ),
    ],
)
def test_a_wrong_parameter_is_named_and_changes_nothing(
    server: Server, cloud: Cloud, instance: Instance, parameters: dict, code: str, named: str
):
    given = {"RegistryId": instance.id, "NamespaceName": NAMESPACE, "IsAutoScan": True, **parameters}
    given = {name: value for name, value in given.items() if value is not None}
    answer = SignedRequest(ROOT, "ModifyNamespace", given).send(server)
    assert answer.code is not None and answer.code.startswith(code), answer
    assert named in answer.message
    assert shown(cloud, instance) == (False, False, False, "", [], {})


def test_an_instance_that_is_being_removed(cloud: Cloud, instance: Instance):
    cloud.call("DeleteInstance", RegistryId=instance.id)
    eventually("the instance is gone", lambda: cloud.status(instance) is None)
    with refused("ResourceNotFound"):
        modify(cloud, instance, IsPublic=True)


def test_all_namespaces_of_all_instances(
    server: Server, cloud: Cloud, account: Account, admin: Admin, tmp_path
):
    """The API documents an answer without them."""
    assert_complete(cloud.call("DescribeInstanceAllNamespaces"))
    assert_complete(cloud.call("DescribeInstanceAllNamespaces", Limit=5, Offset=0))
    assert_complete(Cloud(server, account).call("DescribeInstanceAllNamespaces"))
    for wrong in ({"Limit": 0}, {"Limit": -1}, {"Offset": -1}):
        with refused("InvalidParameter.ErrorTcrInvalidParameter"):
            cloud.call("DescribeInstanceAllNamespaces", **wrong)
    for wrong, code in (({"Limit": "many"}, "InvalidParameter"), ({"All": True}, "UnknownParameter")):
        answer = SignedRequest(ROOT, "DescribeInstanceAllNamespaces", wrong).send(server)
        assert answer.code == code and next(iter(wrong)) in answer.message, answer
    nobody = SubAccounts(admin, tmp_path).create(allow("tcr:DescribeNamespaces"))
    with refused("UnauthorizedOperation"):
        Cloud(server, nobody).call("DescribeInstanceAllNamespaces")
