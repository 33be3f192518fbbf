"""Background work is shared: each job is done, by one process, once."""

from wharf.cloud import Instance
from wharf.cluster import Cluster
from wharf.polling import eventually

INSTANCES = 30


def test_each_job_is_done_once(cluster: Cluster):
    clouds = cluster.clouds()
    made = []
    for number in range(INSTANCES):
        name = f"many-{number}"
        cloud = clouds[number % len(clouds)]
        answer = cloud.call("CreateInstance", RegistryName=name, RegistryType="basic")
        made.append(Instance(answer.RegistryId, name))
    for cloud in clouds:
        eventually("all are Running", lambda cloud=cloud: all(cloud.status(one) == "Running" for one in made))

    done = [line for line in cluster.logged() if "job done" in line]
    counts = {instance.name: sum(instance.id in line for line in done) for instance in made}
    assert counts == {instance.name: 1 for instance in made}
