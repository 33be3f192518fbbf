"""Instances: names, what is described, protection and the trial run of a deletion."""

import pytest

from wharf.account import ROOT
from wharf.cloud import Cloud, Instance, refused
from wharf.complete import assert_complete
from wharf.polling import eventually
from wharf.sdk import REGION
from wharf.server import Server
from wharf.signed_request import SignedRequest

ILLEGAL_NAMES = ["-front", "back-", "two--hyphens", "under_score", "dot.ted", "x" * 51]


def described(cloud: Cloud, instance: Instance):
    (found,) = cloud.call("DescribeInstances", Registryids=[instance.id]).Registries
    return found


def test_what_was_asked_for_is_described(server: Server, cloud: Cloud, instance_name: str):
    tags = {"ResourceType": "instance", "Tags": [{"Key": "team", "Value": "shop"}]}
    instance = cloud.create_instance(instance_name, "premium", TagSpecification=tags, DeletionProtection=True)
    found = described(cloud, instance)
    assert found.RegistryId == instance.id
    assert found.RegistryName == instance_name
    assert found.RegistryType == "premium"
    assert found.Status == "Running"
    assert found.RegionName == REGION
    assert found.DeletionProtection is True
    assert found.PublicDomain.startswith(f"{instance_name}.localhost")
    assert [(tag.Key, tag.Value) for tag in found.TagSpecification.Tags] == [("team", "shop")]


def test_the_status_of_several_instances_in_one_call(cloud: Cloud, instance_name: str):
    instances = [cloud.create_instance(f"{instance_name}-{part}") for part in "ab"]
    ids = [instance.id for instance in instances]
    answer = cloud.call("DescribeInstanceStatus", RegistryIds=ids)
    assert {status.RegistryId: status.Status for status in answer.RegistryStatusSet} == {
        id: "Running" for id in ids
    }


@pytest.mark.parametrize("name", ILLEGAL_NAMES)
def test_an_illegal_name(cloud: Cloud, name: str):
    check = cloud.call("CheckInstanceName", RegistryName=name)
    assert (check.IsValidated, check.DetailCode) == (False, 1)
    with refused("InvalidParameter.ErrorNameIllegal"):
        cloud.call("CreateInstance", RegistryName=name, RegistryType="basic")


def test_a_reserved_name(cloud: Cloud):
    check = cloud.call("CheckInstanceName", RegistryName="console")
    assert (check.IsValidated, check.DetailCode) == (False, 2)
    with refused("InvalidParameter.ErrorNameReserved"):
        cloud.call("CreateInstance", RegistryName="console", RegistryType="basic")


def test_a_name_that_is_taken(cloud: Cloud, instance: Instance):
    check = cloud.call("CheckInstanceName", RegistryName=instance.name)
    assert (check.IsValidated, check.DetailCode) == (False, 3)
    with refused("InvalidParameter.ErrorNameExists"):
        cloud.call("CreateInstance", RegistryName=instance.name, RegistryType="basic")


def test_a_free_name(cloud: Cloud, instance_name: str):
    check = cloud.call("CheckInstanceName", RegistryName=instance_name)
    assert (check.IsValidated, check.DetailCode) == (True, 0)


def test_an_unknown_type(cloud: Cloud, instance_name: str):
    with refused("InvalidParameter"):
        cloud.call("CreateInstance", RegistryName=instance_name, RegistryType="huge")
    assert cloud.call("CheckInstanceName", RegistryName=instance_name).IsValidated


def test_protection_refuses_deletion(cloud: Cloud, instance_name: str):
    instance = cloud.create_instance(instance_name, DeletionProtection=True)
    with refused("OperationDenied"):
        cloud.call("DeleteInstance", RegistryId=instance.id)
    assert cloud.status(instance) == "Running"


def test_a_trial_run_deletes_nothing(cloud: Cloud, instance: Instance):
    cloud.call("DeleteInstance", RegistryId=instance.id, DryRun=True)
    assert cloud.status(instance) == "Running"


def test_a_trial_run_tells_what_would_be_refused(cloud: Cloud, instance_name: str):
    instance = cloud.create_instance(instance_name, DeletionProtection=True)
    with refused("OperationDenied"):
        cloud.call("DeleteInstance", RegistryId=instance.id, DryRun=True)
    with refused("ResourceNotFound"):
        cloud.call("DeleteInstance", RegistryId="tcr-absent00", DryRun=True)


def test_deleting_twice_is_not_found(cloud: Cloud, instance: Instance):
    cloud.call("DeleteInstance", RegistryId=instance.id)
    eventually("the instance is gone", lambda: cloud.status(instance) is None)
    with refused("ResourceNotFound"):
        cloud.call("DeleteInstance", RegistryId=instance.id)


def test_absent_instances_are_left_out(cloud: Cloud, instance: Instance):
    asked = [instance.id, "tcr-absent00"]
    found = cloud.call("DescribeInstances", Registryids=asked)
    assert [registry.RegistryId for registry in found.Registries] == [instance.id]
    statuses = cloud.call("DescribeInstanceStatus", RegistryIds=asked).RegistryStatusSet
    assert [status.RegistryId for status in statuses] == [instance.id]


def test_answers_are_complete(cloud: Cloud, instance_name: str):
    assert_complete(cloud.call("CheckInstanceName", RegistryName=instance_name))
    made = cloud.call("CreateInstance", RegistryName=instance_name, RegistryType="premium")
    assert_complete(made)
    asked = {"RegistryIds": [made.RegistryId]}
    assert_complete(cloud.call("DescribeInstanceStatus", **asked))
    eventually("it is Running", lambda: cloud.status(Instance(made.RegistryId, instance_name)) == "Running")
    assert_complete(cloud.call("DeleteInstance", RegistryId=made.RegistryId, DeleteBucket=True))


@pytest.mark.parametrize(
    ("action", "change", "code", "named"),
    [
        ("CheckInstanceName", {"RegistryName": None}, "MissingParameter", "RegistryName"),
        ("CheckInstanceName", {"RegistryName": 7}, "InvalidParameter", "RegistryName"),
        ("CheckInstanceName", {"Colour": "red"}, "UnknownParameter", "Colour"),
        ("CreateInstance", {"RegistryName": None}, "MissingParameter", "RegistryName"),
        ("CreateInstance", {"RegistryType": None}, "MissingParameter", "RegistryType"),
        ("CreateInstance", {"DeletionProtection": "perhaps"}, "InvalidParameter", "DeletionProtection"),
        ("CreateInstance", {"EnableCosVersioning": 2}, "InvalidParameter", "EnableCosVersioning"),
        ("CreateInstance", {"TagSpecification": {"ResourceType": "instance"}}, "MissingParameter", "Tags"),
        ("CreateInstance", {"Colour": "red"}, "UnknownParameter", "Colour"),
        ("DeleteInstance", {"RegistryId": None}, "MissingParameter", "RegistryId"),
        ("DeleteInstance", {"RegistryId": ["tcr-absent00"]}, "InvalidParameter", "RegistryId"),
        ("DeleteInstance", {"DeleteBucket": "perhaps"}, "InvalidParameter", "DeleteBucket"),
        ("DeleteInstance", {"DryRun": 2}, "InvalidParameter", "DryRun"),
        ("DeleteInstance", {"Colour": "red"}, "UnknownParameter", "Colour"),
        ("DeleteInstance", {"RegistryId": "nothing"}, "ResourceNotFound", "nothing"),
    ],
)
def test_bad_parameters_are_named_and_change_nothing(
    server: Server, cloud: Cloud, instance: Instance, action: str, change: dict, code: str, named: str
):
    usual = {
        "CheckInstanceName": {"RegistryName": "free"},
        "CreateInstance": {"RegistryName": f"{instance.name}-more", "RegistryType": "basic"},
        "DeleteInstance": {"RegistryId": instance.id},
    }
    answer = SignedRequest(ROOT, action, {**usual[action], **change}).send(server)
    assert (answer.code, named in answer.message) == (code, True), answer.response
    assert cloud.status(instance) == "Running"
    assert cloud.call("CheckInstanceName", RegistryName=f"{instance.name}-more").IsValidated


def test_too_many_tags(cloud: Cloud, instance_name: str):
    tags = [{"Key": f"key-{number}", "Value": "x"} for number in range(11)]
    with refused("InvalidParameter.ErrorTagOverLimit"):
        cloud.call(
            "CreateInstance",
            RegistryName=instance_name,
            RegistryType="basic",
            TagSpecification={"ResourceType": "instance", "Tags": tags},
        )
    assert cloud.call("CheckInstanceName", RegistryName=instance_name).IsValidated
