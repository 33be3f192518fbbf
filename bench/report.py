"""docs/benchmarks.md, written from the results alone."""

import itertools
from collections.abc import Iterable
from pathlib import Path

from bench.machine import DISK, SHA256
from bench.peers import ALL, OURS, Peer, Wharf
from bench.reasons import why
from bench.results import Measured, Results
from bench.rows import ROWS, AnyRow, Row, Unit
from bench.targets import TARGETS, Unknown

OTHERS = tuple(kind for kind in ALL if kind not in OURS)
MEGABYTE = 1e6

HEAD = """\
# Benchmarks

Written by `make bench` ([bench/README.md](../bench/README.md)); do not edit. All servers ran on one machine in one
run, with the same work from the same generator, one after the other in each round. Wharf checks a bearer token at
each request; the peers have log-in turned off. Rounds of one row differ by its spread: what is closer together than
that is the same. Numbers of two machines say nothing about each other; ratios may.
"""

DURABILITY = """\
Wharf on files answers a push when content, folder and database are synced. Distribution syncs the content of a file at
the end of each request that wrote it; 2.8 does not sync folders, 3.1 syncs those of small files. versitygw, the S3
server behind the shared stores, syncs nothing.
"""


def write(results: Results, file: Path) -> None:
    chapters = (_targets, _behind, _setting, _overview, _details)
    parts = (part for chapter in chapters for part in chapter(results))
    file.write_text("\n".join([HEAD, *parts]))


def ratio(ours: float, theirs: float, more_is_better: bool) -> float:
    """How many times as good as theirs ours is: above 1 is better, whichever way the numbers go."""
    return ours / theirs if more_is_better else theirs / ours


def number(value: float) -> str:
    """Three digits that matter."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def spread(measured: Measured) -> str:
    """The median, and from where to where the rounds went."""
    values = measured.values
    if len(values) == 1:
        return number(values[0])
    return f"{number(measured.median)} ({number(min(values))}–{number(max(values))})"


def _targets(results: Results) -> Iterable[str]:
    yield "## Targets\n"
    yield "| | target | measured | holds |\n|---|---|---|---|"
    for target in TARGETS:
        try:
            found = target.look(results)
            cells = (found.says, "yes" if found.holds else "**no**")
        except Unknown:
            cells = ("not measured", "")
        yield f"| {target.number} | {target.promise} | {cells[0]} | {cells[1]} |"
    yield ""


def _behind(results: Results) -> Iterable[str]:
    """Each row in which a peer's median is better than Wharf's, under the reason."""
    yield "## Where Wharf is behind, and why\n"
    found: dict[str, list[str]] = {}
    for ours, row, peer, times in _comparisons(results):
        if times < 1:
            line = f"- {ours.title}: {row.family}: {row.title}: {times:.2f} × {peer.title}"
            found.setdefault(why(row.key, ours.key, peer.key), []).append(line)
    for reason, lines in found.items():
        yield "\n".join([reason, "", *lines, ""])
    if not found:
        yield "In no row.\n"


def _comparisons(results: Results) -> Iterable[tuple[type[Peer], AnyRow, type[Peer], float]]:
    for our_kind, row, peer in itertools.product(OURS, ROWS, OTHERS):
        ours, theirs = results.of(row.key, our_kind.key), results.of(row.key, peer.key)
        if ours and theirs:
            yield our_kind, row, peer, ratio(ours.median, theirs.median, row.unit.more_is_better)


def _setting(results: Results) -> Iterable[str]:
    yield "## Machine and programs\n"
    yield "| | |\n|---|---|"
    for name, text in results.facts.items():
        yield f"| {name} | {text} |"
    if results.speeds:
        yield f"| disk, 256 MB written and synced | {results.speeds[DISK]:,.0f} MB/s |"
        yield f"| SHA-256, one thread (OpenSSL) | {results.speeds[SHA256]:,.0f} MB/s |"
    for kind in ALL:
        if kind.key in results.versions:
            yield f"| {kind.title} | {results.versions[kind.key]} |"
    yield ""
    yield DURABILITY


def _overview(results: Results) -> Iterable[str]:
    kinds = _measured_kinds(results)
    yield "## Overview\n"
    yield "Medians. In brackets how many times as good as that Wharf is: above 1 Wharf is ahead.\n"
    yield f"| row | unit | {' | '.join(kind.title for kind in kinds)} |"
    yield f"|---|---|{'---:|' * len(kinds)}"
    for row in ROWS:
        if row.key in results.rows:
            cells = (_overview_cell(results, row, kind) for kind in kinds)
            yield f"| {row.family}: {row.title} | {row.unit.sign} | {' | '.join(cells)} |"
    yield ""


def _overview_cell(results: Results, row: AnyRow, kind: type[Peer]) -> str:
    found, ours = results.of(row.key, kind.key), results.of(row.key, Wharf.key)
    if found is None:
        return ""
    text = number(found.median)
    if ours is None or kind is Wharf:
        return text
    return f"{text} ({ratio(ours.median, found.median, row.unit.more_is_better):.2f} ×)"


def _details(results: Results) -> Iterable[str]:
    for family, rows in itertools.groupby(ROWS, key=lambda row: row.family):
        measured = [row for row in rows if row.key in results.rows]
        if not measured:
            continue
        yield f"## {family}\n"
        yield (
            "| row | server | median (from–to) | p50 ms | p99 ms | CPU s | peak MB |\n"
            "|---|---|---:|---:|---:|---:|---:|"
        )
        for row in measured:
            yield from _lines(results, row)
        yield ""
        notes = dict.fromkeys(f"- {row.title}: {row.note}" for row in measured if row.note)
        if notes:
            yield "\n".join(notes) + "\n"
        if any(isinstance(row, Row) for row in measured):
            yield "CPU seconds of the server: for a GB where the unit is MB/s, else for 1,000.\n"


def _lines(results: Results, row: AnyRow) -> Iterable[str]:
    title = f"{row.title}, {row.unit.sign}"
    for kind in ALL:
        found = results.of(row.key, kind.key)
        if found is not None:
            cells = (
                spread(found),
                _milliseconds(found.latency("p50")),
                _milliseconds(found.latency("p99")),
                f"{found.cpu_per_work:.3f}" if found.cpu_per_work is not None else "",
                f"{found.memory / MEGABYTE:.0f}" if found.memory else "",
            )
            yield f"| {title} | {kind.title} | {' | '.join(cells)} |"
            title = ""


def _milliseconds(microseconds: float | None) -> str:
    return "" if microseconds is None else number(microseconds / 1000)


def _measured_kinds(results: Results) -> list[type[Peer]]:
    found = {peer for peers in results.rows.values() for peer in peers}
    return [kind for kind in ALL if kind.key in found]
