"""A containerd of the tests' own: its root, state and socket are in a folder that goes with it."""

import shutil
import subprocess
import tempfile
from pathlib import Path

from wharf.polling import eventually
from wharf.program import attempt, run

CONFIGURATION = """\
version = 2
root = "{folder}/root"
state = "{folder}/state"
disabled_plugins = ["io.containerd.grpc.v1.cri"]
[grpc]
  address = "{folder}/socket"
[ttrpc]
  address = "{folder}/ttrpc"
"""


class Containerd:
    """A daemon that runs while its `with` block does, and `ctr` for it."""

    def __enter__(self) -> "Containerd":
        # A socket's path has 107 characters at most, which pytest's own folders may exceed.
        self.folder = Path(tempfile.mkdtemp(prefix="containerd-"))
        self.log = self.folder / "log"
        (self.folder / "config.toml").write_text(CONFIGURATION.format(folder=self.folder))
        with self.log.open("wb") as log:
            command = ["containerd", "--config", str(self.folder / "config.toml")]
            self.process = subprocess.Popen(command, stdout=log, stderr=log)
        eventually("containerd answers", self.is_ready)
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait(30)
        shutil.rmtree(self.folder)

    def is_ready(self) -> bool:
        """Whether the daemon answers; fails when it has ended instead."""
        assert self.process.poll() is None, f"containerd ended by itself:\n{self.log.read_text()}"
        return attempt("ctr", "--address", self.folder / "socket", "version").returncode == 0

    def ctr(self, *words: object, environment: dict[str, str] | None = None) -> str:
        """Run ctr in a namespace of the tests, which must succeed."""
        place = ["--address", self.folder / "socket", "--namespace", "tests"]
        return run("ctr", *place, *words, environment=environment)
