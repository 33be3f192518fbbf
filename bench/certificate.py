"""One certificate for everybody."""

from dataclasses import dataclass
from pathlib import Path

from wharf.program import run

DAYS = "30"


@dataclass(frozen=True)
class Certificate:
    """A certificate for 127.0.0.1 that is its own authority, and its key."""

    file: Path
    key: Path

    @classmethod
    def make(cls, folder: Path) -> "Certificate":
        made = cls(folder / "bench.pem", folder / "bench.key")
        key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", made.key)
        names = ("-subj", "/CN=Bench", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost")
        leaf = ("-addext", "basicConstraints=critical,CA:FALSE")
        run("openssl", "req", "-x509", "-days", DAYS, *key, *names, *leaf, "-out", made.file)
        return made
