"""A `wharf serve` process, its directory and its ways to end."""

import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import requests

from wharf.account import ROOT
from wharf.polling import eventually
from wharf.port import free_port
from wharf.program import clean_environment, wharf_binary
from wharf.stores import EmbeddedStores, Place, Stores

PRESET_ROOT = {
    "WHARF_ROOT_SECRET_ID": ROOT.secret_id,
    "WHARF_ROOT_SECRET_KEY": ROOT.secret_key,
    "WHARF_ROOT_PASSWORD": ROOT.password,
}


class Server:
    """One server on a port of its own. It keeps its port and its data when it is started again.

    It gets a place of its own in the stores of the run, unless it is to share the `place` of others.
    """

    known: list["Server"] = []
    stores: Stores = EmbeddedStores()

    def __init__(
        self, directory: Path, environment: dict[str, str] | None = None, place: Place | None = None
    ):
        self.directory = directory
        self.data = directory / "data"
        self.port = free_port()
        self.own_place = Server.stores.place() if place is None else None
        self.log = directory / "server.log"
        self.output = directory / "server.out"
        self.environment = {
            "WHARF_LISTEN": f"127.0.0.1:{self.port}",
            "WHARF_DATA_DIR": str(self.data),
            # Tests and benchmarks call faster than people; those about the limits set them on in the file.
            "WHARF_RATE_LIMITS": "false",
            **(place or self.own_place or Place()).environment,
            **(PRESET_ROOT if environment is None else environment),
        }
        # A program that runs the server and watches it, with its options.
        self.under: tuple[str, ...] = ()
        self.process: subprocess.Popen | None = None
        directory.mkdir(parents=True, exist_ok=True)
        self.log.touch()
        Server.known.append(self)

    @property
    def address(self) -> str:
        """`127.0.0.1:PORT`, the registry part of an image reference by path."""
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"http://{self.address}"

    @property
    def certificate_authority(self) -> Path:
        return self.data / "tls" / "ca.pem"

    def host(self, instance: str) -> str:
        """`NAME.localhost:PORT`, the registry part of an image reference by host."""
        return f"{instance}.localhost:{self.port}"

    def configure(self, text: str) -> "Server":
        """Write the configuration file that the next start reads."""
        (self.directory / "wharf.toml").write_text(text)
        return self

    def start(self, is_ready: Callable[[], bool] | None = None) -> "Server":
        """Start the process and wait until it is ready. What it prints goes to files.

        A server that does not answer plain HTTP needs another `is_ready`.
        """
        assert self.process is None, "the server runs already"
        with self.log.open("ab") as log, self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [*self.under, wharf_binary(), "serve"],
                cwd=self.directory,
                env=clean_environment(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=log,
            )
        eventually("the server is ready", is_ready or self.is_ready, pause=0.005)
        return self

    def is_ready(self) -> bool:
        """Whether /readyz answers 200; fails when the process has ended instead."""
        assert self.process is not None and self.process.poll() is None, (
            f"the server ended by itself:\n{self.log.read_text()}"
        )
        try:
            return requests.get(f"{self.url}/readyz", timeout=5).status_code == 200
        except requests.ConnectionError:
            return False

    def kill(self) -> None:
        """End the process at once (SIGKILL), wherever it stands."""
        self._process().kill()
        self.wait()

    def terminate(self) -> None:
        """Ask the process to end (SIGTERM) and return at once."""
        self._process().send_signal(signal.SIGTERM)

    def stop(self) -> None:
        """Ask the process to end and wait for it; it must end well."""
        self.terminate()
        status = self.wait()
        assert status == 0, f"after SIGTERM the server exited with {status}"

    def wait(self, seconds: float = 30) -> int:
        """Wait for the process's end and return its exit status."""
        status = self._process().wait(seconds)
        self.process = None
        return status

    def discard(self) -> None:
        """Be done with the server, in whatever state a test left it."""
        if self.process is not None:
            self.kill()
        Server.known.remove(self)
        if self.own_place is not None:
            self.own_place.discard()

    def _process(self) -> subprocess.Popen:
        assert self.process is not None, "the server does not run"
        return self.process
