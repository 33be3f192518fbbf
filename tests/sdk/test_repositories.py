"""Repositories: made by hand or by a push, described, and deleted with what they hold."""

import pytest

from wharf.cloud import NAMESPACE, Cloud, Instance, refused
from wharf.oci import Registry
from wharf.small_image import SmallImage

ILLEGAL_NAMES = ["ab", "Upper", "-front", "back-", "two..dots", "space d", "x" * 245]


def create(cloud: Cloud, instance: Instance, name: str, **parameters) -> None:
    cloud.call(
        "CreateRepository",
        RegistryId=instance.id,
        NamespaceName=NAMESPACE,
        RepositoryName=name,
        **parameters,
    )


def test_what_was_asked_for_is_described(cloud: Cloud, instance: Instance):
    create(cloud, instance, "web", BriefDescription="short", Description="a longer text")
    answer = cloud.call(
        "DescribeRepositories", RegistryId=instance.id, NamespaceName=NAMESPACE, RepositoryName="web"
    )
    (found,) = answer.RepositoryList
    assert answer.TotalCount == 1
    assert (found.Name, found.Namespace, found.Public) == (f"{NAMESPACE}/web", NAMESPACE, False)
    assert (found.BriefDescription, found.Description) == ("short", "a longer text")
    assert found.CreationTime and found.UpdateTime


def test_a_push_makes_its_repository(cloud: Cloud, instance: Instance, registry: Registry):
    SmallImage.make("made by a push").push(registry, f"{NAMESPACE}/deep/er/web", "v1")
    assert cloud.repositories(instance) == [f"{NAMESPACE}/deep/er/web"]


@pytest.mark.parametrize("name", ILLEGAL_NAMES)
def test_an_illegal_name(cloud: Cloud, instance: Instance, name: str):
    with refused("InvalidParameter.ErrorTcrInvalidParameter"):
        create(cloud, instance, name)
    assert cloud.repositories(instance) == []


def test_a_name_that_is_taken(cloud: Cloud, instance: Instance):
    create(cloud, instance, "web", Description="the first")
    with refused("InternalError.ErrorTcrResourceConflict"):
        create(cloud, instance, "web", Description="the second")
    (found,) = cloud.call("DescribeRepositories", RegistryId=instance.id).RepositoryList
    assert found.Description == "the first"


def test_only_the_namespace_asked_for(cloud: Cloud, instance: Instance):
    cloud.create_namespace(instance, "other")
    create(cloud, instance, "web")
    cloud.call("CreateRepository", RegistryId=instance.id, NamespaceName="other", RepositoryName="store")
    answer = cloud.call("DescribeRepositories", RegistryId=instance.id, NamespaceName="other")
    assert [found.Name for found in answer.RepositoryList] == ["other/store"]
    assert sorted(cloud.repositories(instance)) == ["other/store", f"{NAMESPACE}/web"]


@pytest.mark.parametrize(
    ("sort_by", "order"),
    [("-name", ["gamma", "beta", "alpha"]), ("-creation_time", ["gamma", "alpha", "beta"])],
)
def test_sorting(cloud: Cloud, instance: Instance, sort_by: str, order: list[str]):
    for name in ("beta", "alpha", "gamma"):
        create(cloud, instance, name)
    answer = cloud.call("DescribeRepositories", RegistryId=instance.id, SortBy=sort_by)
    assert [found.Name for found in answer.RepositoryList] == [f"{NAMESPACE}/{name}" for name in order]


def test_a_deleted_repository_takes_its_images_along(cloud: Cloud, instance: Instance, registry: Registry):
    image = SmallImage.make("goes").push(registry, f"{NAMESPACE}/web", "v1")
    names = {"RegistryId": instance.id, "NamespaceName": NAMESPACE, "RepositoryName": "web"}
    cloud.call("DeleteRepository", **names)
    assert cloud.repositories(instance) == []
    assert registry.get_manifest(f"{NAMESPACE}/web", image.digest).status_code == 404
    with refused("ResourceNotFound.TcrResourceNotFound"):
        cloud.call("DeleteRepository", **names)


def test_a_careful_deletion_spares_images(cloud: Cloud, instance: Instance, registry: Registry):
    image = SmallImage.make("spared").push(registry, f"{NAMESPACE}/web", "v1")
    names = {"RegistryId": instance.id, "NamespaceName": NAMESPACE, "RepositoryName": "web"}
    with refused("OperationDenied"):
        cloud.call("DeleteRepository", **names, ForceDelete=False)
    assert registry.get_manifest(f"{NAMESPACE}/web", "v1").content == image.manifest
    cloud.call("DeleteImage", **names, ImageVersion="v1")
    cloud.call("DeleteRepository", **names, ForceDelete=False)
    assert cloud.repositories(instance) == []


def test_absent_parents(cloud: Cloud, instance: Instance):
    with refused("ResourceNotFound"):
        cloud.call("CreateRepository", RegistryId=instance.id, NamespaceName="absent", RepositoryName="web")
    with refused("ResourceNotFound"):
        create(cloud, Instance("tcr-absent00", "absent"), "web")
    with refused("ResourceNotFound.TcrResourceNotFound"):
        cloud.call("DeleteRepository", RegistryId=instance.id, NamespaceName="absent", RepositoryName="web")
