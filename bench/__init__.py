"""Wharf and its peers on one machine, in one run: every claim about speed is made here."""

import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
WORK = REPOSITORY / "target" / "bench"
RESULTS = WORK / "results.json"
REPORT = REPOSITORY / "docs" / "benchmarks.md"

# The servers and clients of the end-to-end tests.
sys.path.append(str(REPOSITORY / "tests"))
