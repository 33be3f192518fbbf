"""What operators look at: health, readiness, metrics, request ids, the version."""

import re

import pytest
import requests

from wharf.account import ROOT
from wharf.oci import Registry
from wharf.program import run, wharf_binary
from wharf.server import Server
from wharf.signed_request import SignedRequest

METRIC = re.compile(r"^[a-zA-Z_:][a-zA-Z0-9_:]*(\{[^{}]*\})? [-+]?([0-9.eE+-]+|Inf|NaN)( \d+)?$")


def metrics(server: Server) -> dict[str, float]:
    """All samples by name and labels; fails on a line that Prometheus could not read."""
    answer = requests.get(f"{server.url}/metrics", timeout=10)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith(("text/plain", "application/openmetrics-text"))
    samples = [line for line in answer.text.splitlines() if line and not line.startswith("#")]
    assert all(METRIC.match(line) for line in samples), answer.text
    return {line.rsplit(" ", 1)[0]: float(line.rsplit(" ", 1)[1]) for line in samples}


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health(server: Server, path: str):
    assert requests.get(server.url + path, timeout=10).status_code == 200


def test_metrics_count_what_happens(server: Server):
    before = metrics(server)
    assert SignedRequest(ROOT, "DescribeRegions").send(server).code is None
    requests.get(f"{server.url}/v2/", timeout=10)
    after = metrics(server)
    grown = {name for name, value in after.items() if value > before.get(name, 0)}
    assert any("request" in name for name in grown), sorted(after)


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics", "/v2/", "/service/token", "/absent"])
def test_every_answer_has_a_request_id_of_its_own(server: Server, path: str):
    ids = {requests.get(server.url + path, timeout=10).headers["X-Request-Id"] for _ in range(3)}
    assert len(ids) == 3 and all(ids)


def test_registry_answers_have_one_too(registry: Registry):
    refused = registry.get("absent/web/tags/list")
    assert refused.status_code == 404
    assert refused.headers["X-Request-Id"]


@pytest.mark.parametrize("action", ["DescribeRegions", "NoSuchAction"])
def test_a_request_id_is_found_in_the_log(server: Server, action: str):
    answer = SignedRequest(ROOT, action).send(server)
    assert answer.response["RequestId"] in server.log.read_text()


def test_version():
    said = run(wharf_binary(), "version").strip()
    assert re.search(r"\d+\.\d+\.\d+", said)
