"""ModifyInstanceStorage: one instance's content moves from store to store while it is served."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from storage.conftest import MakeStored
from storage.puller import Puller, wrong_pulls
from wharf.account import ROOT
from wharf.admin import Admin
from wharf.cloud import NAMESPACE, Cloud, Instance, Login, refused
from wharf.cluster import Cluster
from wharf.files import files_below
from wharf.layer import sha256
from wharf.load import Load
from wharf.object_store import CREDENTIALS, Versitygw
from wharf.oci import Registry, assert_refused
from wharf.polling import eventually
from wharf.postgres import Postgres
from wharf.sdk import REGION
from wharf.server import Server
from wharf.small_image import SmallImage
from wharf.stores import Place

REPOSITORY = f"{NAMESPACE}/web"
PUSHERS = 2
# Larger than what goes into an object store in one request.
LARGE = 20 * 1024 * 1024
MANY = 200
# How long what a killed process did is left undone.
LEASE_SECONDS = 30

FILES_TO_FILES = ("file", "file")
FILES_TO_OBJECTS = ("file", "s3")
OBJECTS_TO_FILES = ("s3", "file")
OBJECTS_TO_OBJECTS = ("s3", "s3")

pytestmark = pytest.mark.timeout(240)


@dataclass
class Stored:
    """An instance with images, and the two stores of its server."""

    server: Server
    cloud: Cloud
    instance: Instance
    login: Login
    images: dict[str, SmallImage]
    folders: dict[str, Path]

    @property
    def registry(self) -> Registry:
        return Registry(self.server, self.instance, self.login)

    def move_to(self, store: str, wait: bool = True) -> None:
        modify(self.cloud, self.instance, store)
        if wait:
            self.wait()

    def wait(self, seconds: float = 60) -> None:
        """Until nothing is on its way any more."""
        eventually("the content is moved", lambda: self.moves() == [], seconds, pause=0.3)

    def moves(self) -> list[dict]:
        return Admin(self.server).ask("storage", "moves")

    def moved(self) -> int:
        """How many blobs were moved so far, asked without a program."""
        database = sqlite3.connect(f"file:{self.server.data / 'wharf.db'}?mode=ro", uri=True)
        try:
            rows = database.execute("SELECT moved FROM instance_moves").fetchall()
        finally:
            database.close()
        return sum(moved for (moved,) in rows)

    def blobs(self) -> set[str]:
        return {sha256(blob) for image in self.images.values() for blob in image.blobs}

    def files(self, store: str) -> list[Path]:
        """What a store holds of the instance."""
        return files_below(self.folders[store] / self.instance.id)

    def wrong(self) -> list[str]:
        return wrong_pulls(self.registry, REPOSITORY, self.images)

    def push_many(self) -> None:
        """Push an image of so many small layers that a move of it takes a while."""
        image = SmallImage.make("many", layers=MANY, layer_size=64)
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda blob: self.registry.push_blob(REPOSITORY, blob), image.blobs))
        assert self.registry.put_manifest(REPOSITORY, "many", image.manifest).status_code == 201
        self.images["many"] = image

    def move_some(self) -> None:
        """Begin a move of many blobs, and return in the middle of it."""
        self.push_many()
        self.move_to("archive", wait=False)
        eventually("some blobs are moved", lambda: self.moved() > 10, pause=0.002)
        assert self.moved() < len(self.blobs()), "most are still to come"


def modify(cloud: Cloud, instance: Instance, store: str) -> None:
    cloud.call("ModifyInstanceStorage", RegistryId=instance.id, TargetRegion=REGION, TargetStorageName=store)


@pytest.fixture(params=[FILES_TO_FILES, FILES_TO_OBJECTS, OBJECTS_TO_FILES], ids=" to ".join)
def stored(
    request: pytest.FixtureRequest, make_stored: MakeStored, object_store: Versitygw, tmp_path: Path
) -> Iterator[Stored]:
    """A server with a default store and `archive`, and an instance with a few images, one of them large."""

    def address(kind: str, name: str) -> str:
        return object_store.create_prefix() if kind == "s3" else f"file:{tmp_path / name}"

    addresses = {name: address(kind, name) for name, kind in zip(("default", "archive"), request.param)}
    server = make_stored(addresses["default"])
    server.configure(f'[stores]\narchive = "{addresses["archive"]}"\n').start()
    cloud = Cloud(server, ROOT)
    instance = cloud.create_instance("moved")
    cloud.create_namespace(instance, NAMESPACE)
    login = cloud.login(instance, "longterm")
    images = {f"v{number}": SmallImage.make(f"moved {number}") for number in range(4)}
    images["large"] = SmallImage.make("moved, large", layers=1, layer_size=LARGE)
    for tag, image in images.items():
        image.push(Registry(server, instance, login), REPOSITORY, tag)
    folders = {
        name: object_store.folder_of(url) if url.startswith("s3:") else Path(url.removeprefix("file:"))
        for name, url in addresses.items()
    }
    yield Stored(server, cloud, instance, login, images, folders)
    for url in addresses.values():
        if url.startswith("s3:"):
            object_store.drop_prefix(url)


def only(*ways: tuple[str, str]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("stored", ways, indirect=True, ids=" to ".join)


def test_pulls_and_pushes_go_on(stored: Stored):
    """There and back, with clients that pull and push all the while. What the instance left is empty."""
    load = Load(PUSHERS, lambda _: stored.registry)
    with load, Puller(stored.registry, REPOSITORY, stored.images) as puller:
        for store, left in [("archive", "default"), ("default", "archive")]:
            before = load.pushed()
            eventually("every worker pushes", lambda: load.goes_on_after(before))
            stored.move_to(store)
            before = load.pushed()
            eventually("every worker goes on", lambda: load.goes_on_after(before))
            rounds = puller.rounds
            eventually("the puller goes on", lambda: puller.rounds > rounds + 1)
            assert stored.files(left) == []
            assert stored.files(store) != []
    assert puller.wrong == []
    assert load.failures() == []
    load.claim([stored.registry])
    log = stored.server.log.read_text()
    assert "begins to move to another store" in log and "was moved to another store" in log


@only(FILES_TO_FILES, OBJECTS_TO_FILES)
def test_uploads_that_began_before_end_well(stored: Stored):
    """In several requests, some before and some after; also one of a blob that is there."""
    image = stored.images["v1"]
    contents = [b"begun before the move, in three parts" * 100, image.layers[0]]
    uploads = [stored.registry.start_upload(REPOSITORY) for _ in contents]
    untouched = stored.registry.start_upload(REPOSITORY)
    for upload, content in zip(uploads, contents):
        assert stored.registry.send_chunk(upload, 0, content[:500]).status_code == 202
    stored.move_to("archive", wait=False)
    eventually("all that is there is copied", lambda: stored.moves()[0]["state"] == "waiting")
    assert stored.wrong() == []
    for upload, content in zip(uploads, contents):
        assert stored.registry.send_chunk(upload, 500, content[500:1000]).status_code == 202
        done = stored.registry.finish_upload(upload, sha256(content), content[1000:])
        assert done.status_code == 201, done.text
    assert stored.registry.request("DELETE", untouched).status_code == 204
    stored.wait()
    for content in contents:
        assert stored.registry.get_blob(REPOSITORY, sha256(content)).content == content
    assert stored.files("default") == []


@only(FILES_TO_OBJECTS)
def test_killed_in_the_middle(stored: Stored):
    """Everything is served after the next start, and the move goes on once what the dead process held is free."""
    stored.move_some()
    stored.server.kill()
    moved = stored.moved()
    stored.server.start()
    assert stored.wrong() == []
    assert stored.moves()[0]["moved"] >= moved
    stored.wait(LEASE_SECONDS + 60)
    assert stored.wrong() == []
    assert stored.files("default") == []
    # Nothing is there twice.
    names = [file.name for file in stored.files("archive")]
    assert len(names) == len(set(names)) == len(stored.blobs())


@only(FILES_TO_OBJECTS)
def test_stopped_in_the_middle(stored: Stored):
    """A server that is asked to end lets the move go, so that the next one goes on at once."""
    stored.move_some()
    stored.server.stop()
    assert stored.moved() < len(stored.blobs())
    stored.server.start()
    stored.wait(LEASE_SECONDS - 10)
    assert stored.wrong() == []
    assert stored.files("default") == []


@only(FILES_TO_OBJECTS)
def test_deleted_in_the_middle(stored: Stored):
    """With its content, which is gone from both stores."""
    stored.move_some()
    stored.cloud.call("DeleteInstance", RegistryId=stored.instance.id, DeleteBucket=True)
    eventually("it is gone", lambda: stored.cloud.status(stored.instance) is None)
    assert stored.moves() == []
    for store in ("default", "archive"):
        assert stored.files(store) == []


@only(FILES_TO_OBJECTS)
def test_other_work_goes_on_meanwhile(stored: Stored, object_store: Versitygw):
    """A move that takes long, here as its store hangs, does not keep other instances waiting."""
    stored.move_some()
    object_store.pause()
    try:
        stored.cloud.create_instance("other")
    finally:
        object_store.resume()
    stored.wait()
    assert stored.wrong() == []


@only(FILES_TO_FILES)
def test_a_missing_blob(stored: Stored):
    """It is told of, and nothing is removed where it was; once it is back, the move is repeated and ends."""
    lost = sha256(stored.images["v1"].layers[0])
    (file,) = (one for one in stored.files("default") if one.name == lost.removeprefix("sha256:"))
    kept = file.rename(stored.server.directory / "kept")
    stored.move_to("archive", wait=False)
    eventually("it came to its end", lambda: stored.moves()[0]["state"] == "incomplete")
    (move,) = stored.moves()
    assert (move["missing"], move["moved"]) == (1, len(stored.blobs()) - 1)
    assert lost in stored.server.log.read_text()
    kept.rename(file)
    assert stored.wrong() == []
    stored.move_to("archive")
    assert stored.wrong() == []
    assert stored.files("default") == []


@only(OBJECTS_TO_OBJECTS)
def test_clients_are_sent_to_the_store_that_has_it(stored: Stored):
    """With redirects, an address that a client got before stays good for as long as it says."""
    stored.server.stop()
    configuration = (stored.server.directory / "wharf.toml").read_text()
    redirects = '[storage]\nredirect = true\nredirect_lifetime = "6s"\n'
    stored.server.configure(f"{configuration}{redirects}").start()
    layer = stored.images["v1"].layers[0]
    path = f"{REPOSITORY}/blobs/{sha256(layer)}"

    def address() -> str:
        answer = stored.registry.get(path, allow_redirects=False)
        assert answer.status_code == 307
        return answer.headers["Location"]

    assert stored.folders["default"].name in address()
    stored.move_to("archive", wait=False)
    before = address()
    eventually("all is copied", lambda: stored.folders["archive"].name in address(), pause=0.01)
    assert requests.get(before, timeout=10).content == layer
    assert requests.get(address(), timeout=10).content == layer
    stored.wait()
    assert stored.wrong() == []
    assert stored.files("default") == []


@only(FILES_TO_FILES)
def test_readiness_and_check_look_at_every_store(stored: Stored):
    shutil.rmtree(stored.folders["archive"])
    eventually("it is not ready", lambda: readiness(stored.server) == 503)
    stored.folders["archive"].mkdir()
    eventually("it is ready", lambda: readiness(stored.server) == 200)


@only(FILES_TO_FILES)
def test_one_folder_under_two_names(stored: Stored, tmp_path: Path):
    """It is noticed before the content would be deleted as what is left behind."""
    stored.server.stop()
    twin = tmp_path / "twin"
    twin.symlink_to(stored.folders["default"])
    stored.server.configure(f'[stores]\ntwin = "file:{twin}"\n').start()
    with refused("FailedOperation"):
        stored.move_to("twin")
    assert stored.moves() == []
    assert stored.wrong() == []


def readiness(server: Server) -> int:
    return requests.get(f"{server.url}/readyz", timeout=20).status_code


@pytest.fixture
def make_processes(
    postgres: Postgres, object_store: Versitygw, tmp_path: Path
) -> Iterator[Callable[[int], Cluster]]:
    """Makes so many processes on one database and one bucket, with the store `archive` in another, not started yet."""
    made: list[Cluster] = []

    class Shared:
        def place(self) -> Place:
            database, prefix = postgres.create_database(), object_store.create_prefix()
            settings = {"WHARF_DATABASE_URL": database, "WHARF_STORAGE_URL": prefix, **CREDENTIALS}
            return Place(settings, lambda: postgres.drop_database(database))

        def discard(self) -> None:
            pass

    def make(size: int) -> Cluster:
        cluster = Cluster(tmp_path / "cluster", Shared(), size)
        archive = object_store.create_prefix()
        for server in cluster.servers:
            server.configure(f'[stores]\narchive = "{archive}"\n')
        made.append(cluster)
        return cluster

    yield make
    for cluster in made:
        cluster.discard()


def instance_on(cluster: Cluster) -> tuple[Cloud, Instance, list[Registry]]:
    cloud = cluster.clouds()[0]
    instance = cloud.create_instance("moved")
    cloud.create_namespace(instance, NAMESPACE)
    return cloud, instance, cluster.registries(instance, cloud.login(instance, "longterm"))


def test_two_processes(make_processes: Callable[[int], Cluster]):
    """Clients of both pull and push during a move there and back, and never fail."""
    cluster = make_processes(2).start()
    cloud, instance, registries = instance_on(cluster)
    images = {f"v{number}": SmallImage.make(f"shared {number}") for number in range(8)}
    for tag, image in images.items():
        image.push(registries[0], REPOSITORY, tag)
    load = Load(2, lambda number: registries[number])
    pullers = [Puller(registry, REPOSITORY, images) for registry in registries]
    moves = Admin(cluster.servers[1])
    with load, pullers[0], pullers[1]:
        for store in ("archive", "default"):
            modify(cloud, instance, store)
            eventually("it is moved", lambda: moves.ask("storage", "moves") == [], 60, pause=0.3)
            before = load.pushed()
            eventually("every worker goes on", lambda: load.goes_on_after(before))
    assert [puller.wrong for puller in pullers] == [[], []]
    assert load.failures() == []
    load.claim(registries)


def test_the_process_that_moves_is_killed(make_processes: Callable[[int], Cluster]):
    """The other one serves all along, and takes the move over."""
    cluster = make_processes(2).start()
    cloud, instance, registries = instance_on(cluster)
    image = SmallImage.make("many", layers=MANY, layer_size=64)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda blob: registries[0].push_blob(REPOSITORY, blob), image.blobs))
    assert registries[0].put_manifest(REPOSITORY, "v1", image.manifest).status_code == 201
    modify(cloud, instance, "archive")
    moves = Admin(cluster.servers[1])
    eventually("it moves", lambda: moved(moves) > 0, pause=0.002)
    # Which of the two has the job is not seen from outside: each is killed in turn, and comes back.
    for victim, witness in ((0, 1), (1, 0)):
        cluster.servers[victim].kill()
        assert wrong_pulls(registries[witness], REPOSITORY, {"v1": image}) == []
        cluster.servers[victim].start()
    eventually("it is moved", lambda: moves.ask("storage", "moves") == [], LEASE_SECONDS + 60, pause=0.5)
    for registry in registries:
        assert wrong_pulls(registry, REPOSITORY, {"v1": image}) == []


def moved(admin: Admin) -> int:
    return sum(move["moved"] for move in admin.ask("storage", "moves"))


def test_a_process_that_does_not_know_the_store(make_processes: Callable[[int], Cluster]):
    """It says so to clients, who may find another process, and in its log; it serves other instances."""
    cluster = make_processes(2)
    cluster.servers[1].configure("")
    cluster.start()
    cloud, instance, registries = instance_on(cluster)
    image = SmallImage.make("shared").push(registries[0], REPOSITORY, "v1")
    modify(cloud, instance, "archive")
    admin = Admin(cluster.servers[0])
    eventually("it is moved", lambda: admin.ask("storage", "moves") == [], 120, pause=0.2)
    path = f"{REPOSITORY}/blobs/{sha256(image.layers[0])}"
    answer = registries[1].get(path)
    assert_refused(answer, 503, "UNAVAILABLE")
    assert answer.headers["Retry-After"] and "archive" in answer.text
    refusal = registries[1].request("PATCH", registries[1].start_upload(REPOSITORY), data=b"x")
    assert_refused(refusal, 503, "UNAVAILABLE")
    with refused("ResourceUnavailable"):
        modify(cluster.clouds()[1], instance, "default")
    log = cluster.servers[1].log.read_text()
    assert "archive" in log and "[stores]" in log
    assert registries[0].get(path).content == image.layers[0]
    other = cluster.clouds()[1].create_instance("other")
    assert cluster.clouds()[1].status(other) == "Running"
