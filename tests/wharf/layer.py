"""Image layers: deterministic tar archives, compressed the same way every time."""

import gzip
import hashlib
import io
import tarfile
from dataclasses import dataclass
from pathlib import Path

from wharf import debian

# Every file carries one time, so that equal content gives equal digests.
TIMESTAMP = 1_577_836_800  # 2020-01-01T00:00:00Z


@dataclass(frozen=True)
class Layer:
    """A compressed layer; `diff_id` is the digest of the tar archive before compression."""

    content: bytes
    diff_id: str
    created_by: str

    @property
    def digest(self) -> str:
        return sha256(self.content)


def sha256(content: bytes) -> str:
    """The content's digest as registries write it."""
    return "sha256:" + hashlib.sha256(content).hexdigest()


def base_layer() -> Layer:
    """The directories and links that every Debian root file system starts with."""
    entries = [_directory(name) for name in ("dev", "etc", "proc", "root", "sys", "usr", "var")]
    entries += [_directory("tmp", mode=0o1777)]
    for name in debian.MERGED_DIRECTORIES:
        entries += [_directory(f"usr/{name}"), _link(name, f"usr/{name}")]
    entries += [_link(f"usr/bin/{applet}", "busybox") for applet in ("sh", "cat", "ls", "sha256sum")]
    return _layer({entry.name: (entry, b"") for entry in entries}, "base directories")


def package_layer(packages: list[str], workspace: Path) -> Layer:
    """One layer holding the files of these Debian packages."""
    entries: dict[str, tuple[tarfile.TarInfo, bytes]] = {}
    for archive in debian.download(packages, workspace):
        with tarfile.open(debian.unpack(archive, workspace)) as files:
            for member in files:
                file = files.extractfile(member) if member.isreg() else None
                content = file.read() if file else b""
                member = debian.usr_merged(member)
                if member.name:
                    entries.setdefault(member.name, (member, content))
    return _layer(entries, "apt-get install " + " ".join(packages))


def _layer(entries: dict[str, tuple[tarfile.TarInfo, bytes]], created_by: str) -> Layer:
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w", format=tarfile.GNU_FORMAT) as output:
        # A hard link must follow the file that it names.
        for _, (member, content) in sorted(entries.items(), key=lambda e: (e[1][0].islnk(), e[0])):
            member.mtime = TIMESTAMP
            member.uname = member.gname = "root"
            output.addfile(member, io.BytesIO(content) if member.isreg() else None)
    plain = archive.getvalue()
    return Layer(gzip.compress(plain, compresslevel=6, mtime=0), sha256(plain), created_by)


def _directory(name: str, mode: int = 0o755) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.type, entry.mode = tarfile.DIRTYPE, mode
    return entry


def _link(name: str, target: str) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.type, entry.linkname, entry.mode = tarfile.SYMTYPE, target, 0o777
    return entry
