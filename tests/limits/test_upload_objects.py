"""Upload sessions on object storage: what is given up leaves nothing there, what is finished one object."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from limits.test_upload_sessions import REPOSITORY, let_it_lie
from wharf.account import ROOT
from wharf.cloud import NAMESPACE, Cloud
from wharf.files import files_below
from wharf.layer import sha256
from wharf.object_store import BUCKET, CREDENTIALS, Versitygw
from wharf.oci import Registry, location
from wharf.polling import eventually
from wharf.server import Server
from wharf.small_image import SmallImage
from wharf.stores import Place

# What is too small to be copied inside the store, and what is not.
SMALL, LARGE = 100_000, 6 * 1024 * 1024
CHUNKS = {
    "one": [SMALL],
    "small": [SMALL] * 3,
    "large": [LARGE] * 2,
    "mixed": [SMALL, LARGE, 1, LARGE, SMALL],
}
WITH_CHUNKS = pytest.mark.parametrize("sizes", CHUNKS.values(), ids=CHUNKS)

Listed = Callable[[], dict[Path, int]]
Configured = Callable[[str], Registry]


@pytest.fixture
def storage_url(object_store: Versitygw) -> Iterator[str]:
    """A prefix that holds nothing yet."""
    url = object_store.create_prefix()
    yield url
    object_store.drop_prefix(url)


@pytest.fixture
def listed(object_store: Versitygw, storage_url: str) -> Listed:
    """The objects below the prefix with their sizes, and what was begun in parts and is not put together."""
    folder = object_store.folder_of(storage_url)
    others = set(parts_of(object_store))

    def listed() -> dict[Path, int]:
        found = [*files_below(folder), *(set(parts_of(object_store)) - others)]
        return {file: file.stat().st_size for file in found if file.is_file()}

    return listed


def parts_of(object_store: Versitygw) -> list[Path]:
    """Parts of all prefixes; the store does not keep them by prefix."""
    return files_below(object_store.objects / BUCKET / ".sgwtmp")


@pytest.fixture
def configured(tmp_path: Path, storage_url: str) -> Iterator[Configured]:
    """Starts a server of the test's own with this configuration, with an instance on it."""
    server = Server(tmp_path / "server", place=Place({"WHARF_STORAGE_URL": storage_url, **CREDENTIALS}))

    def configured(text: str) -> Registry:
        cloud = Cloud(server.configure(text).start(), ROOT)
        instance = cloud.create_instance("objects")
        cloud.create_namespace(instance, NAMESPACE)
        return Registry(server, instance, cloud.login(instance, "longterm"))

    yield configured
    server.discard()


@pytest.fixture
def registry(configured: Configured) -> Registry:
    return configured("")


def send(registry: Registry, sizes: list[int]) -> tuple[str, bytes]:
    """An upload session that received chunks of these sizes, and all that it received."""
    (content,) = SmallImage.make(f"objects {sizes}", layers=1, layer_size=sum(sizes)).layers
    upload, sent = registry.start_upload(REPOSITORY), 0
    for size in sizes:
        answer = registry.send_chunk(upload, sent, content[sent : sent + size])
        assert answer.status_code == 202, answer.text
        upload, sent = location(answer), sent + size
    return upload, content


@WITH_CHUNKS
def test_a_cancelled_one_leaves_nothing(registry: Registry, listed: Listed, sizes: list[int]):
    upload, _ = send(registry, sizes)
    assert listed(), "the bytes are in the store"
    assert registry.request("DELETE", upload).status_code == 204
    eventually("the objects are removed", lambda: not listed())


def test_what_lies_still_leaves_nothing(configured: Configured, listed: Listed):
    """As its files do, where there are files."""
    registry = configured('[limits]\nupload_idle = "2s"\n')
    upload, _ = send(registry, CHUNKS["mixed"])
    assert listed()
    let_it_lie(registry, upload)
    eventually("the objects are removed", lambda: not listed())


def test_a_failed_one_leaves_nothing(registry: Registry, listed: Listed):
    """A wrong digest ends the session."""
    upload, _ = send(registry, CHUNKS["small"])
    assert registry.finish_upload(upload, sha256(b"other")).status_code == 400
    eventually("the objects are removed", lambda: not listed())


def test_one_that_never_received_anything(registry: Registry, listed: Listed):
    upload = registry.start_upload(REPOSITORY)
    assert registry.request("DELETE", upload).status_code == 204
    assert listed() == {}


@WITH_CHUNKS
def test_a_finished_one_is_one_object(registry: Registry, listed: Listed, sizes: list[int]):
    """However many requests it came in."""
    upload, content = send(registry, sizes)
    assert registry.finish_upload(upload, sha256(content)).status_code == 201
    eventually("one object is left", lambda: list(listed().values()) == [len(content)])
    assert registry.get_blob(REPOSITORY, sha256(content)).content == content


@WITH_CHUNKS
def test_what_is_there_already_is_not_kept_twice(registry: Registry, listed: Listed, sizes: list[int]):
    for _ in range(2):
        upload, content = send(registry, sizes)
        assert registry.finish_upload(upload, sha256(content)).status_code == 201
    eventually("one object is left", lambda: list(listed().values()) == [len(content)])
    assert registry.get_blob(REPOSITORY, sha256(content)).content == content


def test_the_spool_is_empty_afterwards(registry: Registry):
    """Bytes on their way to the store lie in the data directory no longer than that."""
    upload, content = send(registry, CHUNKS["mixed"])
    assert registry.finish_upload(upload, sha256(content)).status_code == 201
    spool = registry.server.data / "spool"
    eventually("the spool is empty", lambda: not files_below(spool))
