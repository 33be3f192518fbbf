"""The stores go away under load and come back: clients are told, and no process needs a restart."""

import time
from collections.abc import Iterator

import pytest
import requests

from wharf.account import ROOT
from wharf.answers import Witness
from wharf.cloud import NAMESPACE, Instance, Login
from wharf.cluster import Cluster, RoundRobin
from wharf.load import Load
from wharf.oci import Registry
from wharf.polling import eventually
from wharf.server import Server
from wharf.signed_request import SignedRequest
from wharf.small_image import SmallImage
from wharf.stores import SharedStores

WORKERS = 4
SECONDS_AWAY = 5
SECONDS_PAUSED = 20
# The longest that a request may wait before it is refused; RoundRobin's clients give up there as well.
SECONDS_TO_WAIT = 60

pytestmark = pytest.mark.timeout(400)


@pytest.fixture
def witness() -> Witness:
    return Witness()


@pytest.fixture
def load(cluster: Cluster, instance: Instance, login: Login, witness: Witness) -> Load:
    return Load(WORKERS, lambda number: witness.watch(RoundRobin(cluster, instance, login, number % 3)))


@pytest.fixture(autouse=True)
def stores_are_back(cluster_stores: SharedStores) -> Iterator[None]:
    """Whatever a test leaves, the next one finds both stores at work."""
    yield
    if cluster_stores.postgres.process is None:
        cluster_stores.postgres.start()
    cluster_stores.object_store.resume()


def readiness(server: Server) -> int | None:
    """The status of /readyz, None while it does not answer in time."""
    try:
        return requests.get(f"{server.url}/readyz", timeout=20).status_code
    except requests.Timeout:
        return None


def assert_recovered(cluster: Cluster, load: Load, registries: list[Registry], witness: Witness) -> None:
    """Everything works again, nothing acknowledged is lost, and failures were clear answers."""
    load.claim(registries)
    for registry in registries:
        repository = f"{NAMESPACE}/afterwards"
        SmallImage.make(f"afterwards {registry.server.port}").push(registry, repository, "v1")
    assert all(server.process and server.process.poll() is None for server in cluster.servers)
    assert list(witness.unclear()) == []
    assert witness.silences == [], "every request is answered"
    assert witness.slowest < SECONDS_TO_WAIT


@pytest.mark.parametrize("at_once", [False, True], ids=["fast", "immediate"])
def test_postgres_is_restarted(
    cluster: Cluster,
    cluster_stores: SharedStores,
    registries: list[Registry],
    load: Load,
    witness: Witness,
    at_once: bool,
):
    with load:
        eventually("every worker pushes", lambda: load.goes_on_after([0] * WORKERS))
        for _ in range(3):
            cluster_stores.postgres.restart(at_once)
            before = load.pushed()
            eventually("every worker goes on", lambda before=before: load.goes_on_after(before), 60)
    assert_recovered(cluster, load, registries, witness)


@pytest.mark.parametrize("at_once", [False, True], ids=["fast", "immediate"])
def test_postgres_is_away_for_a_while(
    cluster: Cluster,
    cluster_stores: SharedStores,
    registries: list[Registry],
    load: Load,
    witness: Witness,
    at_once: bool,
):
    """/readyz says so, and the cloud API has an error of its own form."""
    postgres = cluster_stores.postgres
    with load:
        eventually("every worker pushes", lambda: load.goes_on_after([0] * WORKERS))
        postgres.stop_at_once() if at_once else postgres.stop()
        for server in cluster.servers:
            eventually("it is not ready", lambda server=server: readiness(server) == 503)
            code = SignedRequest(ROOT, "DescribeInstances").send(server).code
            assert code and code.startswith("InternalError"), code
        time.sleep(SECONDS_AWAY)
        postgres.start()
        for server in cluster.servers:
            eventually("it is ready again", lambda server=server: readiness(server) == 200)
        before = load.pushed()
        eventually("every worker goes on", lambda: load.goes_on_after(before), 60)
    assert witness.refusals, "clients were told"
    assert_recovered(cluster, load, registries, witness)


def test_the_object_store_is_paused(
    cluster: Cluster,
    cluster_stores: SharedStores,
    registries: list[Registry],
    load: Load,
    witness: Witness,
):
    with load:
        eventually("every worker pushes", lambda: load.goes_on_after([0] * WORKERS))
        cluster_stores.object_store.pause()
        time.sleep(SECONDS_PAUSED)
        cluster_stores.object_store.resume()
        before = load.pushed()
        eventually("every worker goes on", lambda: load.goes_on_after(before), 120)
        for server in cluster.servers:
            eventually("it is ready", lambda server=server: readiness(server) == 200)
    assert_recovered(cluster, load, registries, witness)


def test_the_object_store_is_restarted(
    cluster: Cluster,
    cluster_stores: SharedStores,
    registries: list[Registry],
    load: Load,
    witness: Witness,
):
    with load:
        eventually("every worker pushes", lambda: load.goes_on_after([0] * WORKERS))
        cluster_stores.object_store.restart()
        before = load.pushed()
        eventually("every worker goes on", lambda: load.goes_on_after(before), 60)
    assert_recovered(cluster, load, registries, witness)
