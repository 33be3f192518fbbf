"""Settings of the stores: every mistake is named by its key, and no password or key is ever shown."""

from pathlib import Path
from subprocess import CompletedProcess

import pytest

from wharf.postgres import Postgres
from wharf.program import attempt, wharf_binary
from wharf.server import PRESET_ROOT, Server
from wharf.stores import Place

SECRET = "sesame-open-sesame"

S3 = "s3://bucket/prefix?endpoint=http://127.0.0.1:9000&region=here"
DATABASE = f"postgres://wharf:{SECRET}@db.test:5432/wharf"

GOOD = f"""
database_url = "{DATABASE}"
storage_url = "{S3}"

[database]
connections = 8
connect_timeout = "3s"
statement_timeout = "20s"
patience = "5s"

[storage]
spool = "spool"
access_key_id = "somebody"
secret_access_key = "{SECRET}"
redirect = true
redirect_endpoint = "https://objects.test"
redirect_lifetime = "10m"
previous = "s3://before?endpoint=https://objects.test"

[stores]
archive = "s3://archive?endpoint=https://objects.test"
cold-1 = "file:cold"
other = {{ url = "s3://other", access_key_id = "somebody", secret_access_key = "{SECRET}" }}
near = {{ url = "cos://near?endpoint=https://objects.test", redirect_endpoint = "https://near.test" }}
"""

BAD_DATABASES = {
    "no form that is known": "mysql://db.test/wharf",
    "no file": "sqlite:",
    "no host": "postgres://",
    "no database": "postgres://db.test",
    "an unknown query key": "postgres://db.test/wharf?colour=red",
    "a port that is none": "postgres://db.test:harbour/wharf",
}

BAD_STORES = {
    "no form that is known": "ftp://objects.test/bucket",
    "no folder": "file:",
    "no bucket": "s3://",
    "no bucket before the prefix": "s3:///prefix",
    "a bucket's name that is none": "s3://a bucket",
    "a prefix that leads out": "s3://bucket/../other",
    "an unknown query key": "s3://bucket?colour=red",
    "a region without a value": "s3://bucket?region=",
    "an endpoint that is no URL": "s3://bucket?endpoint=127.0.0.1:9000",
    "an endpoint with a path": "s3://bucket?endpoint=http://127.0.0.1/path",
    "COS without an endpoint": "cos://bucket",
    "OSS without an endpoint": "oss://bucket",
}

BAD_DURATIONS = ["soon", "0s", "-1s", ""]

# Key by key: what is no value of it.
BAD_VALUES = {
    "database.connections": ["0", "-1", "many", "1.5"],
    "database.connect_timeout": BAD_DURATIONS,
    "database.statement_timeout": BAD_DURATIONS,
    "database.patience": BAD_DURATIONS,
    "storage.spool": [""],
    "storage.redirect": ["sometimes", "1", ""],
    "storage.redirect_endpoint": ["", "objects.test", "ftp://objects.test", "https://objects.test/path"],
    # S3 signs for a week at most.
    "storage.redirect_lifetime": [*BAD_DURATIONS, "169h"],
}

# Addresses with a secret where it belongs and where somebody may have put it.
DATABASES_WITH_SECRETS = [
    DATABASE,
    f"postgres://wharf:{SECRET}@db.test/wharf?sslmode=require",
    f"postgres://wharf:{SECRET}%40{SECRET}@db.test/wharf",
    f"postgres://db.test/wharf?user=wharf&password={SECRET}",
    f"postgres://wharf@db.test/wharf?password={SECRET}",
    f"postgres://wharf@db.test/wharf?password=first@{SECRET}",
    f"postgres://wharf:{SECRET}@db.test:harbour/wharf",
    f"postgres://wharf:{SECRET}@db.test/wharf?colour=red",
    f"postgres://wharf:{SECRET}@",
    f"mysql://wharf:{SECRET}@db.test/wharf",
    f"host=db.test user=wharf password={SECRET}",
]
STORES_WITH_SECRETS = [
    f"s3://somebody:{SECRET}@bucket/prefix",
    f"s3://bucket?endpoint=http://somebody:{SECRET}@objects.test",
    f"s3://bucket?secret_access_key={SECRET}",
    f"https://somebody:{SECRET}@objects.test/bucket",
]


@pytest.fixture
def check(tmp_path: Path):
    """Check a configuration file of this content, in a directory of its own."""

    def check(content: str, **environment: str) -> CompletedProcess[str]:
        (tmp_path / "wharf.toml").write_text(content)
        return attempt(wharf_binary(), "config", "check", cwd=tmp_path, environment=environment)

    return check


def setting(key: str, value: str) -> str:
    """A configuration file with this setting alone."""
    table, _, name = key.rpartition(".")
    return f"[{table}]\n{name} = '{value}'\n" if table else f"{name} = '{value}'\n"


def assert_names(ended: CompletedProcess[str], *keys: str) -> None:
    """The check fails with a line for each of these keys and no others."""
    assert ended.returncode == 1
    lines = [line.removeprefix("wharf: ") for line in ended.stderr.splitlines() if line.strip()]
    named = [line.split(": ")[0].strip() for line in lines if ": " in line]
    assert sorted(set(keys)) == sorted({name for name in named if name}), ended.stderr


def test_good_settings(check, tmp_path: Path):
    """Nothing is made and nobody is asked: the stores need not be there."""
    ended = check(GOOD)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert SECRET not in ended.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["wharf.toml"]


@pytest.mark.parametrize("address", BAD_DATABASES.values(), ids=BAD_DATABASES)
def test_a_database_address(check, address: str):
    assert_names(check(setting("database_url", address)), "database_url")
    assert_names(check("", WHARF_DATABASE_URL=address), "database_url")


@pytest.mark.parametrize("key", ["storage_url", "storage.previous"])
@pytest.mark.parametrize("address", BAD_STORES.values(), ids=BAD_STORES)
def test_a_store_address(check, key: str, address: str):
    assert_names(check(setting(key, address)), key)


@pytest.mark.parametrize("key, value", [(key, value) for key in BAD_VALUES for value in BAD_VALUES[key]])
def test_a_value(check, key: str, value: str):
    assert_names(check(setting(key, value)), key)


@pytest.mark.parametrize(
    "given, missing",
    [("access_key_id", "secret_access_key"), ("secret_access_key", "access_key_id")],
)
def test_a_key_without_its_other_half(check, given: str, missing: str):
    ended = check(setting(f"storage.{given}", SECRET))
    assert_names(ended, f"storage.{missing}")
    assert SECRET not in ended.stderr


def test_an_empty_key(check):
    ended = check(f"[storage]\naccess_key_id = ''\nsecret_access_key = '{SECRET}'\n")
    assert_names(ended, "storage.access_key_id")
    assert SECRET not in ended.stderr


@pytest.mark.parametrize("address", BAD_STORES.values(), ids=BAD_STORES)
def test_a_store_address_under_a_name(check, address: str):
    assert_names(check(setting("stores.archive", address)), "stores.archive")
    assert_names(check(f"[stores.archive]\nurl = '{address}'\n"), "stores.archive.url")


@pytest.mark.parametrize("name", ["default", "Archive", "a_b", "-a", "a" * 33, "''"])
def test_a_name_of_a_store(check, name: str):
    """With the rule, or what the name stands for."""
    ended = check(f"[stores]\n{name} = 'file:archive'\n")
    assert_names(ended, f"stores.{name.strip(chr(39))}")
    assert "hyphens" in ended.stderr or "storage_url" in ended.stderr


@pytest.mark.parametrize(
    ("content", "key"),
    [
        ("stores = 'file:archive'\n", "stores"),
        ("[stores]\narchive = 5\n", "stores.archive"),
        ("[stores.archive]\naccess_key_id = 'a'\nsecret_access_key = 'b'\n", "stores.archive.url"),
        ("[stores.archive]\nurl = 's3://b'\naccess_key_id = 'a'\n", "stores.archive"),
        ("[stores.archive]\nurl = 's3://b'\nsecret_access_key = ''\n", "stores.archive.secret_access_key"),
        ("[stores.archive]\nurl = 's3://b'\ncolour = 'red'\n", "stores.archive.colour"),
        ("[stores.archive]\nurl = 's3://b'\nredirect_endpoint = 'b'\n", "stores.archive.redirect_endpoint"),
        (f"storage_url = '{S3}'\n[stores]\narchive = '{S3}'\n", "stores.archive"),
        (f"[storage]\nprevious = '{S3}'\n[stores]\narchive = '{S3}'\n", "stores.archive"),
        (f"[stores]\narchive = '{S3}'\ncold = '{S3}'\n", "stores.cold"),
    ],
)
def test_a_store_under_a_name(check, content: str, key: str):
    """A mistake is named with its key; one place has one name."""
    assert_names(check(content), key)


def test_a_setting_that_there_is_not(check):
    """With what was meant."""
    ended = check("[storage]\nredirekt = true\n[database]\nconections = 5\n")
    assert_names(ended, "storage.redirekt", "database.conections")
    assert "storage.redirect`" in ended.stderr and "database.connections`" in ended.stderr


def test_all_mistakes_at_once(check):
    bad = {key: values[0] for key, values in BAD_VALUES.items()}
    lines = {"": "database_url = 'mysql://x'\nstorage_url = 's3://'\n", "database": "", "storage": ""}
    for key, value in bad.items():
        table, name = key.split(".")
        lines[table] += f"{name} = '{value}'\n"
    content = lines.pop("") + "".join(f"[{table}]\n{text}" for table, text in lines.items())
    assert_names(check(content), "database_url", "storage_url", *bad)


@pytest.mark.parametrize("address", DATABASES_WITH_SECRETS)
def test_no_password_of_a_database_is_shown(check, address: str):
    """Neither where the address is good nor where it is not."""
    for ended in (check(setting("database_url", address)), check("", WHARF_DATABASE_URL=address)):
        assert SECRET not in ended.stdout + ended.stderr


@pytest.mark.parametrize("key", ["storage_url", "storage.previous", "stores.archive"])
@pytest.mark.parametrize("address", STORES_WITH_SECRETS)
def test_no_key_of_a_store_is_shown(check, key: str, address: str):
    """It is in the wrong place there, and is refused without being repeated."""
    ended = check(setting(key, address))
    assert_names(ended, key)
    assert SECRET not in ended.stdout + ended.stderr


@pytest.mark.parametrize("endpoint", [f"https://somebody:{SECRET}@objects.test"])
def test_no_key_in_an_endpoint_is_shown(check, endpoint: str):
    ended = check(setting("storage.redirect_endpoint", endpoint))
    assert_names(ended, "storage.redirect_endpoint")
    assert SECRET not in ended.stdout + ended.stderr


@pytest.mark.parametrize("store", [S3, "file:content"])
def test_no_key_is_logged(tmp_path: Path, store: str):
    """What a server says that it serves with."""
    server = Server(tmp_path / "server", place=Place({"WHARF_STORAGE_URL": store}))
    server.configure(f'[storage]\naccess_key_id = "somebody"\nsecret_access_key = "{SECRET}"\n')
    try:
        server.start(is_ready=lambda: "serving" in server.log.read_text())
        server.stop()
    finally:
        server.discard()
    logged = server.log.read_text()
    assert store in logged
    for secret in (SECRET, *PRESET_ROOT.values()):
        assert secret not in logged


@pytest.mark.parametrize(
    "form",
    [
        "postgres://{user}:{password}@{place}",
        "postgres://{place}?user={user}&password={password}",
        "postgres://{user}@{place}?password={password}",
    ],
)
def test_no_password_is_logged(tmp_path: Path, postgres: Postgres, form: str):
    """However the address gives it."""
    database = postgres.create_database()
    login, place = database.removeprefix("postgres://").split("@")
    user, password = login.split(":")
    url = form.format(user=user, password=password, place=place)
    server = Server(tmp_path / "server", place=Place({"WHARF_DATABASE_URL": url}))
    try:
        server.start().stop()
    finally:
        server.discard()
        postgres.drop_database(database)
    logged = server.log.read_text()
    assert "database_url = postgres://" in logged
    assert password not in logged


def test_the_store_before_must_be_another_and_be_there(check, tmp_path: Path):
    """Else what is still there would seem to be moved, or lost."""
    for previous, reason in [(S3, "storage_url"), (f"file:{tmp_path}/mistyped", "mistyped")]:
        ended = check(f'storage_url = "{S3}"\n[storage]\nprevious = "{previous}"')
        assert ended.returncode == 1
        assert "storage.previous" in ended.stderr and reason in ended.stderr
    assert not (tmp_path / "mistyped").exists()
