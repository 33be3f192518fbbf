"""containerd, by its own client ctr, imports an image, pushes it, and pulls and unpacks it again."""

import json
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from wharf.cloud import NAMESPACE, Login
from wharf.containerd import Containerd
from wharf.layout import Layout
from wharf.oci import Registry
from wharf.server import Server
from wharf.ways import WITH_PLAIN_HTTP, Way

pytestmark = WITH_PLAIN_HTTP


@pytest.fixture
def containerd() -> Iterator[Containerd]:
    with Containerd() as daemon:
        yield daemon


@pytest.fixture
def ctr(containerd: Containerd, client_environment: dict[str, str]):
    """Run ctr, which resolves names and pushes and pulls by itself."""

    def ctr(*words: object) -> str:
        return containerd.ctr(*words, environment=client_environment)

    return ctr


@pytest.fixture
def access(server: Server, way: Way, login: Login, tmp_path: Path) -> list[str]:
    """Flags of a push or pull. Left to itself, ctr would speak plain HTTP to 127.0.0.1."""
    if way.is_plain:
        return ["--user", str(login), "--plain-http"]
    hosts = tmp_path / "hosts" / way.registry
    hosts.mkdir(parents=True)
    settings = f'[host."https://{way.registry}"]\nca = "{server.certificate_authority}"\n'
    (hosts / "hosts.toml").write_text(settings)
    return ["--user", str(login), "--hosts-dir", str(tmp_path / "hosts")]


@pytest.mark.client("ctr", "push")
def test_push(ctr, access: list[str], way: Way, images: Layout, registry: Registry, tmp_path: Path):
    """An index with all that it names."""
    with tarfile.open(tmp_path / "all.tar", "w") as archive:
        archive.add(images.path, arcname=".")
    ctr("images", "import", "--no-unpack", "--all-platforms", "--base-name", "imported", tmp_path / "all.tar")
    ctr("images", "push", *access, f"{way.repository('all')}:v1", "imported:all")
    for digest in (images.digest("all"), images.digest("shell"), images.digest("data")):
        assert registry.get_manifest(f"{NAMESPACE}/all", digest).content == images.blob(digest)
    assert registry.tags(f"{NAMESPACE}/all") == ["v1"]


@pytest.mark.client("ctr", "pull")
def test_pull(ctr, access: list[str], way: Way, stored: str, images: Layout):
    """This machine's platform of an index, unpacked into snapshots."""
    image = f"{way.repository(stored)}:v1"
    ctr("images", "pull", "--snapshotter", "native", *access, image)
    (listed,) = (line.split() for line in ctr("images", "ls").splitlines()[1:])
    assert (listed[0], listed[2]) == (image, images.digest("all"))
    config = json.loads(images.blob(images.manifest("shell")["config"]["digest"]))
    assert config["rootfs"]["diff_ids"][0] in ctr("snapshots", "--snapshotter", "native", "ls")


@pytest.mark.client("ctr", "pull")
def test_fetch_every_platform(ctr, access: list[str], way: Way, stored: str, images: Layout):
    image = f"{way.repository(stored)}@{images.digest('all')}"
    ctr("content", "fetch", "--all-platforms", *access, image)
    assert set(ctr("content", "ls", "--quiet").split()) == images.digests()
