"""Measures what pages of the two long listings cost: `.tools/venv/bin/python -m bench.listings --help`.

Writes docs/benchmarks-listings.md. One client asks for one page at a time, and the pages at the front, in the middle and
at the end of a listing take turns, so that whatever else the machine does meets them alike.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import requests
from wharf.account import ROOT
from wharf.layout import MANIFEST
from wharf.signed_request import SignedRequest

from bench import REPOSITORY, machine
from bench.content import image, tag
from bench.load import Run, each, request
from bench.peers import Wharf, WharfShared
from bench.peers.wharf import NAMESPACE
from bench.rows.cloud_api import MANY, make_repositories

TAGS, REPOSITORIES, PAGE = 100_000, 20_000, 100
TAGS_OF_A_PUSH = 100
SORTS = ("name", "-name", "creation_time", "-creation_time", "update_time", "-update_time")
PLACES = ("front", "middle", "end")
# Seconds for which an order by change is not remembered after the last change, and some more.
SETTLED = 6
REPORT = REPOSITORY / "docs" / "benchmarks-listings.md"

HEAD = """\
# Pages of long listings

Written by `python -m bench.listings` ([bench/README.md](../bench/README.md)); do not edit. Milliseconds from a signed
request to the whole answer of {page} rows, seen by one client: the median, and from where to where the middle half of
the {rounds} measurements lies. *Onwards*: page after page, in three stretches that take turns. *Jump*: the page in the
middle, the first that is asked for after a change of what is listed; the rows before it are passed over in an index.
"""


@dataclass(frozen=True)
class Listing:
    """An action, its parameters, how many rows it lists, and what changes them."""

    title: str
    action: str
    parameters: dict
    rows: int
    change: Callable[[], object]


class Asking:
    """One client of one server, on one connection."""

    def __init__(self, peer: Wharf):
        self.peer = peer
        self.session = requests.Session()

    def call(self, action: str, **parameters: object) -> dict:
        assert self.peer.instance is not None
        signed = SignedRequest(ROOT, action, {"RegistryId": self.peer.instance.id, **parameters})
        answer = self.session.post(self.peer.url, headers=signed.headers(self.peer.address), data=signed.body)
        response = answer.json()["Response"]
        assert "Error" not in response, response
        return response

    def milliseconds(self, listing: Listing, page: int) -> float:
        """How long a page takes, which must be full."""
        start = time.perf_counter()
        answer = self.call(listing.action, **listing.parameters, Limit=PAGE, Offset=page)
        taken = time.perf_counter() - start
        (rows,) = (value for value in answer.values() if isinstance(value, list))
        assert (len(rows), answer["TotalCount"]) == (PAGE, listing.rows), answer["TotalCount"]
        return taken * 1000


def fill(peer: Wharf) -> None:
    """20,000 repositories, one of which has an image under 100,000 tags."""
    make_repositories(peer, REPOSITORIES - 1)
    made = image(MANY)
    for content in made.blobs:
        peer.put_blob(MANY, content)
    target = f"{peer.root(MANY)}/manifests/{made.digest}"
    numbers = range(0, TAGS, TAGS_OF_A_PUSH)
    queries = ("&".join(f"tag={tag(first + more)}" for more in range(TAGS_OF_A_PUSH)) for first in numbers)
    headers = {"Content-Type": MANIFEST}
    puts = (request("PUT", f"{target}?{query}", body=0, headers=headers, status=201) for query in queries)
    peer.load(Run(each(puts, once=True, bodies=[made.manifest.decode()]), 1, peer.headers(MANY)), 900)


def listings(asking: Asking) -> Iterator[Listing]:
    peer = asking.peer
    assert peer.instance is not None
    names = {"NamespaceName": NAMESPACE, "RepositoryName": MANY}

    def move_a_tag() -> None:
        peer.put_manifest(MANY, image(MANY).manifest, [tag(TAGS // 3)])

    def replace_a_repository() -> None:
        made = {"NamespaceName": NAMESPACE, "RepositoryName": "one-10000"}
        asking.call("DeleteRepository", **made)
        asking.call("CreateRepository", **made)

    yield Listing("DescribeImages", "DescribeImages", names, TAGS, move_a_tag)
    for where, parameters in (("over all", {}), ("of a namespace", {"NamespaceName": NAMESPACE})):
        for sort in SORTS:
            yield Listing(
                f"DescribeRepositories {where}, `{sort}`",
                "DescribeRepositories",
                {**parameters, "SortBy": sort},
                REPOSITORIES,
                replace_a_repository,
            )


def measure(asking: Asking, listing: Listing, rounds: int) -> list[str]:
    """The cells of a listing: onwards at three places, and jumps."""
    pages = listing.rows // PAGE
    starts = dict(zip(PLACES, (1, (pages - rounds) // 2, pages - rounds + 1), strict=True))
    taken: dict[str, list[float]] = {place: [] for place in PLACES}
    # A stretch begins with a jump, which does not count.
    for start in starts.values():
        asking.milliseconds(listing, max(start - 1, 1))
    for number in range(rounds):
        for place, start in starts.items():
            taken[place].append(asking.milliseconds(listing, start + number))
    jumps = []
    for _ in range(max(rounds // 4, 3)):
        listing.change()
        jumps.append(asking.milliseconds(listing, pages // 2))
    return [cell(taken[place]) for place in PLACES] + [cell(jumps)]


def cell(values: list[float]) -> str:
    low, middle, high = statistics.quantiles(values, n=4)
    return f"{middle:.1f} ({low:.1f}–{high:.1f})"


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench.listings", description=__doc__.partition(":")[0])
    parser.add_argument("--rounds", type=int, default=40, help="pages of each stretch (40)")
    parser.add_argument("--report", type=Path, default=REPORT, help="where the report is written")
    parser.add_argument("--note", default="", help="what the report says of the build or the machine")
    arguments = parser.parse_args()
    facts = {**machine.facts(), "program": Wharf.version(), "date": time.strftime("%Y-%m-%d")}
    parts = [HEAD.format(page=PAGE, rounds=arguments.rounds)]
    if arguments.note:
        parts.append(f"{arguments.note}\n")
    parts += [f"- {name}: {fact}" for name, fact in facts.items()]
    try:
        for kind in (Wharf, WharfShared):
            parts += ["", f"## {kind.title}\n", *table(kind, arguments.rounds)]
    finally:
        WharfShared.discard_stores()
    arguments.report.write_text("\n".join(parts) + "\n")
    return 0


def table(kind: type[Wharf], rounds: int) -> list[str]:
    peer = kind(None)
    try:
        peer.start()
        fill(peer)
        asking = Asking(peer)
        lines = ["| listing | onwards, front | middle | end | jump |", "|---|---|---|---|---|"]
        for listing in listings(asking):
            time.sleep(SETTLED)
            lines.append(f"| {listing.title} | {' | '.join(measure(asking, listing, rounds))} |")
            print(kind.key, lines[-1], file=sys.stderr, flush=True)
        return lines
    finally:
        peer.stop()
        peer.discard()


if __name__ == "__main__":
    sys.exit(main())
