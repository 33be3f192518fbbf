"""Debian packages as the raw material of image layers."""

import os
import subprocess
import tarfile
from pathlib import Path

# Debian has merged these into /usr. Packages of older releases still name them
# at the root, so a layer moves them; the base layer holds the links.
MERGED_DIRECTORIES = ("bin", "sbin", "lib", "lib32", "lib64", "libx32")


def architecture() -> str:
    """This machine's architecture, as Debian and OCI both name it (`amd64`, `arm64`)."""
    answer = subprocess.run(["dpkg", "--print-architecture"], check=True, capture_output=True, text=True)
    return answer.stdout.strip()


def download(packages: list[str], directory: Path) -> list[Path]:
    """Fetch the packages' archives into `directory`; the list follows the order asked for."""
    directory.mkdir(parents=True, exist_ok=True)
    fetch = ["apt-get", "download", "-q", *packages]
    first = subprocess.run(fetch, cwd=directory, capture_output=True, text=True)
    if first.returncode != 0:
        # Package lists that are missing or stale are the usual reason.
        if os.geteuid() == 0:
            subprocess.run(["apt-get", "update", "-q"], capture_output=True)
        second = subprocess.run(fetch, cwd=directory, capture_output=True, text=True)
        if second.returncode != 0:
            raise RuntimeError(
                f"apt-get cannot download {' '.join(packages)}; is `apt-get update` needed?\n{second.stderr}"
            )
    return [_archive_of(package, directory) for package in packages]


def unpack(archive: Path, directory: Path) -> Path:
    """Write a package's file system as a tar archive beside it and return its path."""
    unpacked = directory / (archive.stem + ".tar")
    with unpacked.open("wb") as output:
        subprocess.run(["dpkg-deb", "--fsys-tarfile", str(archive)], check=True, stdout=output)
    return unpacked


def usr_merged(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """Normalise a member's names: no leading `./`, everything of the root's `bin` under `usr`."""
    member.name = _usr_merged_name(member.name)
    if member.islnk():
        member.linkname = _usr_merged_name(member.linkname)
    return member


def _usr_merged_name(name: str) -> str:
    name = name.removeprefix("./").strip("/")
    if name.split("/")[0] in MERGED_DIRECTORIES:
        return "usr/" + name
    return name


def _archive_of(package: str, directory: Path) -> Path:
    found = sorted(directory.glob(f"{package}_*.deb"))
    if len(found) != 1:
        raise RuntimeError(f"expected one archive of {package}, found {found}")
    return found[0]
