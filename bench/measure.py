"""One row: all servers do the same work, one after the other, round after round."""

import os
from collections.abc import Iterator, Sequence
from typing import TypeVar

from bench import process
from bench.content import Content
from bench.peers import Peer
from bench.results import Measured, Sample
from bench.rows import AnyRow, Figure, Row
from bench.stage import Stage

GIGABYTE = 1e9
THOUSAND = 1e3

Kinds = Sequence[type[Peer]]
Server = TypeVar("Server")


def measure(stage: Stage, row: AnyRow, kinds: Kinds, rounds: int, seconds: float) -> dict[str, Measured]:
    """The row's numbers by server."""
    if isinstance(row, Figure):
        return _figure(stage, row, kinds, rounds)
    if row.fresh:
        return _on_fresh_servers(stage, row, kinds, rounds, seconds)
    return _on_lasting_servers(stage, row, kinds, rounds, seconds)


def _on_lasting_servers(
    stage: Stage, row: Row, kinds: Kinds, rounds: int, seconds: float
) -> dict[str, Measured]:
    """The servers start for the row, so that their memory is the row's."""
    contents = [stage.content(kind, row) for kind in kinds]
    try:
        for content in contents:
            # What the row reads is put there by a process that is not measured.
            content.peer.start()
            row.run(content.peer, content)
            content.peer.stop()
            content.peer.start()
            content.peer.load(row.run(content.peer, content), row.warm_up)
        measured = {content.peer.key: Measured() for content in contents}
        for turn in _turns(contents, rounds):
            _sample(row, turn, measured[turn.peer.key], seconds)
    finally:
        for content in contents:
            content.peer.stop()
    return measured


def _on_fresh_servers(
    stage: Stage, row: Row, kinds: Kinds, rounds: int, seconds: float
) -> dict[str, Measured]:
    measured = {kind.key: Measured() for kind in kinds}
    for kind in _turns(kinds, rounds):
        with stage.fresh(kind, row) as content:
            if row.warm_up:
                content.peer.load(row.run(content.peer, content), row.warm_up)
            _sample(row, content, measured[kind.key], seconds)
    return measured


def _figure(stage: Stage, row: Figure, kinds: Kinds, rounds: int) -> dict[str, Measured]:
    contents = [stage.content(kind, row) for kind in kinds]
    measured = {content.peer.key: Measured() for content in contents}
    for content in contents:
        # The first start makes what later ones find.
        content.peer.start()
        row.prepare(content.peer, content)
        content.peer.stop()
    for turn in _turns(contents, 1 if row.once else rounds):
        try:
            measured[turn.peer.key].samples.append(Sample(row.take(turn.peer, turn)))
        finally:
            turn.peer.stop()
    return measured


def _turns(servers: Sequence[Server], rounds: int) -> Iterator[Server]:
    """Each server once a round; another one begins each round."""
    for number in range(rounds):
        start = number % len(servers)
        yield from (*servers[start:], *servers[:start])


def _sample(row: Row, content: Content, measured: Measured, seconds: float) -> None:
    """One round of one server, with the disk at rest when it begins."""
    peer = content.peer
    run = row.run(peer, content)
    os.sync()
    before = process.cpu_seconds(peer.pids())
    outcome = peer.load(run, seconds)
    cpu = process.cpu_seconds(peer.pids()) - before
    moved = outcome.sent + outcome.received
    latency = outcome.latency or {}
    measured.samples.append(
        Sample(
            value=row.unit.of(outcome),
            cpu=cpu,
            work=moved / GIGABYTE if row.unit.is_bytes else outcome.units / THOUSAND,
            p50=latency.get("p50"),
            p99=latency.get("p99"),
        )
    )
    measured.memory = max(measured.memory or 0, peer.peak_memory())
