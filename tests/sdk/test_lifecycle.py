"""The whole way through the cloud API, as a program on the official SDK goes it."""

from tencentcloud.common.exception import TencentCloudSDKException

from wharf.cloud import Cloud, refused
from wharf.layer import sha256
from wharf.oci import Registry, assert_refused
from wharf.polling import eventually
from wharf.server import Server
from wharf.small_image import SmallImage


def test_from_a_free_name_to_an_empty_account(server: Server, cloud: Cloud, instance_name: str):
    assert cloud.call("CheckInstanceName", RegistryName=instance_name).IsValidated

    instance = cloud.create_instance(instance_name, "standard")
    assert cloud.call("CheckInstanceName", RegistryName=instance_name).DetailCode == 3

    cloud.create_namespace(instance, "shop")
    names = {"RegistryId": instance.id, "NamespaceName": "shop", "RepositoryName": "web"}
    cloud.call("CreateRepository", **names, BriefDescription="the shop's front")
    assert cloud.repositories(instance) == ["shop/web"]

    registry = Registry(server, instance, cloud.login(instance))
    image = SmallImage.make("lifecycle").push(registry, "shop/web", "v1")
    assert cloud.images(instance, "shop", "web")["v1"].Digest == image.digest

    cloud.call("DeleteImage", **names, ImageVersion="v1")
    assert cloud.images(instance, "shop", "web") == {}
    cloud.call("DeleteRepository", **names)
    assert cloud.repositories(instance) == []
    cloud.call("DeleteNamespace", RegistryId=instance.id, NamespaceName="shop")
    assert cloud.call("DescribeNamespaces", RegistryId=instance.id).NamespaceList == []

    cloud.call("DeleteInstance", RegistryId=instance.id)
    eventually("the instance is gone", lambda: cloud.status(instance) is None)
    with refused("ResourceNotFound"):
        cloud.call("DeleteInstance", RegistryId=instance.id)
    assert cloud.call("CheckInstanceName", RegistryName=instance_name).IsValidated


def test_an_instance_passes_only_the_documented_states(cloud: Cloud, instance_name: str):
    made = cloud.call("CreateInstance", RegistryName=instance_name, RegistryType="basic")
    seen = []

    def is_running() -> bool:
        (status,) = cloud.call("DescribeInstanceStatus", RegistryIds=[made.RegistryId]).RegistryStatusSet
        assert status.RegistryId == made.RegistryId
        if status.Status not in seen:
            seen.append(status.Status)
        return status.Status == "Running"

    eventually("the instance is Running", is_running, pause=0.06)
    assert seen == [state for state in ("Pending", "Deploying", "Running") if state in seen]


def test_a_deleted_instance_no_longer_serves(server: Server, cloud: Cloud, instance_name: str):
    instance = cloud.create_instance(instance_name)
    cloud.create_namespace(instance, "shop", public=True)
    registry = Registry(server, instance, cloud.login(instance))
    image = SmallImage.make("deleted").push(registry, "shop/web", "v1")

    cloud.call("DeleteInstance", RegistryId=instance.id, DeleteBucket=True)
    eventually("the instance is gone", lambda: cloud.status(instance) is None)

    assert_refused(registry.get_manifest("shop/web", image.digest), 403, "DENIED")
    assert_refused(Registry(server, instance).get_manifest("shop/web", image.digest), 401, "UNAUTHORIZED")
    with refused("ResourceNotFound.TcrResourceNotFound"):
        cloud.login(instance)


def test_a_new_instance_of_an_old_name_starts_empty(server: Server, cloud: Cloud, instance_name: str):
    first = cloud.create_instance(instance_name)
    cloud.create_namespace(first, "shop")
    image = SmallImage.make("old")
    image.push(Registry(server, first, cloud.login(first)), "shop/web", "v1")
    cloud.call("DeleteInstance", RegistryId=first.id, DeleteBucket=True)

    second = eventually("the name is free again", lambda: _create(cloud, instance_name))
    assert second.id != first.id
    assert cloud.call("DescribeNamespaces", RegistryId=second.id).NamespaceList == []
    cloud.create_namespace(second, "shop")
    registry = Registry(server, second, cloud.login(second))
    assert registry.get_manifest("shop/web", "v1").status_code == 404
    registry.push_blob("shop/web", b"something else")
    assert registry.get_blob("shop/web", sha256(image.layers[0])).status_code == 404


def _create(cloud: Cloud, name: str):
    try:
        return cloud.create_instance(name)
    except TencentCloudSDKException as error:
        assert error.get_code() == "InvalidParameter.ErrorNameExists", error
        return None
