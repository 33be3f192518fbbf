"""`kill -9` of one process after the other while clients push and pull through all of them."""

import time

import pytest

from cluster.extent import extent
from wharf.account import ROOT
from wharf.cloud import NAMESPACE, Cloud, Instance, Login
from wharf.cluster import Cluster, RoundRobin
from wharf.load import Load
from wharf.oci import Registry
from wharf.polling import eventually
from wharf.small_image import SmallImage

SECONDS = extent("WHARF_TEST_KILL_SECONDS", 20)
PERIOD = 2
WORKERS = 4

# A job of a killed process is taken up when its lease is over.
SECONDS_TO_TAKE_UP = 120


@pytest.mark.timeout(4 * SECONDS + 400)
def test_nothing_acknowledged_is_lost(
    cluster: Cluster, instance: Instance, login: Login, registries: list[Registry]
):
    made: list[Instance] = []
    with Load(WORKERS, lambda number: RoundRobin(cluster, instance, login, number % 3)) as load:
        for turn in range(SECONDS // PERIOD):
            victim = cluster.servers[turn % len(cluster.servers)]
            name = f"meanwhile-{turn}"
            answer = Cloud(victim, ROOT).call("CreateInstance", RegistryName=name, RegistryType="basic")
            made.append(Instance(answer.RegistryId, name))
            victim.kill()
            victim.start()
            time.sleep(PERIOD)
        before = load.pushed()
        eventually("every worker goes on", lambda: load.goes_on_after(before), seconds=60)

    load.claim(registries)
    for cloud in cluster.clouds():
        assert_running(cloud, made)
    for number, registry in enumerate(registries):
        for worker in range(WORKERS):
            image = SmallImage.make(f"afterwards {number} {worker}")
            image.push(registry, f"{NAMESPACE}/load-{worker}", f"afterwards-{number}")


def assert_running(cloud: Cloud, instances: list[Instance]) -> None:
    """The jobs of all these instances come to their end."""

    def left() -> list[str]:
        return [instance.name for instance in instances if cloud.status(instance) != "Running"]

    eventually("all jobs are done", lambda: not left(), seconds=SECONDS_TO_TAKE_UP, pause=0.5)
