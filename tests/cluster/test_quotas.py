"""What an edition allows holds when it is asked for through two processes at once."""

import pytest

from wharf.cloud import NAMESPACE
from wharf.cluster import MakeCluster
from wharf.quota_doors import QUOTAS, TAGGED, Doors
from wharf.small_image import SmallImage


@pytest.fixture
def doors(make_cluster: MakeCluster) -> Doors:
    """An instance through two processes by turns, with an image without a tag."""
    cluster = make_cluster(2)
    for server in cluster.servers:
        server.configure(QUOTAS)
    cloud = cluster.start().clouds()[0]
    instance = cloud.create_instance("bounded")
    cloud.create_namespace(instance, NAMESPACE)
    doors = Doors(cluster.servers, instance, cloud.login(instance))
    SmallImage.make("tagged").push(doors.registry(), TAGGED)
    return doors


def test_fifty_at_once_through_two_processes(doors: Doors):
    doors.fill(doors.tag, doors.tags)
    doors.fill(doors.namespace, doors.namespaces)
    doors.fill(doors.token, doors.tokens)
    doors.fill(doors.repository, doors.repositories)
