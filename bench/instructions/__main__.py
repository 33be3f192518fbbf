"""Counts instructions of hot paths: `.tools/venv/bin/python -m bench.instructions --help`."""

import argparse
import fnmatch
import os
import platform
import signal
import sys

from wharf.program import run, wharf_binary

from bench import REPOSITORY
from bench.content import Content
from bench.instructions import BASELINE, PROFILES
from bench.instructions.baseline import Baseline, Counts
from bench.instructions.client import Client
from bench.instructions.counted import CountedWharf
from bench.instructions.rows import ROWS, WARM_UP, Row


def main() -> int:
    arguments = _arguments()
    # Ctrl-C and SIGTERM stop the server first.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    # On one core Wharf starts as many threads on any machine, and they take turns alike each time.
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    baseline, known, measured_with = Baseline.load(BASELINE), [row.key for row in ROWS], _measured_with()
    differences = list(baseline.differences(measured_with))
    if arguments.record and differences and len(arguments.rows) < len(ROWS):
        return _say([*differences, "so all rows have to be recorded, or none"])
    now = _count(arguments.rows)
    print("\n".join(baseline.table(now)), flush=True)
    if arguments.record:
        baseline.recorded(measured_with, now, known).save(BASELINE)
        return 0
    complaints = list(baseline.complaints(now, known))
    where = f"`callgrind_annotate {PROFILES.relative_to(REPOSITORY)}/ROW.callgrind` says where instructions went"
    return _say([*complaints, *differences, where]) if complaints else 0


def _say(complaints: list[str]) -> int:
    """Why this ends with status 1."""
    for complaint in complaints:
        print(f"instructions: {complaint}", file=sys.stderr)
    return 1


def _count(rows: list[Row]) -> Counts:
    """Instructions a unit of each row."""
    peer = CountedWharf()
    try:
        content = Content(peer)
        # What rows read is put there by a process that is not slowed down.
        peer.start()
        for row in rows:
            row.run(peer, content)
        peer.stop()
        peer.start_counted()
        counts = {row.key: _count_row(peer, content, row) for row in rows}
        peer.stop()
    finally:
        peer.discard()
    return counts


def _count_row(peer: CountedWharf, content: Content, row: Row) -> int:
    with Client(peer.address) as client:
        units = client.units(row.run(peer, content))
        for _ in range(WARM_UP):
            next(units)
        peer.count_anew()
        for _ in range(row.units):
            next(units)
        return round(peer.counted(row.key) / row.units)


def _measured_with() -> dict[str, str]:
    """What counts depend on besides Wharf. Cargo puts the program into a folder of its profile's name."""
    return {
        "architecture": platform.machine(),
        "profile": wharf_binary().parent.name,
        "valgrind": run("valgrind", "--version").strip(),
    }


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench.instructions", description=__doc__.partition(":")[0])
    parser.add_argument("--record", action="store_true", help="write what is counted as the baseline")
    parser.add_argument("--rows", default="*", metavar="PATTERN", help="names with wildcards: manifest-*")
    arguments = parser.parse_args()
    arguments.rows = [row for row in ROWS if fnmatch.fnmatchcase(row.key, arguments.rows)]
    if not arguments.rows:
        parser.error(f"no such row; there are {', '.join(row.key for row in ROWS)}")
    return arguments


if __name__ == "__main__":
    sys.exit(main())
