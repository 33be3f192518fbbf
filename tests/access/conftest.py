"""The token service of the test's instance, and what is public there."""

import pytest

from wharf.account import ROOT, Account
from wharf.admin import Admin
from wharf.cloud import NAMESPACE, Cloud, Instance, Login
from wharf.oci import Registry
from wharf.server import Server
from wharf.small_image import SmallImage
from wharf.token_service import TokenService

PUBLIC = "open"


@pytest.fixture
def tokens(server: Server, instance: Instance) -> TokenService:
    return TokenService(server, instance)


@pytest.fixture
def image(registry: Registry) -> SmallImage:
    """An image in the private repository `team/web`."""
    return SmallImage.make("access").push(registry, f"{NAMESPACE}/web", "v1")


@pytest.fixture
def public_image(cloud: Cloud, instance: Instance, registry: Registry) -> SmallImage:
    """An image in the repository `open/web` of a public namespace."""
    cloud.create_namespace(instance, PUBLIC, public=True)
    return SmallImage.make("public").push(registry, f"{PUBLIC}/web", "v1")


@pytest.fixture
def stranger(server: Server, account: Account, instance_name: str) -> Login:
    """Another account, logged in with a token of its own instance."""
    cloud = Cloud(server, account)
    return cloud.login(cloud.create_instance(f"{instance_name}-strange"))


@pytest.fixture
def own_cloud(own_server: Server) -> Cloud:
    """The root account on a server of the test's own."""
    return Cloud(own_server, ROOT)


@pytest.fixture
def own_admin(own_server: Server) -> Admin:
    return Admin(own_server)


@pytest.fixture
def own_instance(own_cloud: Cloud) -> Instance:
    made = own_cloud.create_instance("own")
    own_cloud.create_namespace(made, NAMESPACE)
    return made


@pytest.fixture
def own_tokens(own_server: Server, own_instance: Instance) -> TokenService:
    return TokenService(own_server, own_instance)
