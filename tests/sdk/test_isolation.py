"""Two accounts: what one owns does not exist for the other."""

import pytest

from wharf.account import Account
from wharf.cloud import NAMESPACE, Cloud, Instance, refused
from wharf.layer import sha256
from wharf.oci import Registry, assert_refused
from wharf.server import Server
from wharf.small_image import SmallImage

NAMES = {"NamespaceName": NAMESPACE, "RepositoryName": "web"}

# What each action answers for an instance that does not exist.
ANSWERS = [
    ("DeleteInstance", {}, "ResourceNotFound"),
    ("CreateInstanceToken", {}, "ResourceNotFound.TcrResourceNotFound"),
    ("CreateNamespace", {"NamespaceName": "intruder", "IsPublic": True}, "ResourceNotFound"),
    ("DescribeNamespaces", {}, "ResourceNotFound"),
    ("DeleteNamespace", {"NamespaceName": NAMESPACE}, "ResourceNotFound"),
    ("CreateRepository", {**NAMES, "RepositoryName": "intruder"}, "ResourceNotFound"),
    ("DescribeRepositories", {}, "ResourceNotFound"),
    ("DeleteRepository", NAMES, "ResourceNotFound"),
    ("DescribeImages", NAMES, "ResourceNotFound"),
    ("DeleteImage", {**NAMES, "ImageVersion": "v1"}, "ResourceNotFound"),
]


@pytest.fixture
def image(registry: Registry) -> SmallImage:
    """What the root account keeps in its instance."""
    return SmallImage.make("owned").push(registry, f"{NAMESPACE}/web", "v1")


@pytest.fixture
def stranger(server: Server, account: Account) -> Cloud:
    """Another account's SDK client."""
    return Cloud(server, account)


@pytest.mark.parametrize(("action", "parameters", "code"), ANSWERS)
def test_an_instance_of_another_account(
    cloud: Cloud,
    stranger: Cloud,
    instance: Instance,
    image: SmallImage,
    action: str,
    parameters: dict,
    code: str,
):
    with refused(code):
        stranger.call(action, RegistryId=instance.id, **parameters)
    with refused(code):
        stranger.call(action, RegistryId="tcr-absent00", **parameters)
    assert cloud.status(instance) == "Running"
    assert cloud.repositories(instance) == [f"{NAMESPACE}/web"]
    assert cloud.images(instance, NAMESPACE, "web")["v1"].Digest == image.digest
    (namespace,) = cloud.call("DescribeNamespaces", RegistryId=instance.id).NamespaceList
    assert namespace.Name == NAMESPACE


def test_lists_show_only_what_is_owned(stranger: Cloud, instance: Instance):
    everything = stranger.call("DescribeInstances")
    assert (everything.TotalCount, everything.Registries) == (0, [])
    asked = stranger.call("DescribeInstances", Registryids=[instance.id])
    assert (asked.TotalCount, asked.Registries) == (0, [])
    assert not stranger.call("DescribeInstanceStatus", RegistryIds=[instance.id]).RegistryStatusSet


def test_instance_names_are_shared_by_all(stranger: Cloud, instance: Instance):
    assert stranger.call("CheckInstanceName", RegistryName=instance.name).DetailCode == 3
    with refused("InvalidParameter.ErrorNameExists"):
        stranger.create_instance(instance.name)


def test_an_own_token_does_not_open_another_instance(
    server: Server, stranger: Cloud, instance: Instance, image: SmallImage, instance_name: str
):
    own = stranger.create_instance(f"{instance_name}-own")
    intruder = Registry(server, instance, stranger.login(own))
    for path in (f"manifests/{image.digest}", f"blobs/{sha256(image.layers[0])}", "tags/list"):
        assert_refused(intruder.get(f"{NAMESPACE}/web/{path}"), 403, "DENIED")


def test_content_is_not_shared_between_instances(
    server: Server, stranger: Cloud, image: SmallImage, instance_name: str
):
    own = stranger.create_instance(f"{instance_name}-own")
    stranger.create_namespace(own, NAMESPACE)
    registry = Registry(server, own, stranger.login(own))
    registry.push_blob(f"{NAMESPACE}/web", b"own content")
    assert registry.head(f"{NAMESPACE}/web/blobs/{sha256(image.layers[0])}").status_code == 404
    put = registry.put_manifest(f"{NAMESPACE}/web", "v1", image.manifest)
    assert put.status_code == 404, "a manifest cannot claim another instance's blobs"
