"""A program of others that serves while the tests run, in a folder that goes with it."""

import os
import signal
import subprocess
import tempfile
import threading
from pathlib import Path

from wharf.polling import eventually
from wharf.port import free_port

Command = list[str | Path]


class Daemon:
    """A process on a port of its own, which it keeps when it is started again.

    It logs to a file and never outlives the tests: the kernel ends it when they end, however that
    is. It is no part of their terminal's group: Ctrl-C reaches the tests, which then stop it.
    """

    ends_by = signal.SIGTERM
    user: str | None = None

    def __init__(self, name: str):
        # Not below pytest's folders: those are root's alone, and the process may be another user's.
        self.temporary = tempfile.TemporaryDirectory(prefix=f"{name}-")
        self.folder = Path(self.temporary.name)
        self.log = self.folder / "log"
        self.name = name
        self.port = free_port()
        self.process: subprocess.Popen | None = None

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def command(self) -> Command:
        """The program and its arguments; it must stay in the foreground."""
        raise NotImplementedError

    def environment(self) -> dict[str, str]:
        """What the process gets besides this one's environment."""
        return {}

    def answers(self) -> bool:
        """Whether the process does its work already."""
        raise NotImplementedError

    def start(self):
        """Start the process and wait until it answers."""
        assert self.process is None, f"{self.name} runs already"
        # The kernel counts the thread that starts a process as its parent.
        assert threading.current_thread() is threading.main_thread(), "only the main thread lasts"
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                ["setpriv", *as_user(self.user), f"--pdeathsig={self.ends_by.name[3:]}", *self.command()],
                cwd=self.folder,
                env={**os.environ, **self.environment()},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        eventually(f"{self.name} answers", self._is_ready, pause=0.02)
        return self

    def stop(self, by: signal.Signals | None = None) -> None:
        """End the process and wait until it has; of one that has ended already, only take note."""
        if self.process is not None:
            self.process.send_signal(by or self.ends_by)
            self.process.send_signal(signal.SIGCONT)
            self.process.wait(60)
            self.process = None

    def discard(self) -> None:
        """Stop, and leave nothing behind."""
        try:
            self.stop()
        finally:
            if self.process is not None:
                self.process.kill()
            self.temporary.cleanup()

    def _is_ready(self) -> bool:
        assert self.process is not None and self.process.poll() is None, (
            f"{self.name} ended by itself:\n{self.log.read_text(errors='replace')}"
        )
        return self.answers()


def as_user(name: str | None) -> Command:
    """Flags of setpriv that make this process another user's."""
    return [f"--reuid={name}", f"--regid={name}", "--clear-groups"] if name else []
