"""The audit log: who did what to what, from where, with which result, and no secret."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from wharf.account import ROOT, Account
from wharf.admin import Admin
from wharf.cloud import NAMESPACE, Cloud, Instance, Login, refused
from wharf.oci import Registry
from wharf.polling import eventually
from wharf.server import Server
from wharf.signed_request import SignedRequest
from wharf.small_image import SmallImage

REPOSITORY = f"{NAMESPACE}/app"


def events(admin: Admin, *words: str) -> list[dict]:
    return admin.ask("audit", "list", *words)["events"]


def noted(admin: Admin, *words: str) -> dict:
    """The one event that these words find, once it is noted."""
    found = eventually("the event is noted", lambda: events(admin, *words))
    assert len(found) == 1, found
    return found[0]


def test_a_change_is_there_when_it_is_acknowledged(cloud: Cloud, admin: Admin, instance: Instance):
    cloud.create_namespace(instance, "noted")
    found = events(admin, "--resource", f"{instance.id}/noted")
    assert len(found) == 1
    event = found[0]
    assert event["action"] == "CreateNamespace" and event["product"] == "tcr" and event["code"] == "ok"
    assert event["account"] == event["owner"] == ROOT.uin
    assert event["credential"] == ROOT.secret_id
    assert event["address"] == "127.0.0.1" and event["region"] == "ap-guangzhou"
    assert event["user_agent"].startswith("SDK_PYTHON")
    assert event["parameters"] == {
        "RegistryId": instance.id,
        "NamespaceName": "noted",
        "IsPublic": False,
    }
    assert len(event["request_id"]) == 36 and event["time"].endswith("Z")


def test_a_new_instance_is_found_by_its_id(admin: Admin, instance: Instance):
    event = noted(admin, "--resource", instance.id, "--action", "CreateInstance")
    assert event["parameters"]["RegistryName"] == instance.name and event["code"] == "ok"


def test_what_is_refused_is_noted_with_its_reason(cloud: Cloud, admin: Admin, instance: Instance):
    with refused("FailedOperation.ErrorTcrResourceConflict"):
        cloud.create_namespace(instance, NAMESPACE)
    event = noted(
        admin, "--resource", instance.id, "--code", "FailedOperation.ErrorTcrResourceConflict"
    )
    assert event["action"] == "CreateNamespace" and NAMESPACE in event["message"]


def test_what_changes_nothing_in_the_database_is_noted(cloud: Cloud, admin: Admin, instance: Instance):
    cloud.login(instance)
    event = noted(admin, "--resource", instance.id, "--action", "CreateInstanceToken")
    assert event["code"] == "ok" and event["account"] == ROOT.uin


def test_reads_are_not_noted_by_default(admin: Admin, account: Account):
    Cloud(admin.server, account).call("DescribeRegions")
    # What is refused later is noted: so the read would be by then.
    with refused("ResourceNotFound"):
        Cloud(admin.server, account).create_namespace(Instance("tcr-absent00", "absent"), "nowhere")
    noted(admin, "--account", account.uin, "--action", "CreateNamespace")
    assert events(admin, "--account", account.uin, "--action", "DescribeRegions") == []


def test_pushes_and_deletions_of_the_data_plane(
    admin: Admin, instance: Instance, registry: Registry
):
    SmallImage.make(instance.name).push(registry, REPOSITORY, "1")
    prefix = f"{instance.id}/{REPOSITORY}"
    pushed = events(admin, "--resource", f"{prefix}:1", "--action", "PushManifest")
    assert [event["code"] for event in pushed] == ["ok"]
    assert pushed[0]["account"] == ROOT.uin and pushed[0]["product"] == "registry"
    assert pushed[0]["address"] == "127.0.0.1"
    assert registry.request("DELETE", f"{REPOSITORY}/manifests/1").status_code == 202
    assert events(admin, "--resource", f"{prefix}:1", "--action", "DeleteManifest")[0]["code"] == "ok"
    absent = "sha256:" + "0" * 64
    assert registry.request("DELETE", f"{REPOSITORY}/blobs/{absent}").status_code == 404
    missing = noted(admin, "--action", "DeleteBlob", "--resource", f"{instance.name}/{REPOSITORY}@{absent}")
    assert missing["code"] == "BLOB_UNKNOWN"
    # Pulls are not noted.
    actions = {event["action"] for event in events(admin, "--resource", prefix)}
    assert actions == {"PushManifest", "DeleteManifest"}


def test_commands_are_noted_with_the_user_of_the_machine(admin: Admin, account: Account):
    admin.do("account", "disable", account.uin)
    found = events(admin, "--resource", f"account {account.uin}")
    assert [event["action"] for event in found] == ["DisableAccount"]
    assert found[0]["credential"].startswith("uid ") and found[0]["product"] == "admin"
    assert admin.attempt("account", "disable", "999999").returncode != 0
    failed = events(admin, "--resource", "account 999999")
    assert [event["code"] for event in failed] == ["Failed"] and "999999" in failed[0]["message"]
    # Looking is no change.
    admin.do("account", "list")
    assert {event["action"] for event in events(admin) if event["product"] == "admin"} <= {
        "CreateAccount", "DisableAccount", "EnableAccount", "CreateKey", "DisableKey", "EnableKey", "RotateKey",
        "SetCompleteness", "RotateSigningKey", "RetireSigningKey",
    }


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Server]:
    server = Server(tmp_path / "server")
    yield server
    server.discard()


def test_wrong_log_ins_and_signatures_are_noted_without_what_was_typed(own_server: Server):
    server = own_server.start()
    admin, cloud = Admin(server), Cloud(server, ROOT)
    instance = cloud.create_instance("secretive")
    cloud.create_namespace(instance, NAMESPACE)
    typed = "swordfish-in-the-wrong-field"
    for user in (ROOT.uin, typed):
        assert Registry(server, instance, Login(user, typed)).get("/v2/").status_code == 401

    def both() -> list[dict] | None:
        found = events(admin, "--action", "LogIn")
        return found if len(found) == 2 else None

    unknown, known = eventually("both are noted", both)
    assert (known["resource"], unknown["resource"]) == (f"account {ROOT.uin}", None)
    for event in (known, unknown):
        assert event["code"] == "WrongCredentials" and event["account"] is None
        assert event["address"] == "127.0.0.1"
    wrong = Account(ROOT.uin, ROOT.secret_id, "wrong-" + typed, "")
    assert SignedRequest(wrong, "CreateInstance").send(server).code == "AuthFailure.SignatureFailure"
    event = noted(admin, "--code", "AuthFailure.SignatureFailure")
    assert event["account"] is None and event["credential"] == ROOT.secret_id
    # The two halves of a key in the wrong order: what came as an id is not kept.
    swapped = Account(ROOT.uin, "s3cr3tKeyInTheWrongPlace000000000001", ROOT.secret_id, "")
    code = SignedRequest(swapped, "CreateInstance").send(server).code
    assert code is not None and code.startswith("AuthFailure")
    login = cloud.login(instance)
    changed = admin.ask("key", "create", ROOT.uin)
    server.stop()
    everything = admin.do("audit", "export") + admin.do("audit", "list", "--json", "--limit", "1000")
    secrets = [typed, "s3cr3tKeyInTheWrongPlace", login.password, ROOT.secret_key, ROOT.password]
    for secret in [*secrets, changed["secret_key"]]:
        assert secret not in everything
    # None of them is in the database either, where the log is one table.
    lines = [json.loads(line) for line in admin.do("audit", "export").splitlines()]
    assert [line["id"] for line in lines] == sorted((line["id"] for line in lines), key=place)
    assert {"CreateInstance", "CreateKey", "LogIn"} <= {line["action"] for line in lines}


def place(identifier: str) -> tuple[int, int]:
    time, number = identifier.split("-")
    return int(time), int(number)


def test_reads_are_noted_where_the_configuration_says_so(own_server: Server):
    server = own_server.configure("[audit]\nreads = true").start()
    Cloud(server, ROOT).call("DescribeRegions")
    event = noted(Admin(server), "--action", "DescribeRegions")
    assert event["code"] == "ok"


def test_pages_and_export_hold_everything_once(own_server: Server):
    server = own_server.start()
    admin, cloud = Admin(server), Cloud(server, ROOT)
    instance = cloud.create_instance("paged")
    for number in range(12):
        cloud.create_namespace(instance, f"space-{number}")
    words = ["--action", "CreateNamespace"]
    paged, before = [], []
    while True:
        page = admin.ask("audit", "list", *words, "--limit", "5", *before)
        paged += page["events"]
        if page["next"] is None:
            break
        before = ["--before", page["next"]]
    assert [event["parameters"]["NamespaceName"] for event in paged] == [
        f"space-{number}" for number in reversed(range(12))
    ]
    exported = [json.loads(line) for line in admin.do("audit", "export", *words).splitlines()]
    assert exported == paged[::-1]
    later = admin.do("audit", "export", *words, "--after", exported[7]["id"])
    assert [json.loads(line) for line in later.splitlines()] == exported[8:]
    shown = admin.do("audit", "list", *words)
    assert f"{instance.id}/space-3" in shown and "tcr:CreateNamespace" in shown
    assert events(admin, *words, "--until", "1h") == []
    assert len(events(admin, *words, "--since", "1h")) == 12
    assert "--since" in admin.do("audit", "list", "--help")
    assert admin.attempt("audit", "list", "--since", "yesterday").returncode != 0


def test_nothing_acknowledged_is_missing_after_kill_9(own_server: Server):
    server = own_server.start()
    cloud = Cloud(server, ROOT)
    instance = cloud.create_instance("killed")
    names = [cloud.create_namespace(instance, f"space-{number}") for number in range(20)]
    server.kill()
    found = events(Admin(server), "--action", "CreateNamespace", "--code", "ok")
    assert [event["parameters"]["NamespaceName"] for event in found] == names[::-1]


def test_what_waits_is_noted_when_the_server_stops(own_server: Server):
    server = own_server.start()
    with refused("ResourceNotFound"):
        Cloud(server, ROOT).create_namespace(Instance("tcr-absent00", "absent"), "nowhere")
    server.stop()
    assert events(Admin(server), "--action", "CreateNamespace")[0]["code"].startswith("ResourceNotFound")


def test_old_events_are_forgotten(own_server: Server):
    server = own_server.configure("[audit]\nkeep = '1s'").start()
    admin, cloud = Admin(server), Cloud(server, ROOT)
    cloud.create_instance("forgotten")
    assert events(admin, "--action", "CreateInstance")
    server.stop()

    def is_gone() -> bool:
        return events(admin, "--action", "CreateInstance") == []

    # Cleaning is done when a server starts, and every minute.
    eventually("a second is over", lambda: events(admin, "--action", "CreateInstance", "--since", "1s") == [])
    server.start()
    eventually("it is forgotten", is_gone)
