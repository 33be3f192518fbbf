"""Three processes as one registry, on stores that these tests may stop."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from wharf.cloud import NAMESPACE, Cloud, Instance, Login
from wharf.cluster import Cluster, MakeCluster
from wharf.load_balancer import LoadBalancer
from wharf.oci import Registry
from wharf.stores import SharedStores

SIZE = 3


@pytest.fixture(scope="session")
def cluster_stores() -> Iterator[SharedStores]:
    """A PostgreSQL and an S3 server that no other folder's tests use."""
    stores = SharedStores()
    try:
        yield stores.start()
    finally:
        stores.discard()


@pytest.fixture
def make_cluster(cluster_stores: SharedStores, tmp_path: Path) -> Iterator[MakeCluster]:
    """Makes clusters that belong to one test, not started yet."""
    made: list[Cluster] = []

    def make(size: int = SIZE, settings: dict[str, str] | None = None) -> Cluster:
        made.append(Cluster(tmp_path / f"cluster-{len(made)}", cluster_stores, size, settings))
        return made[-1]

    yield make
    for cluster in made:
        cluster.discard()


@pytest.fixture
def cluster(make_cluster: MakeCluster) -> Cluster:
    """A running cluster that belongs to one test."""
    return make_cluster().start()


@pytest.fixture
def cloud(cluster: Cluster) -> Cloud:
    """The root account's SDK client of the first process."""
    return cluster.clouds()[0]


@pytest.fixture
def instance(cloud: Cloud) -> Instance:
    made = cloud.create_instance("shared")
    cloud.create_namespace(made, NAMESPACE)
    return made


@pytest.fixture
def login(cloud: Cloud, instance: Instance) -> Login:
    """A token that outlives whatever a test does."""
    return cloud.login(instance, "longterm")


@pytest.fixture
def registries(cluster: Cluster, instance: Instance, login: Login) -> list[Registry]:
    """The owner's view through each process."""
    return cluster.registries(instance, login)


@pytest.fixture
def balancer() -> Iterator[LoadBalancer]:
    """A load balancer that is not started yet."""
    made = LoadBalancer()
    try:
        yield made
    finally:
        made.discard()
