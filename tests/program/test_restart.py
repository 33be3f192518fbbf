"""A start on an existing data directory: everything is there, and what was begun goes on."""

from wharf.account import ROOT
from wharf.cloud import NAMESPACE, Cloud
from wharf.oci import Registry
from wharf.polling import eventually
from wharf.server import Server
from wharf.small_image import SmallImage


def test_everything_is_kept(own_server: Server):
    cloud = Cloud(own_server, ROOT)
    instance = cloud.create_instance("kept", DeletionProtection=True)
    cloud.create_namespace(instance, NAMESPACE)
    registry = Registry(own_server, instance, cloud.login(instance, "longterm"))
    image = SmallImage.make("kept").push(registry, f"{NAMESPACE}/web", "v1")
    authority = own_server.certificate_authority.read_bytes()

    own_server.stop()
    own_server.start()
    assert own_server.certificate_authority.read_bytes() == authority
    assert cloud.status(instance) == "Running"
    assert cloud.images(instance, NAMESPACE, "web")["v1"].Digest == image.digest
    assert registry.get_manifest(f"{NAMESPACE}/web", "v1").content == image.manifest


def test_an_instance_in_the_making_is_finished(own_server: Server):
    cloud = Cloud(own_server, ROOT)
    made = cloud.call("CreateInstance", RegistryName="unfinished", RegistryType="basic").RegistryId
    own_server.kill()
    own_server.start()
    eventually(
        "the instance is Running",
        lambda: (
            cloud.call("DescribeInstanceStatus", RegistryIds=[made]).RegistryStatusSet[0].Status == "Running"
        ),
    )
