"""`wharf admin storage migrate`: content moves from one store to another while the server serves."""

import json
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from storage.conftest import MakeStored
from storage.puller import Puller, wrong_pulls
from wharf.account import ROOT
from wharf.admin import Admin
from wharf.cloud import NAMESPACE, Cloud
from wharf.files import files_below
from wharf.layer import sha256
from wharf.load import Load
from wharf.object_store import CREDENTIALS, Versitygw
from wharf.oci import Registry
from wharf.polling import eventually
from wharf.program import clean_environment, wharf_binary
from wharf.server import Server
from wharf.small_image import SmallImage

REPOSITORY = f"{NAMESPACE}/web"
PUSHERS = 2

# Larger than what goes into an object store in one request.
LARGE = 20 * 1024 * 1024
# How long what a killed process did for all is left undone.
LEASE_SECONDS = 30
# Blobs between two notes of how far a move got.
BATCH = 50

FILES_TO_OBJECTS = ("file", "s3")
OBJECTS_TO_FILES = ("s3", "file")
OBJECTS_TO_OBJECTS = ("s3", "s3")

pytestmark = pytest.mark.timeout(240)


@dataclass
class Move:
    """A server, its images, and the stores that they go from and to."""

    server: Server
    registry: Registry
    images: dict[str, SmallImage]
    old: str
    new: str
    object_store: Versitygw

    def begin(self) -> None:
        """Start the server again, with both stores."""
        self.server.stop()
        self.server.environment["WHARF_STORAGE_URL"] = self.new
        self.server.configure(f'[storage]\nprevious = "{self.old}"\n').start()

    def end(self) -> None:
        """Start the server again on the new store alone, with nothing left in the old one."""
        self.server.stop()
        self.empty_old()
        self.server.configure("").start()

    def empty_old(self) -> None:
        if self.old.startswith("file:"):
            shutil.rmtree(self.old.removeprefix("file:"))
        else:
            self.object_store.drop_prefix(self.old)

    def migrate(self, *flags: str) -> subprocess.CompletedProcess[str]:
        return Admin(self.server).attempt("storage", "migrate", *flags)

    def migrate_whole(self) -> dict:
        """Move everything and return what the program says of it."""
        ended = self.migrate("--json")
        assert ended.returncode == 0, ended.stderr
        return json.loads(ended.stdout)

    def blobs(self) -> set[str]:
        return {sha256(blob) for image in self.images.values() for blob in image.blobs}

    def wrong(self) -> list[str]:
        return wrong_pulls(self.registry, REPOSITORY, self.images)


@pytest.fixture(params=[FILES_TO_OBJECTS, OBJECTS_TO_FILES, OBJECTS_TO_OBJECTS], ids=" to ".join)
def move(
    request: pytest.FixtureRequest, make_stored: MakeStored, object_store: Versitygw, tmp_path: Path
) -> Iterator[Move]:
    """A server on the old store, with a few images, one of them large."""

    def address(kind: str, name: str) -> str:
        return object_store.create_prefix() if kind == "s3" else f"file:{tmp_path / name}"

    old, new = address(request.param[0], "old"), address(request.param[1], "new")
    server = make_stored(old).start()
    cloud = Cloud(server, ROOT)
    instance = cloud.create_instance("moved")
    cloud.create_namespace(instance, NAMESPACE)
    registry = Registry(server, instance, cloud.login(instance, "longterm"))
    images = {f"v{number}": SmallImage.make(f"moved {number}") for number in range(4)}
    images["large"] = SmallImage.make("moved, large", layers=1, layer_size=LARGE)
    for tag, image in images.items():
        image.push(registry, REPOSITORY, tag)
    yield Move(server, registry, images, old, new, object_store)
    for store in (old, new):
        if store.startswith("s3:"):
            object_store.drop_prefix(store)


ONLY_TO_OBJECTS = pytest.mark.parametrize("move", [FILES_TO_OBJECTS], indirect=True, ids=" to ".join)


def test_pulls_and_pushes_go_on(move: Move):
    """Everything is there before, while and after the content moves, also what is pushed meanwhile."""
    move.begin()
    assert move.wrong() == [], "the old store is read"
    load = Load(PUSHERS, lambda _: move.registry)
    with load, Puller(move.registry, REPOSITORY, move.images) as puller:
        eventually("every worker pushes", lambda: load.goes_on_after([0] * PUSHERS))
        move.migrate_whole()
        before = load.pushed()
        eventually("every worker goes on", lambda: load.goes_on_after(before))
        rounds = puller.rounds
        eventually("the puller goes on", lambda: puller.rounds > rounds + 1)
    assert puller.wrong == []
    assert load.failures() == []
    load.claim([move.registry])

    move.end()
    assert move.wrong() == []
    load.claim([move.registry])
    SmallImage.make("afterwards").push(move.registry, REPOSITORY, "afterwards")


def test_it_says_how_much_was_moved(move: Move):
    """And a second run has nothing to do."""
    move.begin()
    moved = move.migrate_whole()
    contents = {sha256(blob): len(blob) for image in move.images.values() for blob in image.blobs}
    assert moved == {"moved": len(contents), "bytes": sum(contents.values()), "missing": []}
    assert move.migrate_whole() == {"moved": 0, "bytes": 0, "missing": []}


@ONLY_TO_OBJECTS
def test_for_people(move: Move):
    move.begin()
    ended = move.migrate()
    assert ended.returncode == 0, ended.stderr
    assert f"{len(move.blobs())} blobs" in ended.stdout
    assert "storage.previous" in ended.stdout, "it says what to do next"


def test_back_and_forth(move: Move):
    """What was moved away can be moved back."""
    move.begin()
    move.migrate_whole()
    move.end()
    move.old, move.new = move.new, move.old
    move.begin()
    move.migrate_whole()
    move.end()
    assert move.wrong() == []


def test_an_upload_begun_before(move: Move):
    """Its bytes stay in the old store: the client is told to begin anew, and can."""
    content = b"begun before the move"
    upload = move.registry.start_upload(REPOSITORY)
    assert move.registry.send_chunk(upload, 0, content[:5]).status_code == 202
    move.begin()
    answer = move.registry.send_chunk(upload, 5, content[5:])
    assert answer.status_code in (202, 404), answer.text
    finished = move.registry.finish_upload(upload, sha256(content))
    assert finished.status_code in (201, 404), finished.text
    assert move.registry.push_blob(REPOSITORY, content) == sha256(content)
    move.migrate_whole()
    move.end()
    assert move.registry.get_blob(REPOSITORY, sha256(content)).content == content


@ONLY_TO_OBJECTS
def test_without_a_store_before(move: Move):
    for flags in ([], ["--json"]):
        ended = move.migrate(*flags)
        assert ended.returncode == 1
        assert "storage.previous" in ended.stderr
        assert ended.stdout == ""


@ONLY_TO_OBJECTS
def test_a_blob_in_neither_store(move: Move):
    """All others are moved; what is missing is counted and named."""
    lost = sha256(move.images["v1"].layers[0])
    (file,) = Path(move.old.removeprefix("file:")).rglob(lost.removeprefix("sha256:"))
    file.unlink()
    move.begin()
    ended = move.migrate("--json")
    assert ended.returncode == 1
    (named,) = json.loads(ended.stdout)["missing"]
    assert lost in named
    assert "1 blobs" in ended.stderr
    assert lost in ended.stderr, "it is named"
    move.end()
    (wrong,) = move.wrong()
    assert lost in wrong


@ONLY_TO_OBJECTS
def test_nobody_is_told_that_all_is_moved_when_it_is_not(move: Move):
    (file,) = Path(move.old.removeprefix("file:")).rglob(
        sha256(move.images["v1"].layers[0]).removeprefix("sha256:")
    )
    file.unlink()
    move.begin()
    ended = move.migrate()
    assert ended.returncode == 1
    assert "can be removed" not in ended.stdout


@ONLY_TO_OBJECTS
def test_a_damaged_blob_is_not_moved(move: Move):
    """What comes over is verified: the move ends with an error that names the blob's digest."""
    damaged = sha256(move.images["v1"].layers[0])
    (file,) = Path(move.old.removeprefix("file:")).rglob(damaged.removeprefix("sha256:"))
    file.chmod(0o600)
    file.write_bytes(b"x" * file.stat().st_size)
    move.begin()
    ended = move.migrate()
    assert ended.returncode == 1
    assert damaged in ended.stderr


@ONLY_TO_OBJECTS
def test_killed_in_the_middle(move: Move):
    """While its lease holds, another process is refused; then that one goes on, and moves nothing twice."""
    push_many(move, 4 * BATCH)
    move.begin()
    kill_once_it_has_noted(move)
    moved = objects_in(move)
    assert 0 < len(moved) < len(move.blobs())
    assert move.wrong() == []

    ended = move.migrate()
    assert ended.returncode == 1
    assert "another process moves content now" in ended.stderr
    eventually("the lease ends", lambda: move.migrate().returncode == 0, LEASE_SECONDS + 30, pause=1)
    after = objects_in(move)
    assert moved.items() <= after.items()
    assert len(after) == len(move.blobs())
    move.end()
    assert move.wrong() == []


def push_many(move: Move, count: int) -> None:
    """Push an image of so many small layers."""
    image = SmallImage.make("many", layers=count, layer_size=64)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda blob: move.registry.push_blob(REPOSITORY, blob), image.blobs))
    assert move.registry.put_manifest(REPOSITORY, "many", image.manifest).status_code == 201
    move.images["many"] = image


def kill_once_it_has_noted(move: Move) -> None:
    """Kill a move after its first note, with most of the blobs still to come."""
    command = [wharf_binary(), "admin", "storage", "migrate"]
    process = subprocess.Popen(
        command,
        cwd=move.server.directory,
        env=clean_environment(move.server.environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    try:
        eventually("it notes how far it got", lambda: noted(move.server) > 0, pause=0.002)
    finally:
        process.kill()
        process.communicate()
    assert process.returncode < 0, "it was killed before its end"


def noted(server: Server) -> int:
    """How many blobs a move has noted as moved."""
    database = sqlite3.connect(f"file:{server.data / 'wharf.db'}?mode=ro", uri=True)
    try:
        rows = database.execute("SELECT moved FROM storage_moves").fetchall()
    finally:
        database.close()
    return sum(moved for (moved,) in rows)


def objects_in(move: Move) -> dict[Path, int]:
    """What is in the new store, and when it was written."""
    found = move.object_store.folder_of(move.new).rglob("*")
    return {path: path.stat().st_mtime_ns for path in found if path.is_file()}


@ONLY_TO_OBJECTS
def test_progress_is_told(move: Move):
    """While the new store is slow, a line a second or so on stderr says how far it is."""
    push_many(move, 4 * BATCH)
    move.begin()
    with subprocess.Popen(
        [wharf_binary(), "admin", "storage", "migrate", "--json"],
        cwd=move.server.directory,
        env=clean_environment(move.server.environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        eventually("it moves", lambda: noted(move.server) > 0, pause=0.002)
        move.object_store.pause()
        try:
            process.wait(1.5)
        except subprocess.TimeoutExpired:
            pass
        finally:
            move.object_store.resume()
        shown, told = process.communicate(timeout=60)
    assert process.returncode == 0, told
    assert isinstance(json.loads(shown), dict)
    assert f" of {len(move.blobs())} blobs seen" in told
    assert "\r" not in told, "in place only on a terminal"


def test_without_the_right_keys(move: Move):
    """The error names the store's answer and no secret; nothing that was there is lost."""
    move.begin()
    admin = Admin(move.server)
    environment = admin.server.environment
    environment["AWS_SECRET_ACCESS_KEY"] = "wrong-secret-of-the-tests"
    try:
        ended = move.migrate()
    finally:
        environment.update(CREDENTIALS)
    assert ended.returncode == 1
    assert ended.stderr
    for secret in ("wrong-secret-of-the-tests", CREDENTIALS["AWS_SECRET_ACCESS_KEY"]):
        assert secret not in ended.stdout + ended.stderr
    assert move.wrong() == []
    move.migrate_whole()


def test_a_push_before_anything_is_moved(move: Move):
    """With both settings a server takes pushes at once, whatever has been moved by then."""
    move.begin()
    opened = move.registry.request("POST", f"{REPOSITORY}/blobs/uploads/")
    assert opened.status_code == 202, opened.text
    SmallImage.make("meanwhile").push(move.registry, REPOSITORY, "meanwhile")


def test_an_instance_without_content(move: Move):
    """There is nothing of it to move, and it takes pushes before and after."""
    cloud = Cloud(move.server, ROOT)
    empty = cloud.create_instance("empty")
    cloud.create_namespace(empty, NAMESPACE)
    registry = Registry(move.server, empty, cloud.login(empty, "longterm"))
    move.begin()
    move.migrate_whole()
    move.end()
    SmallImage.make("first").push(registry, REPOSITORY, "v1")


@pytest.mark.parametrize("move", [FILES_TO_OBJECTS, OBJECTS_TO_OBJECTS], indirect=True, ids=" to ".join)
def test_clients_are_sent_to_the_store_that_has_it(move: Move):
    """Where redirects are on, a client gets the bytes before and after, from wherever they are."""
    move.begin()
    move.server.stop()
    configuration = (move.server.directory / "wharf.toml").read_text()
    move.server.configure(f"{configuration}redirect = true\n").start()
    assert move.wrong() == []
    with Puller(move.registry, REPOSITORY, move.images) as puller:
        move.migrate_whole()
    assert puller.wrong == []
    assert move.wrong() == []
    path = f"{REPOSITORY}/blobs/{sha256(move.images['v1'].config)}"
    answer = move.registry.get(path, allow_redirects=False)
    assert answer.status_code == 307
    assert move.object_store.folder_of(move.new).name in answer.headers["Location"]


def test_a_deleted_instance_is_gone_from_both(move: Move):
    """Its content is removed from the new store, and from the old one, where it still lies."""
    move.begin()
    move.migrate_whole()
    cloud = Cloud(move.server, ROOT)
    (instance,) = cloud.call("DescribeInstances").Registries
    cloud.call("DeleteInstance", RegistryId=instance.RegistryId, DeleteBucket=True)
    eventually("its content is removed", lambda: not content_of(move))


def content_of(move: Move) -> list[Path]:
    """All files of both stores."""
    folders = [
        Path(url.removeprefix("file:")) if url.startswith("file:") else move.object_store.folder_of(url)
        for url in (move.old, move.new)
    ]
    return [file for folder in folders for file in files_below(folder)]
