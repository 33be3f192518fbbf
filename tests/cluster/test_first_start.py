"""The first start of several processes on empty stores, all at once."""

from wharf.account import ROOT
from wharf.cloud import Cloud
from wharf.cluster import Cluster


def test_all_processes_become_one_registry(cluster: Cluster):
    first, *others = cluster.clouds()
    made = first.create_instance("one")
    for other in others:
        assert other.status(made) == "Running"


def test_a_process_that_joins_later_sees_everything(cluster: Cluster):
    last = cluster.servers[-1]
    last.stop()
    made = Cloud(cluster.servers[0], ROOT).create_instance("before")
    last.start()
    assert Cloud(last, ROOT).status(made) == "Running"
