"""skopeo through nginx as deploy/compose sets it up, while processes stop and start behind it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from wharf.cloud import NAMESPACE, Instance, Login
from wharf.cluster import Cluster, MakeCluster
from wharf.layout import Layout
from wharf.load_balancer import LoadBalancer
from wharf.polling import eventually
from wharf.server import Server
from wharf.skopeo import Skopeo

PLAIN_PUSH, PLAIN_PULL = "--dest-tls-verify=false", "--src-tls-verify=false"
IMAGES = 6


@pytest.fixture
def cluster(make_cluster: MakeCluster, balancer: LoadBalancer) -> Iterator[Cluster]:
    """Two processes that send their clients to the load balancer."""
    made = make_cluster(size=2, settings={"WHARF_PUBLIC_URL": balancer.url}).start()
    balancer.spread_over(server.address for server in made.servers).start()
    yield made
    balancer.stop()


def test_push_and_pull_while_one_process_stops(
    cluster: Cluster,
    balancer: LoadBalancer,
    instance: Instance,
    login: Login,
    images: Layout,
    tmp_path: Path,
):
    """No push or pull fails: what ran at the process is finished, the rest goes to the other."""
    skopeo = Skopeo(cluster.servers[0], login)

    def there_and_back(number: int) -> None:
        image = f"docker://{balancer.address}/{instance.name}/{NAMESPACE}/all-{number}:v1"
        skopeo.push(f"oci:{images.path}:all", image, "--all", PLAIN_PUSH)
        skopeo.pull(image, f"oci:{tmp_path}/pulled-{number}:all", "--all", PLAIN_PULL)
        assert Layout(tmp_path / f"pulled-{number}").digests() == images.digests()

    there_and_back(0)
    for server in cluster.servers:
        with ThreadPoolExecutor(2) as clients:
            running = [clients.submit(there_and_back, number) for number in range(1, IMAGES)]
            eventually("the first is through", lambda done=running[0]: done.done(), seconds=60)
            server.stop()
            for one in running:
                one.result(100)
        server.start()
        eventually("it is asked again", lambda server=server: is_asked(server, balancer))


def test_both_processes_are_asked(cluster: Cluster, balancer: LoadBalancer):
    for server in cluster.servers:
        eventually("it is asked", lambda server=server: is_asked(server, balancer))


def is_asked(server: Server, balancer: LoadBalancer) -> bool:
    """Whether the balancer's next request comes to this process."""
    before = server.log.stat().st_size
    assert requests.get(f"{balancer.url}/v2/", timeout=10).status_code == 401
    return server.log.stat().st_size > before
