"""What is somebody's, and who would like to see it.

All tests share one set of instances, of which nothing may change; each test checks that afterwards.
"""

from collections.abc import Iterator

import pytest

from isolation.belongings import (
    ABSENT_NAME,
    OTHER_REPOSITORY,
    REPOSITORY,
    SERVICE_ACCOUNT,
    TAG,
    Belongings,
    Snapshot,
)
from wharf.account import ROOT, Account
from wharf.admin import Admin
from wharf.cloud import NAMESPACE, Cloud, Instance, Login
from wharf.oci import Registry
from wharf.server import Server
from wharf.service_account import ALL, create
from wharf.small_image import SmallImage


@pytest.fixture(scope="session")
def intruder_account(server: Server) -> Account:
    return Admin(server).create_account("intruder")


@pytest.fixture(scope="session")
def intruder(server: Server, intruder_account: Account) -> Cloud:
    """The other account's cloud API client."""
    return Cloud(server, intruder_account)


@pytest.fixture(scope="session")
def image() -> SmallImage:
    """The image that only the owner has."""
    return SmallImage.make("isolation")


@pytest.fixture(scope="session")
def shared_image() -> SmallImage:
    """The image that both have pushed, each into its own instance."""
    return SmallImage.make("isolation of what both have")


@pytest.fixture(scope="session")
def belongings(server: Server, image: SmallImage, shared_image: SmallImage) -> Belongings:
    """The root account's instance with images, a referrer and an upload under way."""
    cloud = Cloud(server, ROOT)
    instance = cloud.create_instance(ABSENT_NAME.replace("absent", "owners"))
    cloud.create_namespace(instance, NAMESPACE)
    registry = Registry(server, instance, cloud.login(instance, "longterm"))
    image.push(registry, REPOSITORY, TAG, "other")
    shared_image.push(registry, OTHER_REPOSITORY, "v1")
    upload = registry.start_upload(REPOSITORY)
    assert registry.send_chunk(upload, 0, b"first").status_code == 202
    service_account = create(cloud, instance, SERVICE_ACCOUNT, {NAMESPACE: ALL})
    return Belongings(server, cloud, instance, registry, upload.rsplit("/", 1)[1], image, service_account)


@pytest.fixture(scope="session")
def own_instance(server: Server, intruder: Cloud, shared_image: SmallImage) -> Instance:
    """The other account's instance: an image that the owner has too, and another in `REPOSITORY`."""
    instance = intruder.create_instance("intruders-instance")
    intruder.create_namespace(instance, NAMESPACE)
    registry = Registry(server, instance, intruder.login(instance))
    shared_image.push(registry, OTHER_REPOSITORY, "v1")
    SmallImage.make("the intruder's own").push(registry, REPOSITORY, "mine")
    return instance


@pytest.fixture(scope="session")
def own_login(intruder: Cloud, own_instance: Instance) -> Login:
    return intruder.login(own_instance, "longterm")


@pytest.fixture(scope="session")
def own_service_account(intruder: Cloud, own_instance: Instance) -> Login:
    """The other account's service account, of the same name as the owner's."""
    return create(intruder, own_instance, SERVICE_ACCOUNT, {NAMESPACE: ALL})


@pytest.fixture(scope="session")
def own(server: Server, own_instance: Instance, own_login: Login) -> Registry:
    """The other account in its own instance."""
    return Registry(server, own_instance, own_login)


@pytest.fixture(scope="session")
def sibling_login(server: Server) -> Login:
    """The owner itself, with a token for another of its instances."""
    cloud = Cloud(server, ROOT)
    return cloud.login(cloud.create_instance("sibling-instance"), "longterm")


@pytest.fixture(scope="session")
def before(belongings: Belongings) -> Snapshot:
    """What the owner had before anything was tried."""
    return Snapshot.of(belongings)


@pytest.fixture(autouse=True)
def nothing_changes(belongings: Belongings, before: Snapshot) -> Iterator[None]:
    """Whatever was tried, the owner has what it had."""
    yield
    assert Snapshot.of(belongings) == before
