"""Measures rows and writes the report: `.tools/venv/bin/python -m bench --help`."""

import argparse
import fnmatch
import re
import resource
import shlex
import signal
import sys
import time
from pathlib import Path

from bench import REPORT, RESULTS, WORK, machine
from bench.load import Failed, program
from bench.measure import measure
from bench.peers import ALL, Peer, Zot
from bench.report import spread, write
from bench.results import Results
from bench.rows import ROWS, AnyRow
from bench.stage import Stage

ROUNDS, SECONDS = 3, 2.0
QUICK_ROUNDS, QUICK_SECONDS = 1, 0.5


def main() -> int:
    arguments = _arguments()
    if arguments.zot:
        Zot.path = arguments.zot.resolve()
    rows = [row for row in ROWS if _matches(row, arguments.rows)]
    if arguments.list:
        print("\n".join(f"{row.key:28} {row.family}: {row.title}" for row in rows))
        return 0
    results = Results.load(arguments.results)
    failures: list[str] = []
    if not arguments.report_only:
        # Ctrl-C and SIGTERM stop the servers first.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
        _raise_file_limit()
        failures = _run(arguments, rows, results)
    write(results, arguments.report)
    for failure in failures:
        print(f"bench: {failure}", file=sys.stderr)
    return 1 if failures else 0


def _run(arguments: argparse.Namespace, rows: list[AnyRow], results: Results) -> list[str]:
    """Measure the rows one by one; what is measured is kept, whatever comes after."""
    if not program().is_file():
        return [f"{program()} does not exist; `make bench` builds it"]
    kinds = [kind for kind in ALL if _is_wanted(kind, arguments)]
    results.facts = {
        **machine.facts(),
        "date": time.strftime("%Y-%m-%d"),
        "command": shlex.join(["python", "-m", "bench", *sys.argv[1:]]) if sys.argv[1:] else "make bench",
        "rounds": f"{arguments.rounds}, of {arguments.seconds:g} s",
    }
    results.versions |= {kind.key: kind.version() for kind in kinds}
    results.speeds = machine.speeds()
    failures = []
    with Stage() as stage:
        for position, row in enumerate(rows, 1):
            able = [kind for kind in kinds if row.needs in kind.can]
            if not able:
                continue
            print(f"[{position}/{len(rows)}] {row.key}", file=sys.stderr, flush=True)
            try:
                measured = measure(stage, row, able, arguments.rounds, arguments.seconds)
            except (Failed, AssertionError) as failure:
                failures.append(f"{row.key}: {failure}")
                print(f"    failed: {failure}", file=sys.stderr, flush=True)
                continue
            results.rows.setdefault(row.key, {}).update(measured)
            results.save(arguments.results)
            for key, one in measured.items():
                print(f"    {key:18} {spread(one)} {row.unit.sign}", file=sys.stderr, flush=True)
    return failures


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__.partition(":")[0])
    parser.add_argument("--rows", default="*", help="names with wildcards: manifest-*,token")
    parser.add_argument("--peers", help="servers with commas between: wharf,nginx")
    parser.add_argument("--rounds", type=int, help=f"rounds of each row ({ROUNDS})")
    parser.add_argument("--seconds", type=float, help=f"length of a round ({SECONDS:g})")
    parser.add_argument("--quick", action="store_true", help="one short round: whether it works")
    parser.add_argument("--list", action="store_true", help="say which rows there are")
    parser.add_argument("--report-only", action="store_true", help="measure nothing, write the report")
    parser.add_argument("--zot", type=Path, help="the program of zot, to take part")
    parser.add_argument("--results", type=Path, help="where the numbers are kept")
    parser.add_argument("--report", type=Path, help="where the report is written")
    arguments = parser.parse_args()
    known = {kind.key for kind in ALL}
    if unknown := set(_words(arguments.peers)) - known:
        parser.error(f"no such server: {', '.join(sorted(unknown))}; there are {', '.join(sorted(known))}")
    # What a quick run finds does not mix with what counts.
    arguments.results = arguments.results or (WORK / "quick.json" if arguments.quick else RESULTS)
    arguments.report = arguments.report or (WORK / "quick.md" if arguments.quick else REPORT)
    arguments.rounds = arguments.rounds or (QUICK_ROUNDS if arguments.quick else ROUNDS)
    arguments.seconds = arguments.seconds or (QUICK_SECONDS if arguments.quick else SECONDS)
    return arguments


def _words(text: str | None) -> list[str]:
    return [word for word in re.split(r"[,\s]+", text or "") if word]


def _matches(row: AnyRow, patterns: str) -> bool:
    return any(fnmatch.fnmatchcase(row.key, pattern) for pattern in _words(patterns))


def _is_wanted(kind: type[Peer], arguments: argparse.Namespace) -> bool:
    if kind is Zot and not arguments.zot:
        return False
    return not arguments.peers or kind.key in _words(arguments.peers)


def _raise_file_limit() -> None:
    """A thousand connections have two ends each."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


if __name__ == "__main__":
    sys.exit(main())
