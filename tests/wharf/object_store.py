"""An S3 server of the tests' own, with one bucket in which everybody gets a prefix."""

import secrets
import shutil
import signal
from pathlib import Path

from wharf.daemon import Command, Daemon
from wharf.port import listens
from wharf.program import go_tool, run

ACCESS_KEY = "access-key-of-the-tests"
SECRET_KEY = "secret-key-of-the-tests"
REGION = "us-east-1"
BUCKET = "wharf-tests"

# What a client of the store has in its environment.
CREDENTIALS = {"AWS_ACCESS_KEY_ID": ACCESS_KEY, "AWS_SECRET_ACCESS_KEY": SECRET_KEY}


class ObjectStore(Daemon):
    """Any S3 server that keeps its buckets as folders; the programs are below."""

    def __init__(self, program: str):
        super().__init__(program)
        self.objects = self.folder / "objects"
        self.objects.mkdir()
        self.program = go_tool(program)
        assert self.program.is_file(), f"{program} is not installed; run tests/install.sh"

    def answers(self) -> bool:
        return listens(self.port)

    def start(self) -> "ObjectStore":
        super().start()
        if not (self.objects / BUCKET).exists():
            self.request("PUT", f"/{BUCKET}")
        return self

    def restart(self) -> None:
        self.stop()
        self.start()

    def pause(self) -> None:
        """From now on the store takes connections and answers nothing."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Answer again, first what came meanwhile."""
        self._signal(signal.SIGCONT)

    def create_prefix(self) -> str:
        """A storage URL that nobody else has."""
        endpoint = f"endpoint=http://{self.address}&region={REGION}"
        return f"s3://{BUCKET}/{secrets.token_hex(6)}?{endpoint}"

    def drop_prefix(self, url: str) -> None:
        """Remove all objects below a prefix, without asking the server for each."""
        shutil.rmtree(self.folder_of(url), ignore_errors=True)

    def folder_of(self, url: str) -> Path:
        """Where the server keeps what is below a storage URL."""
        return self.objects / url.removeprefix("s3://").split("?")[0]

    def request(self, method: str, path: str) -> str:
        """Send a signed request that must succeed and return the answer's body."""
        signing = ("--aws-sigv4", f"aws:amz:{REGION}:s3", "--user", f"{ACCESS_KEY}:{SECRET_KEY}")
        unsigned = ("--header", "x-amz-content-sha256: UNSIGNED-PAYLOAD")
        flags = ("--silent", "--show-error", "--fail-with-body", "--max-time", "20", "--request", method)
        return run("curl", *flags, *signing, *unsigned, f"http://{self.address}{path}")

    def _signal(self, number: signal.Signals) -> None:
        assert self.process is not None, f"{self.name} does not run"
        self.process.send_signal(number)


class Versitygw(ObjectStore):
    """The usual store: objects are plain files, their metadata lie beside them."""

    def __init__(self) -> None:
        super().__init__("versitygw")
        self.metadata = self.folder / "metadata"
        self.metadata.mkdir()

    def command(self) -> Command:
        where = ["--port", self.address, "--region", REGION, "--keep-alive", "--quiet"]
        return [self.program, *where, "posix", "--sidecar", self.metadata, self.objects]

    def environment(self) -> dict[str, str]:
        return {"ROOT_ACCESS_KEY": ACCESS_KEY, "ROOT_SECRET_KEY": SECRET_KEY}

    def drop_prefix(self, url: str) -> None:
        super().drop_prefix(url)
        shutil.rmtree(self.metadata / self.folder_of(url).relative_to(self.objects), ignore_errors=True)


class Minio(ObjectStore):
    """A second opinion on what S3 is, for the suite of the blob stores; not installed by default."""

    def __init__(self) -> None:
        super().__init__("minio")

    @staticmethod
    def is_installed() -> bool:
        return go_tool("minio").is_file()

    def command(self) -> Command:
        return [self.program, "server", "--quiet", "--address", self.address, self.objects]

    def environment(self) -> dict[str, str]:
        return {"MINIO_ROOT_USER": ACCESS_KEY, "MINIO_ROOT_PASSWORD": SECRET_KEY, "MINIO_BROWSER": "off"}
