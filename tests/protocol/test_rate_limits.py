"""How often an action may be called: as documented, unless the configuration says otherwise."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from wharf.account import ROOT
from wharf.admin import Admin
from wharf.cloud import Cloud
from wharf.server import Server
from wharf.signed_request import Answer, SignedRequest

LIMITED = "RequestLimitExceeded"

MakeServer = Callable[[str], Server]


@pytest.fixture
def limiting(tmp_path: Path) -> Iterator[MakeServer]:
    """Start a server with this text in its configuration."""
    made: list[Server] = []

    def make(configuration: str) -> Server:
        made.append(Server(tmp_path / f"server-{len(made)}").configure(configuration))
        return made[-1].start()

    yield make
    for server in made:
        server.discard()


def call(server: Server, action: str, account=ROOT) -> Answer:
    return SignedRequest(account, action).send(server)


def hurry(server: Server, action: str, calls: int) -> tuple[list[Answer], float]:
    """Call as fast as one client can; the answers, and how many seconds it took."""
    began = time.monotonic()
    return [call(server, action) for _ in range(calls)], time.monotonic() - began


def passed(answers: list[Answer]) -> int:
    assert {answer.code for answer in answers} <= {None, LIMITED}
    return sum(answer.code is None for answer in answers)


def test_a_limit_is_kept_and_named(limiting: MakeServer):
    server = limiting("[rate_limits]\nenabled = true\nactions = 'DescribeRegions=3'")
    answers, seconds = hurry(server, "DescribeRegions", 60)
    assert 3 <= passed(answers) <= 3 + 3 * seconds + 1
    assert passed(answers) < 60
    refused = next(answer for answer in answers if answer.code == LIMITED)
    assert "DescribeRegions" in refused.message and "3 times a second" in refused.message
    # Of another action nothing is used up, and a moment later the limit lets calls through again.
    assert call(server, "DescribeInstances").code is None
    time.sleep(0.4)
    assert call(server, "DescribeRegions").code is None


def test_another_account_has_a_limit_of_its_own(limiting: MakeServer):
    server = limiting("[rate_limits]\nenabled = true\nactions = 'DescribeRegions=1'")
    account = Admin(server).create_account("other")
    assert passed(hurry(server, "DescribeRegions", 10)[0]) < 10
    assert call(server, "DescribeRegions", account).code is None


def test_the_documented_rates_hold_by_default(limiting: MakeServer):
    server = limiting("[rate_limits]\nenabled = true")
    # 20 a second; DescribeInstances has 100.
    answers, seconds = hurry(server, "CheckInstanceName", 1)
    assert answers[0].code == "MissingParameter" and seconds < 5
    answers, seconds = hurry(server, "DescribeRegions", 100)
    if seconds < 3:
        assert passed(answers) <= 20 + 20 * seconds + 1 < 100
    assert passed(hurry(server, "DescribeInstances", 60)[0]) == 60


def test_what_was_refused_for_its_form_counts_too(limiting: MakeServer):
    server = limiting("[rate_limits]\nenabled = true\nactions = 'CheckInstanceName=1'")
    codes = [call(server, "CheckInstanceName").code for _ in range(10)]
    assert codes[:2] == ["MissingParameter"] * 2 and LIMITED in codes


def test_whoever_calls_at_the_rate_is_not_refused(limiting: MakeServer):
    server = limiting("[rate_limits]\nenabled = true\nactions = 'DescribeRegions=10'")
    due = time.monotonic()
    for _ in range(40):
        time.sleep(max(0.0, due - time.monotonic()))
        assert call(server, "DescribeRegions").code is None
        due += 0.1


@pytest.mark.parametrize("configuration", ["[rate_limits]\nenabled = false", "[rate_limits]\npercent = 100000"])
def test_limits_can_be_lifted(limiting: MakeServer, configuration: str):
    server = limiting(configuration)
    assert passed(hurry(server, "DescribeRegions", 60)[0]) == 60


def test_whose_signature_is_wrong_uses_nothing_up(limiting: MakeServer):
    server = limiting("[rate_limits]\nenabled = true\nactions = 'DescribeRegions=1'")
    for _ in range(5):
        request = SignedRequest(ROOT, "DescribeRegions")
        request.timestamp -= 3600
        assert request.send(server).code == "AuthFailure.SignatureExpire"
    assert Cloud(server, ROOT).call("DescribeRegions").TotalCount > 0
