"""Records a registry of the program that WHARF_BIN names, for programs to come to be started on.

    PYTHONPATH=tests WHARF_BIN=…/wharf python tests/upgrade/record.py tests/upgrade/schema-1

Done once for a schema, with the last program that had it. The folder must not be there yet.
"""

import json
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from upgrade.recorded import (
    ENGINES,
    IMAGES,
    OTHERS,
    POSTGRES,
    PRIVATE,
    PUBLIC,
    TAGS,
    TOKEN_DESCRIPTION,
    Expected,
    Recording,
)
from wharf.account import ROOT
from wharf.admin import Admin
from wharf.cloud import Cloud, Login
from wharf.cluster import MASTER_KEY
from wharf.layer import sha256
from wharf.layout import INDEX, MANIFEST
from wharf.oci import Registry, location
from wharf.polling import eventually
from wharf.postgres import Postgres
from wharf.program import run
from wharf.server import Server
from wharf.small_image import SmallImage
from wharf.stores import Place

RECEIVED, REST = "received before the upgrade, ", "and the rest after it"
TAG_PULLS, DIGEST_PULLS = 3, 2

# What a newer pg_dump writes that an older server does not take.
NOT_EVERYWHERE = ("SET transaction_timeout", "\\restrict", "\\unrestrict", "--")


def main(folder: Path) -> None:
    recording = Recording(folder)
    folder.mkdir()
    recording.content.mkdir()
    recording.master_key.write_text(MASTER_KEY)
    expected = {engine: record(engine, recording).as_json() for engine in ENGINES}
    (folder / "expected.json").write_text(json.dumps(expected, indent=2) + "\n")


def record(engine: str, recording: Recording) -> Expected:
    """Fill a registry on this engine, stop it, and write down what it leaves."""
    with database_of(engine) as postgres, tempfile.TemporaryDirectory() as temporary:
        address = postgres.create_database() if postgres else None
        place = Place({"WHARF_DATABASE_URL": address} if address else {})
        server = Server(Path(temporary) / "recorded", place=place)
        server.data.mkdir()
        shutil.copy(recording.master_key, server.data)
        try:
            expected = fill(server.start())
            server.stop()
        finally:
            server.discard()
        dump = dump_postgres(postgres, address) if postgres else dump_sqlite(server.data / "wharf.db")
        recording.dump(engine).write_text(dump)
        shutil.copytree(server.data / "content", recording.content, dirs_exist_ok=True)
        return expected


@contextmanager
def database_of(engine: str) -> Iterator[Postgres | None]:
    """A PostgreSQL where the engine needs one."""
    if engine != POSTGRES:
        yield None
        return
    postgres = Postgres()
    try:
        yield postgres.start()
    finally:
        postgres.discard()


def fill(server: Server) -> Expected:
    """Use the registry as its users do."""
    admin, cloud = Admin(server), Cloud(server, ROOT)
    account = admin.create_account("recorded")
    instance = cloud.create_instance("recorded", TagSpecification=tags("instance"))
    cloud.create_namespace(instance, PRIVATE)
    cloud.call(
        "CreateNamespace",
        RegistryId=instance.id,
        NamespaceName=PUBLIC,
        IsPublic=True,
        TagSpecification=tags("namespace"),
    )
    token = cloud.call(
        "CreateInstanceToken", RegistryId=instance.id, TokenType="longterm", Desc=TOKEN_DESCRIPTION
    )
    login = Login(token.Username, token.Token)
    registry = Registry(server, instance, login)

    image = SmallImage.make("recorded", layer_size=512).push(registry, IMAGES, "v1", "latest")
    other = SmallImage.make("recorded elsewhere", layers=1, layer_size=512).push(registry, OTHERS, "v1")
    index = put(registry, "all", INDEX, index_over(image))
    referrer = put(registry, None, MANIFEST, signature_of(image, registry))
    upload = location(registry.send_chunk(registry.start_upload(IMAGES), 0, RECEIVED.encode()))

    for _ in range(TAG_PULLS):
        assert registry.get_manifest(IMAGES, "v1").status_code == 200
    for _ in range(DIGEST_PULLS):
        assert registry.get_manifest(IMAGES, image.digest).status_code == 200
    pulls = {f"{IMAGES}:v1": TAG_PULLS, f"{IMAGES}:": TAG_PULLS + DIGEST_PULLS}
    eventually("the pulls are noted", lambda: counted(admin, instance.id) == pulls)
    blobs = {IMAGES: sizes(image) | {sha256(b"{}"): 2}, OTHERS: sizes(other)}
    digests = {"image": image.digest, "index": index, "referrer": referrer, "other": other.digest}
    session = {"upload": upload, "received": RECEIVED, "rest": REST}
    return Expected(account, instance, login, **digests, blobs=blobs, pulls=pulls, **session)


def tags(resource: str) -> dict:
    """Cloud tags, as an action takes them."""
    return {
        "ResourceType": resource,
        "Tags": [{"Key": key, "Value": value} for key, value in TAGS.items()],
    }


def sizes(image: SmallImage) -> dict[str, int]:
    return {sha256(blob): len(blob) for blob in image.blobs}


def counted(admin: Admin, instance: str) -> dict[str, int]:
    pulls = admin.ask("instance", "pulls", instance)
    return {f"{pull['repository']}:{pull['tag'] or ''}": pull["count"] for pull in pulls}


def index_over(image: SmallImage) -> dict:
    platform = {"architecture": "amd64", "os": "linux"}
    child = {"mediaType": MANIFEST, "digest": image.digest, "size": len(image.manifest), "platform": platform}
    return {"schemaVersion": 2, "mediaType": INDEX, "manifests": [child]}


def signature_of(image: SmallImage, registry: Registry) -> dict:
    """An artifact that refers to the image."""
    empty = {"mediaType": "application/vnd.oci.empty.v1+json", "size": 2}
    empty["digest"] = registry.push_blob(IMAGES, b"{}")
    return {
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "artifactType": "application/vnd.example.signature",
        "config": empty,
        "layers": [empty],
        "subject": {"mediaType": MANIFEST, "digest": image.digest, "size": len(image.manifest)},
        "annotations": {"signed": "before the upgrade"},
    }


def put(registry: Registry, tag: str | None, media_type: str, manifest: dict) -> str:
    """Push a manifest, by digest where there is no tag, and return its digest."""
    content = json.dumps(manifest).encode()
    answer = registry.put_manifest(IMAGES, tag or sha256(content), content, media_type)
    assert answer.status_code == 201, answer.text
    return sha256(content)


def dump_sqlite(file: Path) -> str:
    """The database as statements. The first programs had the schema's number in SQLite's own note alone."""
    with closing(sqlite3.connect(file)) as database:
        (number,) = database.execute("PRAGMA user_version").fetchone()
        database.execute("DROP TABLE IF EXISTS schema_version")
        return "\n".join([*database.iterdump(), f"PRAGMA user_version = {number};"]) + "\n"


def dump_postgres(postgres: Postgres, address: str | None) -> str:
    dump = run(postgres.programs / "pg_dump", "--inserts", "--no-owner", "--dbname", address)
    lines = [line for line in dump.splitlines() if line and not line.startswith(NOT_EVERYWHERE)]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main(Path(sys.argv[1]))
