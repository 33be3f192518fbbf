"""What rows took when they were last recorded, and whether they still do."""

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path

Counts = dict[str, int]

# Either way: a gain that nobody records would hide the next loss.
TOLERANCE = 0.10
DIGITS = 3
RECORD = "make instructions INSTRUCTIONS=--record"


@dataclass
class Baseline:
    """Instructions a request by row, and what they were measured with."""

    measured_with: dict[str, str] = field(default_factory=dict)
    rows: Counts = field(default_factory=dict)

    @classmethod
    def load(cls, file: Path) -> "Baseline":
        return cls(**json.loads(file.read_text())) if file.exists() else cls()

    def save(self, file: Path) -> None:
        kept = {"measured_with": self.measured_with, "rows": self.rows}
        file.write_text(json.dumps(kept, indent=4, sort_keys=True) + "\n")

    def recorded(self, measured_with: dict[str, str], now: Counts, known: Collection[str]) -> "Baseline":
        """This baseline with what was measured now, and without rows that are not known any more."""
        kept = {row: count for row, count in self.rows.items() if row in known}
        return Baseline(measured_with, kept | {row: rounded(count) for row, count in now.items()})

    def table(self, now: Counts) -> Iterable[str]:
        yield f"{'row':20} {'baseline':>12} {'now':>12} {'change':>9}"
        for row, count in now.items():
            before = self.rows.get(row)
            cells = ("none", "") if before is None else (f"{before:,}", f"{change(before, count):+.1%}")
            yield f"{row:20} {cells[0]:>12} {rounded(count):>12,} {cells[1]:>9}"

    def complaints(self, now: Counts, known: Collection[str]) -> Iterable[str]:
        """What is wrong, a sentence each. `now` may be a part of the rows that are known."""
        for row, count in now.items():
            if row not in self.rows:
                yield f"{row} has no baseline; `{RECORD}` writes it"
            elif abs(change(self.rows[row], count)) > TOLERANCE:
                yield _moved(row, self.rows[row], count)
        for row in sorted(self.rows.keys() - known):
            yield f"{row} has a baseline and is no row any more; `{RECORD}` takes it away"

    def differences(self, measured_with: dict[str, str]) -> Iterable[str]:
        """In what this machine or program is unlike those of the baseline."""
        for what, value in measured_with.items():
            before = self.measured_with.get(what, value)
            if before != value:
                yield f"the baseline was measured with another {what}: {before}, not {value}"


def change(before: int, now: int) -> float:
    """By which part of what it was before a count has grown."""
    return now / before - 1


def rounded(count: int) -> int:
    """To three digits: the others are noise, and would be in each difference of the file."""
    return round(count, DIGITS - len(str(count)))


def _moved(row: str, before: int, now: int) -> str:
    by = change(before, now)
    direction, reason = ("more", "If that is meant") if by > 0 else ("fewer", "To keep the gain")
    return (
        f"{row} takes {abs(by):.1%} {direction} instructions than its baseline, {rounded(now):,} a request"
        f" instead of {before:,}. {reason}, run `{RECORD}` and commit bench/instructions.json"
    )
