"""What a sub-account may not see is neither listed nor counted."""

import pytest

from wharf.cloud import NAMESPACE, Cloud, Instance, refused
from wharf.oci import Registry
from wharf.server import Server
from wharf.small_image import SmallImage
from wharf.sub_account import SubAccounts, allow, deny

SECRET = "secret"


@pytest.fixture
def registry(cloud: Cloud, instance: Instance, registry: Registry) -> Registry:
    """The owner's registry with an image in each of two namespaces."""
    cloud.create_namespace(instance, SECRET)
    for namespace in (NAMESPACE, SECRET):
        SmallImage.make("listed").push(registry, f"{namespace}/app", "v1")
    return registry


def seen(cloud: Cloud, instance: Instance) -> tuple[list[str], list[str]]:
    """The namespaces and repositories that are listed, and counted."""
    namespaces = cloud.call("DescribeNamespaces", RegistryId=instance.id)
    repositories = cloud.call("DescribeRepositories", RegistryId=instance.id)
    names = [namespace.Name for namespace in namespaces.NamespaceList]
    assert namespaces.TotalCount == len(names)
    assert repositories.TotalCount == len(repositories.RepositoryList)
    return names, [repository.Name for repository in repositories.RepositoryList]


def test_one_instance_of_several(
    server: Server, cloud: Cloud, instance: Instance, instance_name: str, sub_accounts: SubAccounts
):
    cloud.create_instance(f"{instance_name}-other")
    sub = Cloud(server, sub_accounts.create(allow("tcr:Describe*", f"qcs::tcr:::instance/{instance.id}")))
    found = sub.call("DescribeInstances")
    assert (found.TotalCount, [one.RegistryId for one in found.Registries]) == (1, [instance.id])
    assert sub.call("DescribeInstances", Registryids=[instance.id]).TotalCount == 1


def test_nothing_said_of_instances(server: Server, sub_accounts: SubAccounts):
    sub = Cloud(server, sub_accounts.create(allow("tcr:PullRepository")))
    with refused("UnauthorizedOperation"):
        sub.call("DescribeInstances")


def test_one_namespace_of_several(
    server: Server, instance: Instance, registry: Registry, sub_accounts: SubAccounts
):
    below = f"qcs::tcr:::repository/{instance.id}/{NAMESPACE}"
    for statements in (
        [allow("tcr:*", [below, f"{below}/*"]), allow("tcr:CreateInstanceToken")],
        [allow("*"), deny("tcr:*", f"qcs::tcr:::repository/{instance.id}/{SECRET}*")],
    ):
        sub = Cloud(server, sub_accounts.create(*statements))
        assert seen(sub, instance) == ([NAMESPACE], [f"{NAMESPACE}/app"])
        catalog = Registry(server, instance, sub.login(instance)).get("/v2/_catalog").json()
        assert catalog["repositories"] == [f"{instance.name}/{NAMESPACE}/app"]


def test_everything(server: Server, instance: Instance, registry: Registry, sub_accounts: SubAccounts):
    sub = Cloud(server, sub_accounts.create(allow("tcr:*", f"qcs::tcr:::repository/{instance.id}/*")))
    assert seen(sub, instance) == ([SECRET, NAMESPACE], [f"{SECRET}/app", f"{NAMESPACE}/app"])
