"""skopeo, logged in to one instance."""

import json
import shutil
import tempfile
from pathlib import Path

from wharf.cloud import Login
from wharf.program import run
from wharf.server import Server


class Skopeo:
    """Runs skopeo with a user's credentials; TLS is verified against the server's authority."""

    def __init__(self, server: Server, login: Login, environment: dict[str, str] | None = None):
        self.login = login
        self.environment = environment
        self.certificates = Path(tempfile.mkdtemp(dir=server.directory, prefix="certificates-"))
        shutil.copy(server.certificate_authority, self.certificates / "ca.crt")

    def push(self, source: str, target: str, *flags: object) -> None:
        """Copy from disk into the registry."""
        self._run("copy", "--quiet", *self.access("dest-"), *flags, source, target)

    def pull(self, source: str, target: str, *flags: object) -> None:
        """Copy from the registry to disk."""
        self._run("copy", "--quiet", *self.access("src-"), *flags, source, target)

    def copy(self, source: str, target: str) -> None:
        """Copy inside the registry."""
        self._run("copy", "--quiet", *self.access("src-"), *self.access("dest-"), source, target)

    def inspect(self, image: str, *flags: object) -> str:
        return self._run("inspect", *self.access(), *flags, image)

    def tags(self, repository: str) -> list[str]:
        return json.loads(self._run("list-tags", *self.access(), repository))["Tags"]

    def delete(self, image: str) -> None:
        self._run("delete", *self.access(), image)

    def access(self, side: str = "") -> list[object]:
        """The flags for credentials and trust, for the `src-` or `dest-` of a copy."""
        return [f"--{side}creds", self.login, f"--{side}cert-dir", self.certificates]

    def _run(self, *words: object) -> str:
        return run("skopeo", *words, environment=self.environment)
