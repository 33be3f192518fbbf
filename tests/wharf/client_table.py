"""A pytest plugin: docs/clients.md says what the client tests of a whole run did.

`@pytest.mark.client(NAME, VERB, …)` says what a test shows; `@pytest.mark.client` alone, that a test
belongs to the same run. The transports are those of the ways that the tests took.
"""

from collections import defaultdict
from collections.abc import Generator, Iterable
from itertools import dropwhile, takewhile
from pathlib import Path

import pytest

from wharf.client_version import client_version
from wharf.program import REPOSITORY

PAGE = REPOSITORY / "docs" / "clients.md"
VERBS = ("push", "pull", "list", "delete", "sign/verify")
COLUMNS = ("client", "version", *VERBS, "transport")
# Their versions are the system's, and differ from machine to machine.
SYSTEM_CLIENTS = {"buildah", "ctr", "podman", "skopeo"}


class ClientTable:
    """Collects what this run's client tests did."""

    def __init__(self) -> None:
        self.verbs: dict[str, set[str]] = defaultdict(set)
        self.transports: dict[str, set[str]] = defaultdict(set)
        self.failed: list[str] = []
        self.is_whole = False

    def note(self, item: pytest.Item, report: pytest.TestReport) -> None:
        """Take in one phase of a test."""
        for marker in item.iter_markers("client"):
            client, *verbs = marker.args or (None,)
            assert set(verbs) <= set(VERBS), f"{item.nodeid} names another verb than {VERBS}"
            if report.failed:
                self.failed.append(item.nodeid)
            elif client and report.when == "call" and report.passed:
                self.verbs[client].update(verbs)
                way = getattr(item, "funcargs", {}).get("way")
                self.transports[client].update({way.transport} if way else ())

    def lines(self) -> list[str]:
        """The table in Markdown."""
        rows = [_row(COLUMNS), _row("---" for _ in COLUMNS)]
        for client in sorted(self.verbs):
            ticks = ("✓" if verb in self.verbs[client] else "–" for verb in VERBS)
            transports = ", ".join(sorted(self.transports[client], reverse=True))
            rows.append(_row((client, client_version(client), *ticks, transports)))
        return rows


def committed_lines(page: Path = PAGE) -> list[str]:
    """The table that the page holds: the lines from its header on."""
    below = dropwhile(lambda line: line != _row(COLUMNS), page.read_text().splitlines())
    return list(takewhile(lambda line: line.startswith("|"), below))


def promised(lines: list[str]) -> list[str]:
    """What a table promises on every machine: all of it but the versions of the system's clients."""
    rows = [line.strip("| ").split(" | ") for line in lines]
    return [_row((row[0], "–", *row[2:]) if row[0] in SYSTEM_CLIENTS else row) for row in rows]


def write_lines(lines: list[str], page: Path = PAGE) -> None:
    """Put the table in the place of the page's."""
    old = committed_lines(page)
    assert old, f"{page} has no line {_row(COLUMNS)}"
    page.write_text(page.read_text().replace("\n".join(old), "\n".join(lines)))


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


TABLE = pytest.StashKey[ClientTable]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--write-clients-table",
        action="store_true",
        help="write what the client tests did into docs/clients.md, instead of comparing",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "client(name, *verbs): what the test shows of a client")
    config.stash[TABLE] = ClientTable()


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> Generator[None, object, object]:
    """See whether all client tests of the tree are to run, and put the comparison behind them."""
    clients = {item for item in items if item.get_closest_marker("client")}
    answer = yield
    named = [(config.invocation_params.dir / argument).resolve() for argument in config.args]
    config.stash[TABLE].is_whole = config.rootpath in named and clients <= set(items)
    items.sort(key=lambda item: "client_table" in getattr(item, "fixturenames", ()))
    return answer


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    item.config.stash[TABLE].note(item, report)
    return report


@pytest.fixture
def client_table(request: pytest.FixtureRequest) -> ClientTable:
    """What the client tests did; skips unless all of them ran."""
    table = request.config.stash[TABLE]
    if not table.is_whole:
        pytest.skip("the table needs all client tests: pytest tests -m client")
    return table
