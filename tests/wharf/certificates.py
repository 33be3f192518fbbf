"""Certificates made with openssl, signed by an authority of the tests' own."""

from dataclasses import dataclass
from pathlib import Path

from wharf.program import run

DAYS = "30"


@dataclass(frozen=True)
class Pair:
    """A certificate and its key, as text."""

    certificate: str
    key: str


class Authority:
    """An authority in a folder; `file` is what clients are told to trust."""

    def __init__(self, folder: Path):
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.file = folder / "authority.pem"
        self.key = folder / "authority.key"
        self._openssl("req", "-x509", "-subj", "/CN=Tests", *self._new_key(self.key), "-out", self.file)

    def certify(self, *names: str) -> Pair:
        """A new certificate for these host names."""
        key, request, certificate = (self.folder / name for name in ("one.key", "one.csr", "one.pem"))
        extensions = self.folder / "extensions"
        extensions.write_text("subjectAltName=" + ",".join(f"DNS:{name}" for name in names))
        self._openssl("req", "-new", "-subj", "/CN=One", *self._new_key(key), "-out", request)
        signing = ("-CA", self.file, "-CAkey", self.key, "-CAcreateserial", "-extfile", extensions)
        self._openssl("x509", "-req", "-in", request, *signing, "-days", DAYS, "-out", certificate)
        return Pair(certificate.read_text(), key.read_text())

    def _new_key(self, key: Path) -> tuple[object, ...]:
        return "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key

    def _openssl(self, *words: object) -> None:
        run("openssl", *words)
