"""What is acknowledged is on the disk: each answer comes after the syncs that it needs, as the system saw them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from wharf.cloud import NAMESPACE
from wharf.layer import sha256
from wharf.oci import Registry
from wharf.server import Server
from wharf.small_image import SmallImage
from wharf.system_calls import Call, traced

REPOSITORY = f"{NAMESPACE}/web"
SIZES = {"small": 2048, "large": 40 * 1024 * 1024}
METADATA = ".db-wal"
UPLOAD = "/uploads/"

pytestmark = pytest.mark.embedded


def answer(calls: list[Call], status: int) -> Call:
    """The one answer with this status."""
    begins = f"HTTP/1.1 {status}"
    (found,) = [call for call in calls if call.name != "rename" and begins in call.arguments]
    return found


def last(calls: list[Call], what: str, is_it: Callable[[Call], bool], before: float) -> Call:
    """The last such call that had ended at that time."""
    found = [call for call in calls if is_it(call) and call.ended <= before]
    assert found, f"no {what} before the answer"
    return found[-1]


@pytest.fixture
def content(request: pytest.FixtureRequest) -> bytes:
    return SmallImage.make("synced", layers=1, layer_size=SIZES[request.param]).layers[0]


@pytest.mark.parametrize("content", SIZES, indirect=True)
def test_a_blob(own_server: Server, own_registry: Registry, tmp_path: Path, content: bytes):
    upload = own_registry.start_upload(REPOSITORY)
    with traced(own_server, tmp_path) as trace:
        assert own_registry.finish_upload(upload, sha256(content), content).status_code == 201
    calls = trace.calls()
    acknowledged = answer(calls, 201).began
    row = last(calls, "sync of the row", lambda call: call.is_sync_of(METADATA), acknowledged)
    folder = last(calls, "sync of the folder", lambda call: call.is_sync_of("/blobs/sha256/"), row.began)
    renamed = last(calls, "rename", lambda call: call.name == "rename", folder.began)
    synced = last(calls, "sync of the file", lambda call: call.is_sync_of(UPLOAD), renamed.began)
    written = last(
        calls, "write", lambda call: "write" in call.name and UPLOAD in call.arguments, acknowledged
    )
    assert written.ended <= synced.began


@pytest.mark.parametrize("content", SIZES, indirect=True)
def test_a_chunk(own_server: Server, own_registry: Registry, tmp_path: Path, content: bytes):
    upload = own_registry.start_upload(REPOSITORY)
    with traced(own_server, tmp_path) as trace:
        assert own_registry.send_chunk(upload, 0, content).status_code == 202
    calls = trace.calls()
    row = last(
        calls, "sync of the row", lambda call: call.is_sync_of(METADATA), answer(calls, 202).began
    )
    synced = last(calls, "sync of the file", lambda call: call.is_sync_of(UPLOAD), row.began)
    written = last(calls, "write", lambda call: "write" in call.name and UPLOAD in call.arguments, row.began)
    assert written.ended <= synced.began


def test_a_manifest(own_server: Server, own_registry: Registry, tmp_path: Path):
    image = SmallImage.make("synced").push(own_registry, REPOSITORY)
    with traced(own_server, tmp_path) as trace:
        assert own_registry.put_manifest(REPOSITORY, "v1", image.manifest).status_code == 201
    calls = trace.calls()
    last(calls, "sync of the row", lambda call: call.is_sync_of(METADATA), answer(calls, 201).began)
