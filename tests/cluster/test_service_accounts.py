"""What is taken from a service account is gone at every process, and what is given is there at once."""

import time

import pytest

from wharf.cloud import NAMESPACE, Cloud, Instance
from wharf.cluster import Cluster, MakeCluster
from wharf.oci import Registry
from wharf.polling import eventually
from wharf.service_account import PULL, PUSH, create, delete, modify, other_password, permissions
from wharf.small_image import SmallImage
from wharf.token_service import TokenService

REPOSITORY = f"{NAMESPACE}/app"
# How long another process may remember what it read, and a moment more for the request itself.
BOUND = 0.2


@pytest.fixture
def cluster(make_cluster: MakeCluster) -> Cluster:
    return make_cluster(size=2).start()


@pytest.fixture
def image(registries: list[Registry]) -> SmallImage:
    return SmallImage.make("cluster of service accounts").push(registries[0], REPOSITORY, "v1")


def pull(registry: Registry) -> int:
    return registry.get_manifest(REPOSITORY, "v1").status_code


CHANGES = [
    ("disabled", {"Disable": True}, {"Disable": False}, 401),
    (
        "permissions",
        {"Permissions": permissions({NAMESPACE: [PUSH]})},
        {"Permissions": permissions({NAMESPACE: [PULL]})},
        403,
    ),
]


@pytest.mark.parametrize(("what", "take", "give", "status"), CHANGES, ids=[change[0] for change in CHANGES])
def test_taken_and_given_back(
    cluster: Cluster,
    cloud: Cloud,
    instance: Instance,
    image: SmallImage,
    what: str,
    take: dict,
    give: dict,
    status: int,
):
    login = create(cloud, instance, "ci", {NAMESPACE: [PULL]})
    bearer = TokenService(cluster.servers[1], instance).token(login, f"repository:{REPOSITORY}:pull")
    by_password = cluster.registries(instance, login)
    by_bearer = [Registry(server, instance, token=bearer, by_host=True) for server in cluster.servers]
    for _ in range(3):
        # Twice, so that it is in the memory of both processes.
        assert [pull(view) for view in (by_password + by_bearer) * 2] == [200] * 8
        modify(cloud, instance, login, **take)
        # The process that changed it knows at once, the other within its bound.
        assert [pull(view) for view in (by_password[0], by_bearer[0])] == [status] * 2
        time.sleep(BOUND)
        assert [pull(view) for view in by_bearer * 2] == [status] * 4
        modify(cloud, instance, login, **give)
        assert [pull(view) for view in by_bearer + by_password] == [200] * 4


@pytest.mark.parametrize("take", [other_password, delete])
def test_gone_for_good(cluster: Cluster, cloud: Cloud, instance: Instance, image: SmallImage, take):
    login = create(cloud, instance, "ci", {NAMESPACE: [PULL]})
    bearer = TokenService(cluster.servers[1], instance).token(login, f"repository:{REPOSITORY}:pull")
    views = cluster.registries(instance, login)
    views += [Registry(server, instance, token=bearer, by_host=True) for server in cluster.servers]
    assert [pull(view) for view in views * 2] == [200] * 8
    take(cloud, instance, login)
    time.sleep(BOUND)
    assert [pull(view) for view in views] == [401] * 4


def test_an_end_that_is_put_off_holds_everywhere(
    cluster: Cluster, cloud: Cloud, instance: Instance, image: SmallImage
):
    login = create(cloud, instance, "ci", {NAMESPACE: [PULL]}, ExpiresAt=int(time.time() * 1000) + 2000)
    bearer = TokenService(cluster.servers[1], instance).token(login, f"repository:{REPOSITORY}:pull")
    views = [Registry(server, instance, token=bearer, by_host=True) for server in cluster.servers]
    assert [pull(view) for view in views * 2] == [200] * 4
    eventually("the account has ended", lambda: [pull(view) for view in views] == [401, 401])
    modify(cloud, instance, login, Duration=1)
    assert [pull(view) for view in views] == [200, 200]
