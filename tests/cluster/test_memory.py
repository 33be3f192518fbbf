"""A large blob passes through a server on shared stores; it is never in memory as a whole."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from cluster.extent import extent
from wharf.cloud import NAMESPACE
from wharf.cluster import MakeCluster
from wharf.oci import Streamed, location
from wharf.server import Server
from wharf.small_image import SmallImage

SIZE_GIB = extent("WHARF_TEST_BLOB_GIB", 1)
REPOSITORY = f"{NAMESPACE}/large"
BLOCK = 1024 * 1024
PEAK_KIB = 150 * 1024


class Generated:
    """A random block again and again, and the digest of what was made so far."""

    def __init__(self, length: int):
        self.length = length
        self.sha256 = hashlib.sha256()

    def __iter__(self) -> Iterator[bytes]:
        (block,) = SmallImage.make("block", layers=1, layer_size=BLOCK).layers
        for _ in range(self.length // BLOCK):
            self.sha256.update(block)
            yield block

    @property
    def digest(self) -> str:
        return f"sha256:{self.sha256.hexdigest()}"


def peak_kib(server: Server) -> int:
    """The most memory that the process ever had (VmHWM)."""
    assert server.process is not None
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    return int(dict(line.split(":", 1) for line in status.splitlines())["VmHWM"].split()[0])


@pytest.mark.timeout(300 + 200 * SIZE_GIB)
def test_a_large_blob_there_and_back(make_cluster: MakeCluster, capsys: pytest.CaptureFixture[str]):
    cluster = make_cluster(size=1).start()
    (server,), (cloud,) = cluster.servers, cluster.clouds()
    instance = cloud.create_instance("large")
    cloud.create_namespace(instance, NAMESPACE)
    (registry,) = cluster.registries(instance, cloud.login(instance))

    length = SIZE_GIB * 1024 * BLOCK
    sent = Generated(length)
    patched = registry.send_chunk(registry.start_upload(REPOSITORY), 0, Streamed(sent, length))
    assert patched.status_code == 202, patched.text
    assert registry.finish_upload(location(patched), sent.digest).status_code == 201
    after_push = peak_kib(server)

    received = hashlib.sha256()
    with registry.get_blob(REPOSITORY, sent.digest, stream=True) as answer:
        for part in answer.iter_content(BLOCK):
            received.update(part)
    assert f"sha256:{received.hexdigest()}" == sent.digest
    with capsys.disabled():
        peaks = f"{after_push // 1024} MiB after the push, {peak_kib(server) // 1024} MiB after the pull"
        print(f"\npeak of memory for a blob of {SIZE_GIB} GiB: {peaks}")
    assert peak_kib(server) < PEAK_KIB
