"""A clock for a server that a test moves ahead while the server runs (libfaketime)."""

import time
from pathlib import Path


class MovedClock:
    """How far one server's clock is ahead of this machine's. Its monotonic clock runs as ever."""

    def __init__(self, directory: Path):
        self.file = directory / "clock"
        self.ahead = 0
        self._write()

    @property
    def environment(self) -> dict[str, str]:
        """What a server needs to go by this clock."""
        library = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), None)
        assert library is not None, "libfaketime is not there: run tests/install.sh"
        return {
            "LD_PRELOAD": str(library),
            "FAKETIME_TIMESTAMP_FILE": str(self.file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }

    def now(self) -> int:
        """The server's time, in seconds since 1970."""
        return int(time.time()) + self.ahead

    def move_to(self, moment: int) -> None:
        """Let it be that time, in seconds since 1970, from now on. It is never moved back."""
        assert moment >= self.now()
        self.ahead += moment - self.now()
        self._write()

    def _write(self) -> None:
        # The server may read at any time: it finds the old text or the new one.
        new = self.file.with_suffix(".new")
        new.write_text(f"+{self.ahead}\n")
        new.rename(self.file)
