"""The machine: what it is, and how fast its disk and its SHA-256 are."""

import hashlib
import os
import platform
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from wharf.program import attempt

TRIES = 3
SIZE = 256 * 1000 * 1000
PIECE = 1 << 20
MEGABYTE = 1e6

DISK, SHA256 = "disk", "sha256"


def facts() -> dict[str, str]:
    """What the report says of the machine."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    where = tempfile.gettempdir()
    file_system = attempt("stat", "--file-system", "--format=%T", where).stdout.strip()
    return {
        "processor": f"{_processor()}, {os.cpu_count()} cores",
        "memory": f"{memory:.0f} GB",
        "system": f"{_distribution()}, Linux {platform.release()}",
        "data of all servers": f"{file_system}, one disk",
    }


def speeds() -> dict[str, float]:
    """MB/s of one thread: written and synced to the disk that all servers use; hashed."""
    content = os.urandom(SIZE)
    with tempfile.TemporaryDirectory(prefix="bench-disk-") as folder:
        disk = _median(lambda: _write(Path(folder) / "file", content))
    return {DISK: disk, SHA256: _median(lambda: hashlib.sha256(content).digest())}


def _median(work: Callable[[], object]) -> float:
    speeds = []
    for _ in range(TRIES):
        os.sync()
        began = time.monotonic()
        work()
        speeds.append(SIZE / (time.monotonic() - began) / MEGABYTE)
    return statistics.median(speeds)


def _write(file: Path, content: bytes) -> None:
    with file.open("wb", buffering=0) as output:
        for start in range(0, SIZE, PIECE):
            output.write(memoryview(content)[start : start + PIECE])
        os.fdatasync(output.fileno())


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def _distribution() -> str:
    return platform.freedesktop_os_release().get("PRETTY_NAME", "Linux")
