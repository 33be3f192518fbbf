"""Namespaces: rules for names, conflicts, and what keeps one from being deleted."""

import pytest

from wharf.cloud import NAMESPACE, Cloud, Instance, refused
from wharf.oci import Registry
from wharf.small_image import SmallImage

ILLEGAL_NAMES = ["a", "x" * 31, "Upper", "-front", "back.", "two..dots", "dash-.dot", "sla/sh", "space d"]


def names(cloud: Cloud, instance: Instance) -> list[str]:
    return [
        found.Name
        for found in cloud.call("DescribeNamespaces", RegistryId=instance.id, Limit=100).NamespaceList
    ]


def test_what_was_asked_for_is_described(cloud: Cloud, instance: Instance):
    cloud.create_namespace(instance, "open.to-all", public=True)
    answer = cloud.call("DescribeNamespaces", RegistryId=instance.id, NamespaceName="open.to-all")
    (found,) = answer.NamespaceList
    assert (answer.TotalCount, found.Name, found.Public) == (1, "open.to-all", True)
    assert found.CreationTime and found.NamespaceId


def test_private_is_private(cloud: Cloud, instance: Instance):
    (found,) = cloud.call("DescribeNamespaces", RegistryId=instance.id).NamespaceList
    assert (found.Name, found.Public) == (NAMESPACE, False)


@pytest.mark.parametrize("name", ILLEGAL_NAMES)
def test_an_illegal_name(cloud: Cloud, instance: Instance, name: str):
    with refused("InvalidParameter.ErrorTcrInvalidParameter"):
        cloud.create_namespace(instance, name)
    assert names(cloud, instance) == [NAMESPACE]


def test_a_name_that_is_taken(cloud: Cloud, instance: Instance):
    with refused("FailedOperation.ErrorTcrResourceConflict"):
        cloud.create_namespace(instance, NAMESPACE, public=True)
    (found,) = cloud.call("DescribeNamespaces", RegistryId=instance.id).NamespaceList
    assert found.Public is False


def test_two_instances_may_use_one_name(cloud: Cloud, instance: Instance, instance_name: str):
    other = cloud.create_instance(f"{instance_name}-other")
    cloud.create_namespace(other, NAMESPACE)
    assert names(cloud, other) == names(cloud, instance) == [NAMESPACE]


def test_a_namespace_with_a_repository_stays(cloud: Cloud, instance: Instance, registry: Registry):
    image = SmallImage.make("stays").push(registry, f"{NAMESPACE}/web", "v1")
    with refused("FailedOperation.PreconditionFailed"):
        cloud.call("DeleteNamespace", RegistryId=instance.id, NamespaceName=NAMESPACE)
    assert cloud.images(instance, NAMESPACE, "web")["v1"].Digest == image.digest


def test_an_empty_namespace_goes(cloud: Cloud, instance: Instance):
    cloud.call("DeleteNamespace", RegistryId=instance.id, NamespaceName=NAMESPACE)
    assert names(cloud, instance) == []
    with refused("ResourceNotFound.TcrResourceNotFound"):
        cloud.call("DeleteNamespace", RegistryId=instance.id, NamespaceName=NAMESPACE)


def test_no_namespace_in_an_absent_instance(cloud: Cloud):
    with refused("ResourceNotFound"):
        cloud.create_namespace(Instance("tcr-absent00", "absent"), "shop")
    with refused("ResourceNotFound"):
        cloud.call("DescribeNamespaces", RegistryId="tcr-absent00")
