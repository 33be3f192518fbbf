"""What is told of instances that are not in use, and what is refused there, while a content store keeps them so."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from wharf.account import ROOT
from wharf.cloud import Cloud, Instance, refused
from wharf.complete import assert_complete
from wharf.polling import eventually
from wharf.server import Server


@contextmanager
def without_content(server: Server) -> Iterator[None]:
    """While it lasts, no bucket can be made or removed on this server."""
    content = server.data / "content"
    away = content.rename(content.with_name("away"))
    content.write_text("no folder")
    try:
        yield
    finally:
        content.unlink()
        away.rename(content)


def condition(cloud: Cloud, instance: Instance) -> tuple[str, str, str]:
    answer = cloud.call("DescribeInstanceStatus", RegistryIds=[instance.id])
    assert_complete(answer)
    (status,) = answer.RegistryStatusSet
    (condition,) = status.Conditions
    assert condition.Status == status.Status
    return status.Status, condition.Type, condition.Reason


@pytest.mark.embedded
def test_a_store_that_is_away_is_waited_for(own_server: Server):
    cloud = Cloud(own_server, ROOT)
    with without_content(own_server):
        made = cloud.call("CreateInstance", RegistryName="waiting", RegistryType="basic")
        assert_complete(made)
        instance = Instance(made.RegistryId, "waiting")
        eventually("it is Deploying", lambda: cloud.status(instance) == "Deploying")
        _, kind, reason = condition(cloud, instance)
        assert kind == "Bucket" and reason
        for action, parameters in (
            ("DeleteInstance", {}),
            ("ModifyInstance", {"DeletionProtection": True}),
            ("CreateNamespace", {"NamespaceName": "team", "IsPublic": True}),
        ):
            with refused("OperationDenied"):
                cloud.call(action, RegistryId=instance.id, **parameters)
        assert cloud.call("CheckInstance", RegistryId=instance.id).IsValidated
        waiting = [{"Name": "RegistryStatus", "Values": ["Pending", "Deploying"]}]
        (found,) = cloud.call("DescribeInstances", Filters=waiting).Registries
        assert (found.RegistryId, found.Status, found.DeletionProtection) == (instance.id, "Deploying", False)
    eventually("it is Running", lambda: cloud.status(instance) == "Running", seconds=60)
    assert condition(cloud, instance) == ("Running", "", "")

    with without_content(own_server):
        cloud.call("DeleteInstance", RegistryId=instance.id, DeleteBucket=True)
        assert cloud.status(instance) == "Deleting"
        _, kind, reason = condition(cloud, instance)
        assert kind == "Removal" and reason
        with refused("OperationDenied"):
            cloud.call("DeleteInstance", RegistryId=instance.id)
        renewal = {"RegistryChargePrepaid": {"Period": 1, "RenewFlag": 0}, "Flag": 1}
        with refused("ResourceUnavailable"):
            cloud.call("RenewInstance", RegistryId=instance.id, **renewal)
        with refused("InvalidParameter.ErrorNameExists"):
            cloud.call("CreateInstance", RegistryName="waiting", RegistryType="basic")
    eventually("it is gone", lambda: cloud.status(instance) is None, seconds=60)


def test_what_is_refused(cloud: Cloud, instance: Instance):
    with refused("MissingParameter"):
        cloud.call("DescribeInstanceStatus")
    with refused("InvalidParameter"):
        cloud.call("DescribeInstanceStatus", RegistryIds=instance.id)
    assert cloud.call("DescribeInstanceStatus", RegistryIds=[]).RegistryStatusSet == []
    asked = [instance.id, "tcr-absent00", "nothing", instance.id]
    found = cloud.call("DescribeInstanceStatus", RegistryIds=asked).RegistryStatusSet
    assert [status.RegistryId for status in found] == [instance.id]
