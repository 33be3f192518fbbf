"""Processes share the rate limits of the cloud API within 10 %."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from wharf.account import ROOT
from wharf.cluster import Cluster, MakeCluster
from wharf.server import Server
from wharf.signed_request import SignedRequest

SECONDS = 6.0


def hammer(server: Server, until: float) -> int:
    """Call as fast as one client can; how many calls were let through."""
    passed = 0
    while time.monotonic() < until:
        code = SignedRequest(ROOT, "DescribeRegions").send(server).code
        assert code in (None, "RequestLimitExceeded")
        passed += code is None
    return passed


@pytest.fixture
def pair(make_cluster: MakeCluster) -> Cluster:
    return make_cluster(2)


@pytest.mark.parametrize("rate", [20, 2])
def test_two_processes_let_through_what_one_would(pair: Cluster, rate: int):
    for server in pair.servers:
        server.configure(f"[rate_limits]\nenabled = true\nactions = 'DescribeRegions={rate}'")
    pair.start()
    began = time.monotonic()
    with ThreadPoolExecutor(2) as pool:
        one, other = pool.map(lambda server: hammer(server, began + SECONDS), pair.servers)
    seconds = time.monotonic() - began
    assert 0.9 * rate * seconds <= one + other <= 1.1 * rate * seconds + rate, (one, other)


def test_neither_process_is_starved(pair: Cluster):
    """At a rate that the limit allows, calls at both processes pass, however small the limit is."""
    for server in pair.servers:
        server.configure("[rate_limits]\nenabled = true\nactions = 'DescribeRegions=1'")
    pair.start()
    for number in range(6):
        answer = SignedRequest(ROOT, "DescribeRegions").send(pair.servers[number % 2])
        assert answer.code is None, f"call {number}: {answer.code}"
        time.sleep(1.0)
