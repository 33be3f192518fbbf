"""`wharf admin storage check`: tries the content store step by step and names the step that fails."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest
import requests

from storage.conftest import MakeStored
from wharf.admin import Admin
from wharf.object_store import BUCKET, SECRET_KEY, Versitygw
from wharf.polling import eventually
from wharf.port import free_port
from wharf.server import Server

FILE_STEPS = ["write", "read back", "read a part", "write in parts", "compose", "delete"]
OBJECT_STEPS = ["write", "read back", "read a part", "list", "write in parts", "compose", "delete"]
SIGNED = "read by a signed address"

WRONG_SECRET = "wrong-secret-of-the-tests"
# A store that refuses says so at once; one that is away is asked a few times more.
SECONDS = 60

Damage = Callable[[Server, Versitygw], None]


@pytest.fixture
def on_objects(make_stored: MakeStored, object_store: Versitygw) -> Server:
    """A server on object storage that has started once."""
    return start_once(make_stored(object_store.create_prefix()))


def start_once(server: Server) -> Server:
    """There is something to administer once a server has started."""
    server.start().stop()
    return server


def check(server: Server, *flags: str) -> CompletedProcess[str]:
    return Admin(server).attempt("storage", "check", *flags)


def assert_all_ok(server: Server, steps: list[str]) -> None:
    """The table for people and the JSON for programs have the same steps, all good."""
    shown = check(server)
    assert (shown.returncode, shown.stderr) == (0, "")
    title, *rows = shown.stdout.splitlines()
    assert title.split() == ["STEP", "TIME", "OUTCOME"]
    assert len(rows) == len(steps)
    for step, row in zip(steps, rows, strict=True):
        assert row.startswith(step) and row.rstrip().endswith("ok"), row
    findings = json.loads(check(server, "--json").stdout)
    assert [finding["step"] for finding in findings] == steps
    assert all(finding["ok"] and finding["error"] is None for finding in findings)
    assert all(finding["milliseconds"] >= 0 for finding in findings)


def test_local_files(make_stored: MakeStored, tmp_path: Path):
    folder = tmp_path / "content"
    server = start_once(make_stored(f"file:{folder}"))
    before = set(folder.rglob("*"))
    assert_all_ok(server, FILE_STEPS)
    assert set(folder.rglob("*")) == before, "nothing is left behind"


def test_objects(on_objects: Server, object_store: Versitygw):
    assert_all_ok(on_objects, OBJECT_STEPS)
    prefix = object_store.folder_of(on_objects.environment["WHARF_STORAGE_URL"])
    assert [path for path in prefix.rglob("*") if path.is_file()] == [], "nothing is left behind"


def test_with_redirects_a_signed_address_is_tried(on_objects: Server):
    on_objects.configure("[storage]\nredirect = true\n")
    steps = list(OBJECT_STEPS)
    steps.insert(steps.index("list"), SIGNED)
    assert_all_ok(on_objects, steps)


def test_an_address_that_clients_cannot_reach(on_objects: Server):
    """The store works, but not by the address that clients are sent to."""
    endpoint = f"http://127.0.0.1:{free_port()}"
    on_objects.configure(f'[storage]\nredirect = true\nredirect_endpoint = "{endpoint}"\n')
    ended = check(on_objects, "--json")
    assert ended.returncode == 1
    assert [finding["step"] for finding in json.loads(ended.stdout) if not finding["ok"]] == [SIGNED]
    assert "X-Amz-Signature" not in ended.stdout + ended.stderr


def wrong_secret(server: Server, object_store: Versitygw) -> None:
    server.environment["AWS_SECRET_ACCESS_KEY"] = WRONG_SECRET


def wrong_secret_in_the_file(server: Server, object_store: Versitygw) -> None:
    """The file's keys are stronger than the environment's."""
    server.configure(f'[storage]\naccess_key_id = "somebody"\nsecret_access_key = "{WRONG_SECRET}"\n')


def no_bucket(server: Server, object_store: Versitygw) -> None:
    address = server.environment["WHARF_STORAGE_URL"]
    server.environment["WHARF_STORAGE_URL"] = address.replace(BUCKET, "absent-bucket")


def store_away(server: Server, object_store: Versitygw) -> None:
    address = server.environment["WHARF_STORAGE_URL"]
    elsewhere = f"127.0.0.1:{free_port()}"
    server.environment["WHARF_STORAGE_URL"] = address.replace(object_store.address, elsewhere)


WITH_DAMAGE = pytest.mark.parametrize(
    "damage", [wrong_secret, wrong_secret_in_the_file, no_bucket, store_away], ids=lambda it: it.__name__
)


@WITH_DAMAGE
def test_the_step_that_fails_is_named(on_objects: Server, object_store: Versitygw, damage: Damage):
    """With a reason, within a minute, and without a secret; people see what programs see."""
    damage(on_objects, object_store)
    for flags in ([], ["--json"]):
        began = time.monotonic()
        ended = check(on_objects, *flags)
        assert time.monotonic() - began < SECONDS
        assert ended.returncode == 1
        assert "1 of 1 steps failed" in ended.stderr
        assert_no_secret(ended.stdout + ended.stderr)
        if flags:
            (finding,) = json.loads(ended.stdout)
            assert (finding["step"], finding["ok"]) == ("write", False)
            assert finding["error"]
        else:
            title, row = ended.stdout.splitlines()
            assert row.startswith("write") and not row.rstrip().endswith("ok")


@WITH_DAMAGE
def test_a_server_says_that_it_is_not_ready(on_objects: Server, object_store: Versitygw, damage: Damage):
    """It starts, tells load balancers, and logs no secret."""
    damage(on_objects, object_store)
    on_objects.start(is_ready=lambda: answers(on_objects))
    eventually("it is not ready", lambda: readiness(on_objects) == 503)
    on_objects.stop()
    assert_no_secret(on_objects.log.read_text() + on_objects.output.read_text())


def answers(server: Server) -> bool:
    try:
        return readiness(server) in (200, 503)
    except requests.ConnectionError:
        return False


def readiness(server: Server) -> int:
    return requests.get(f"{server.url}/readyz", timeout=20).status_code


def assert_no_secret(text: str) -> None:
    assert SECRET_KEY not in text
    assert WRONG_SECRET not in text
