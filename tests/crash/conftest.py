"""An instance on a server that the test may kill."""

import pytest

from wharf.account import ROOT
from wharf.cloud import NAMESPACE, Cloud, Instance
from wharf.oci import Registry
from wharf.server import Server


@pytest.fixture
def own_cloud(own_server: Server) -> Cloud:
    return Cloud(own_server, ROOT)


@pytest.fixture
def own_instance(own_cloud: Cloud) -> Instance:
    instance = own_cloud.create_instance("survivor")
    own_cloud.create_namespace(instance, NAMESPACE)
    return instance


@pytest.fixture
def own_registry(own_server: Server, own_cloud: Cloud, own_instance: Instance) -> Registry:
    """Raw access with a token that outlives restarts."""
    return Registry(own_server, own_instance, own_cloud.login(own_instance, "longterm"))
