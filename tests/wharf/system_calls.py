"""The system calls of a running server, as strace sees them."""

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from wharf.polling import eventually
from wharf.server import Server

CALLS = "fsync,fdatasync,rename,write,writev,pwrite64,pwritev,sendto,sendmsg"
LINE = re.compile(r"(?P<began>[\d.]+) (?P<name>\w+)\((?P<arguments>.*)\) += (?P<result>-?\d+).* <(?P<took>[\d.]+)>")


@dataclass(frozen=True)
class Call:
    """One call: when it was, in seconds, and what strace writes of its arguments."""

    name: str
    arguments: str
    began: float
    ended: float

    def is_sync_of(self, path: str) -> bool:
        return self.name in ("fsync", "fdatasync") and path in self.arguments


class Trace:
    """What was noted, once tracing has ended."""

    def __init__(self, folder: Path):
        self.folder = folder

    def calls(self) -> list[Call]:
        """The calls that succeeded, in the order of their ends."""
        lines = [line for file in self.folder.glob("trace.*") for line in file.read_text().splitlines()]
        found = [match for match in map(LINE.fullmatch, lines) if match and int(match["result"]) >= 0]
        calls = [
            Call(one["name"], one["arguments"], float(one["began"]), float(one["began"]) + float(one["took"]))
            for one in found
        ]
        return sorted(calls, key=lambda call: call.ended)


@contextmanager
def traced(server: Server, folder: Path) -> Iterator[Trace]:
    """Note the server's calls while the block runs, in which a request is answered.

    A file a thread, so that no line is torn.
    """
    assert server.process is not None
    said = folder / "strace.err"
    options = ["-f", "-ff", "-ttt", "-T", "-y", "-s", "64", "-e", f"trace={CALLS}", "-o", folder / "trace"]
    with said.open("wb") as errors:
        tracer = subprocess.Popen(["strace", *options, "-p", str(server.process.pid)], stderr=errors)
    try:
        eventually("strace is attached", lambda: "attached" in said.read_text())
        trace = Trace(folder)
        yield trace
        # The client has the answer before strace has noted how the call ended.
        eventually("an answer is noted", lambda: any("HTTP/1.1 " in call.arguments for call in trace.calls()))
    finally:
        tracer.terminate()
        tracer.wait(20)
