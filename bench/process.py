"""What processes use of the machine, as /proc has it."""

import os
from collections.abc import Iterable
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
KIB = 1024


def tree(root: int) -> list[int]:
    """The process and all processes below it."""
    parents = {pid: _stat(pid)[1] for pid in _all()}
    found = [root]
    for pid in found:
        found.extend(child for child, parent in parents.items() if parent == str(pid))
    return found


def cpu_seconds(roots: Iterable[int]) -> float:
    """CPU time of these processes and those below them, with that of children that have ended."""
    ticks = 0
    for pid in (pid for root in roots for pid in tree(root)):
        ticks += sum(int(field) for field in _stat(pid)[11:15])
    return ticks / TICKS


def peak_memory(root: int) -> int:
    """Bytes of memory of the process and those below it, each at its highest."""
    return sum(_status(pid, "VmHWM") for pid in tree(root))


def memory(root: int) -> int:
    """Bytes of memory now; pages that processes share count once."""
    return sum(_rollup(pid, "Pss") for pid in tree(root))


def _all() -> list[int]:
    return [int(entry) for entry in os.listdir("/proc") if entry.isdigit()]


def _stat(pid: int) -> list[str]:
    """The fields of proc_pid_stat(5) from the third on; nothing of a process that has ended."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ["Z"] + ["0"] * 50
    return text.rpartition(")")[2].split()


def _status(pid: int, name: str) -> int:
    return _kib(Path(f"/proc/{pid}/status"), name)


def _rollup(pid: int, name: str) -> int:
    return _kib(Path(f"/proc/{pid}/smaps_rollup"), name)


def _kib(file: Path, name: str) -> int:
    for line in file.read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) * KIB
    return 0
