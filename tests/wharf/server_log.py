"""A pytest plugin: a failed test shows what the servers logged while it ran."""

from collections.abc import Generator

import pytest

from wharf.server import Server

LOG_STARTS = pytest.StashKey[dict[Server, int]]()
SHOWN_BYTES = 8000


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Note where each server's log stands when a test begins."""
    item.stash[LOG_STARTS] = {server: server.log.stat().st_size for server in Server.known}
    return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Attach the end of each log that grew."""
    report = yield
    if report.failed:
        for server in Server.known:
            logged = server.log.read_bytes()[item.stash[LOG_STARTS].get(server, 0) :]
            if logged:
                tail = logged[-SHOWN_BYTES:].decode(errors="replace")
                report.sections.append((f"log of {server.address}", tail))
    return report
