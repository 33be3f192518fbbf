"""What the server alone costs: the time of a start and the memory it keeps."""

import time
from pathlib import Path

import pytest

from wharf.account import ROOT
from wharf.cloud import NAMESPACE, Cloud
from wharf.oci import Registry
from wharf.server import Server
from wharf.small_image import SmallImage

STARTS = 5
SECONDS_TO_FIRST_ANSWER = 0.3
IDLE_MEMORY_KIB = 60 * 1024


@pytest.mark.embedded
def test_the_first_answer_comes_soon(own_server: Server):
    """The best of several starts, for this machine may be busy with other things."""
    times = []
    for _ in range(STARTS):
        own_server.stop()
        began = time.monotonic()
        own_server.start()
        times.append(time.monotonic() - began)
    assert min(times) < SECONDS_TO_FIRST_ANSWER, times


@pytest.mark.embedded
def test_memory_after_light_load(own_server: Server):
    cloud = Cloud(own_server, ROOT)
    instance = cloud.create_instance("light")
    cloud.create_namespace(instance, NAMESPACE)
    registry = Registry(own_server, instance, cloud.login(instance))
    for number in range(10):
        image = SmallImage.make(number, layer_size=2_000_000)
        image.push(registry, f"{NAMESPACE}/web", f"v{number}")
        assert registry.get_manifest(f"{NAMESPACE}/web", f"v{number}").content == image.manifest
    assert own_server.process is not None
    status = Path(f"/proc/{own_server.process.pid}/status").read_text()
    resident = dict(line.split(":", 1) for line in status.splitlines())["VmRSS"]
    assert int(resident.split()[0]) < IDLE_MEMORY_KIB, resident
