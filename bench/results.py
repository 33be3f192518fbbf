"""What was measured, kept so that a run of a few rows replaces those rows alone."""

import json
import statistics
from dataclasses import asdict, dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Sample:
    """One round of one server. `work` is what `cpu` is spread over: gigabytes or thousands of units."""

    value: float
    cpu: float | None = None
    work: float | None = None
    p50: float | None = None
    p99: float | None = None


@dataclass
class Measured:
    """All rounds of one server in one row; memory in bytes at its highest."""

    samples: list[Sample] = field(default_factory=list)
    memory: int | None = None

    @property
    def values(self) -> list[float]:
        return [sample.value for sample in self.samples]

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    @property
    def cpu_per_work(self) -> float | None:
        """CPU seconds for a gigabyte or for a thousand units, over all rounds."""
        cpu = sum(sample.cpu or 0 for sample in self.samples)
        work = sum(sample.work or 0 for sample in self.samples)
        return cpu / work if work else None

    def latency(self, name: str) -> float | None:
        """The median over the rounds of `p50` or `p99`, in microseconds."""
        found = [getattr(sample, name) for sample in self.samples]
        known = [value for value in found if value is not None]
        return statistics.median(known) if known else None


@dataclass
class Results:
    """The rows by key, each with its servers by key; and where and how they were measured."""

    rows: dict[str, dict[str, Measured]] = field(default_factory=dict)
    facts: dict[str, str] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    speeds: dict[str, float] = field(default_factory=dict)

    @classmethod
    def load(cls, file: Path) -> "Results":
        if not file.exists():
            return cls()
        kept = json.loads(file.read_text())
        rows = {
            row: {
                peer: Measured([Sample(**sample) for sample in one["samples"]], one["memory"])
                for peer, one in peers.items()
            }
            for row, peers in kept.pop("rows").items()
        }
        return cls(rows, **kept)

    def save(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(asdict(self), indent=1) + "\n")

    def of(self, row: str, peer: str) -> Measured | None:
        return self.rows.get(row, {}).get(peer)
