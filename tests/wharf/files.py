"""Folders in which a server works meanwhile."""

import os
from pathlib import Path


def files_below(folder: Path) -> list[Path]:
    """All files; what goes while this looks may be among them or not."""
    return [Path(where) / name for where, _, names in os.walk(folder) for name in names]
