"""Wharf under Callgrind, which counts the instructions of the process, not those of the kernel."""

import re
import time
from pathlib import Path

from wharf.layer import sha256
from wharf.oci import Registry
from wharf.program import run

from bench.instructions import PROFILES
from bench.peers.wharf import NAMESPACE, Wharf

TOTAL = re.compile(r"^totals: (\d+)", re.MULTILINE)
SETTLE_SECONDS, IDLE_SECONDS = 1, 4


class CountedWharf(Wharf):
    """SQLite and files. Starts as it is, to be filled, or to be counted."""

    many_tags = 1_200

    def __init__(self) -> None:
        super().__init__(None)
        self.profile = self.server.directory / "callgrind"
        self.dumps = 0
        self.began = 0.0
        self.idle_rate = 0.0

    def start_counted(self) -> None:
        """Start under Callgrind, and find out what it does when nothing is asked."""
        log = self.server.directory / "callgrind.log"
        files = (f"--callgrind-out-file={self.profile}", f"--log-file={log}")
        self.server.under = ("valgrind", "--tool=callgrind", *files)
        self.start()
        time.sleep(SETTLE_SECONDS)
        self.count_anew()
        time.sleep(IDLE_SECONDS)
        self.idle_rate = self.counted("idle") / IDLE_SECONDS

    def count_anew(self) -> None:
        run("callgrind_control", "--zero", self.pid)
        self.began = time.monotonic()

    def counted(self, row: str) -> float:
        """The instructions since `count_anew`, less those that so much time takes when nothing is asked.

        Where they went is kept for callgrind_annotate.
        """
        idle = self.idle_rate * (time.monotonic() - self.began)
        run("callgrind_control", "--dump", self.pid)
        self.dumps += 1
        text = Path(f"{self.profile}.{self.dumps}").read_text()
        PROFILES.mkdir(parents=True, exist_ok=True)
        (PROFILES / f"{row}.callgrind").write_text(text)
        found = TOTAL.search(text)
        assert found is not None, f"Callgrind wrote no total for {row}"
        return int(found[1]) - idle

    def put_manifest(self, repository: str, manifest: bytes, tags: list[str], public: bool = False) -> str:
        """Without the generator, which need not be built to count."""
        assert self.instance is not None and not public
        registry = Registry(self.server, self.instance, self.login)
        digest = sha256(manifest)
        for reference in tags or [digest]:
            put = registry.put_manifest(f"{NAMESPACE}/{repository}", reference, manifest)
            assert put.status_code == 201, put.text
        return digest
