"""A prepaid instance from Running to gone, on a server whose clock is moved while it runs."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from isolation.actions import WITH_ONE_INSTANCE
from wharf.account import ROOT
from wharf.admin import Admin
from wharf.cloud import Instance, Login
from wharf.layer import sha256
from wharf.moved_clock import MovedClock
from wharf.oci import Registry, assert_refused
from wharf.polling import eventually
from wharf.server import Server
from wharf.signed_request import Answer, SignedRequest
from wharf.small_image import SmallImage

HOUR = 3600
DAY = 24 * HOUR
GRACE = 3 * DAY
REPOSITORY = "team/web"
STATE_CODES = {"OperationDenied", "ResourceInsufficient.ErrorInstanceNotRunning", "ResourceUnavailable"}

pytestmark = pytest.mark.embedded


class Walk:
    """One instance on one server; every call is signed with the server's own time."""

    def __init__(self, server: Server, clock: MovedClock):
        self.server = server
        self.clock = clock
        self.pushed = 0
        prepaid = {"RegistryChargeType": 1, "RegistryChargePrepaid": {"Period": 1, "RenewFlag": 1}}
        named = {"RegistryName": "walker", "RegistryType": "basic", "DeletionProtection": True}
        made = self.done("CreateInstance", **named, **prepaid)
        self.instance = Instance(made["RegistryId"], "walker")
        self.wait_for("Running")
        self.done("CreateNamespace", RegistryId=self.instance.id, NamespaceName="team", IsPublic=False)
        token = self.done("CreateInstanceToken", RegistryId=self.instance.id, TokenType="longterm")
        self.registry = Registry(server, self.instance, Login(token["Username"], token["Token"]))
        self.image = SmallImage.make("walk").push(self.registry, REPOSITORY, "v1")

    def ask(self, action: str, **parameters) -> Answer:
        return SignedRequest(ROOT, action, parameters, timestamp=self.clock.now()).send(self.server)

    def done(self, action: str, **parameters) -> dict:
        answer = self.ask(action, **parameters)
        assert answer.code is None, answer.response
        return answer.response

    def refused(self, code: str, action: str, **parameters) -> None:
        answer = self.ask(action, RegistryId=self.instance.id, **parameters)
        assert answer.code == code, answer.response

    def described(self) -> dict:
        (found,) = self.done("DescribeInstances", Registryids=[self.instance.id])["Registries"]
        return found

    def end(self) -> int:
        return int(datetime.fromisoformat(self.described()["ExpiredAt"]).timestamp())

    def status(self) -> dict | None:
        found = self.done("DescribeInstanceStatus", RegistryIds=[self.instance.id])["RegistryStatusSet"]
        return found[0] if found else None

    def condition(self) -> dict:
        status = self.status()
        assert status is not None
        (condition,) = status["Conditions"]
        assert condition["Status"] == status["Status"]
        return condition

    def wait_for(self, status: str) -> None:
        eventually(f"it is {status}", lambda: (self.status() or {}).get("Status") == status)

    def renew(self, flag: int) -> None:
        period = {"Period": 1, "RenewFlag": flag}
        self.done("RenewInstance", RegistryId=self.instance.id, RegistryChargePrepaid=period, Flag=0)

    def assert_pulls(self) -> None:
        assert self.registry.get_manifest(REPOSITORY, "v1").content == self.image.manifest
        for blob in self.image.blobs:
            assert self.registry.get_blob(REPOSITORY, sha256(blob)).content == blob
        assert self.registry.tags(REPOSITORY)[0] == "v1"

    def assert_pushes(self) -> None:
        self.pushed += 1
        SmallImage.make(f"walk {self.pushed}").push(self.registry, REPOSITORY, f"v1-{self.pushed}")

    def assert_no_push(self, state: str) -> None:
        for answer in (
            self.registry.request("POST", f"{REPOSITORY}/blobs/uploads/"),
            self.registry.put_manifest(REPOSITORY, "again", self.image.manifest),
            self.registry.request("DELETE", f"{REPOSITORY}/manifests/v1"),
            self.registry.request("DELETE", f"{REPOSITORY}/blobs/{sha256(self.image.config)}"),
        ):
            assert_refused(answer, 403, "DENIED")
            assert f"is {state}, not Running" in answer.json()["errors"][0]["message"]

    def assert_no_change(self) -> None:
        """The cloud API reads and refuses, each action by a code that it documents."""
        place = {"NamespaceName": "team", "RepositoryName": "web"}
        for action, parameters in (
            ("CreateNamespace", {"NamespaceName": "more", "IsPublic": True}),
            ("DeleteNamespace", {"NamespaceName": "team"}),
            ("CreateRepository", {**place, "RepositoryName": "more"}),
            ("DeleteRepository", {**place, "ForceDelete": True}),
            ("DeleteImage", {**place, "ImageVersion": "v1"}),
            ("CreateInstanceToken", {"TokenType": "longterm"}),
            ("ModifyInstance", {"DeletionProtection": False}),
        ):
            answer = self.ask(action, RegistryId=self.instance.id, **parameters)
            documents_none = action == "CreateInstanceToken"
            assert answer.code == ("ResourceUnavailable" if documents_none else "OperationDenied"), (action, answer)
            assert "is Isolate, not Running" in answer.message
        read = {"RegistryId": self.instance.id}
        assert self.done("DescribeNamespaces", **read)["TotalCount"] == 1
        assert self.done("DescribeRepositories", **read)["TotalCount"] == 1
        assert self.done("DescribeImages", **read, **place)["TotalCount"] == 1 + self.pushed
        token = self.done("CreateInstanceToken", **read, TokenType="temp")
        pulls = Registry(self.server, self.instance, Login(token["Username"], token["Token"]))
        assert pulls.get_manifest(REPOSITORY, "v1").status_code == 200


    def assert_nothing_but_tokens(self, state: str) -> None:
        """Each action that names the instance is refused for its state, but for those that take tokens back."""
        for action, parameters in WITH_ONE_INSTANCE:
            takes_back = action.endswith("InstanceToken") and action != "CreateInstanceToken"
            if takes_back or parameters.get("Flag") == 1:
                continue
            answer = self.ask(action, RegistryId=self.instance.id, **parameters)
            assert answer.code in STATE_CODES and f"is {state}" in answer.message, (action, answer.response)


@pytest.fixture
def walk(tmp_path: Path) -> Iterator[Walk]:
    clock = MovedClock(tmp_path)
    server = Server(tmp_path / "server")
    server.environment.update(clock.environment)
    server.configure(f'[prepaid]\ngrace = "{GRACE // DAY}d"\n')
    try:
        yield Walk(server.start(), clock)
        server.stop()
    finally:
        server.discard()


def test_from_running_to_gone(walk: Walk):
    clock = walk.clock
    first = walk.end()
    assert walk.condition() == {"Type": "", "Status": "Running", "Reason": ""}

    # It renews itself at the end of its month, and nobody notices.
    clock.move_to(first - HOUR)
    walk.assert_pulls()
    walk.assert_pushes()
    assert walk.end() == first
    clock.move_to(first + 1)
    eventually("it renewed itself", lambda: walk.end() > first)
    second = walk.end()
    assert 28 * DAY <= second - first <= 31 * DAY
    walk.assert_pulls()
    walk.assert_pushes()
    assert walk.described()["RenewFlag"] == 1

    # It is renewed by hand once more, and by nobody after that.
    walk.renew(0)
    third = walk.end()
    assert third > second
    clock.move_to(third - HOUR)
    walk.assert_pushes()
    clock.move_to(third + 1)
    walk.wait_for("Isolate")
    found = walk.described()
    assert (found["Status"], found["PayMod"], found["RenewFlag"], walk.end()) == ("Isolate", 1, 0, third)
    walk.assert_pulls()
    walk.assert_no_push("Isolate")
    walk.assert_no_change()
    condition = walk.condition()
    assert condition["Type"] == "Expiry"
    assert found["ExpiredAt"] in condition["Reason"]

    # Within the grace it comes back.
    clock.move_to(third + GRACE - HOUR)
    walk.assert_pulls()
    assert walk.condition()["Status"] == "Isolate"
    walk.renew(2)
    assert walk.condition()["Status"] == "Running"
    walk.assert_pulls()
    walk.assert_pushes()
    fourth = walk.end()
    assert fourth >= clock.now() + 28 * DAY - HOUR

    # After it, it goes: protection does not keep it. What cannot be removed now is removed later.
    clock.move_to(fourth + 1)
    walk.wait_for("Isolate")
    walk.assert_no_push("Isolate")
    content = walk.server.data / "content"
    bucket = content / walk.instance.id
    assert bucket.is_dir()
    away = content.with_name("away")
    content.rename(away)
    content.write_text("no folder")
    clock.move_to(fourth + GRACE + HOUR)
    walk.wait_for("Deleting")
    assert walk.condition()["Type"] == "Removal"
    walk.assert_no_push("Deleting")
    assert_refused(walk.registry.get_manifest(REPOSITORY, "v1"), 403, "DENIED")
    walk.assert_nothing_but_tokens("Deleting")
    content.unlink()
    away.rename(content)
    clock.move_to(clock.now() + HOUR)
    eventually("it is gone", lambda: walk.status() is None)
    assert not bucket.exists()
    assert_refused(walk.registry.get_manifest(REPOSITORY, "v1"), 401, "UNAUTHORIZED")
    assert walk.done("CheckInstance", RegistryId=walk.instance.id)["IsValidated"] is False
    assert walk.done("CheckInstanceName", RegistryName="walker")["IsValidated"] is True

    events = Admin(walk.server).ask("audit", "list", "--resource", walk.instance.id, "--limit", "1000")
    done = [event["action"] for event in events["events"] if event["product"] == "worker"]
    assert done == ["DeleteInstance", "IsolateInstance", "IsolateInstance", "RenewInstance"]


def test_a_server_that_was_off_renews_as_often_as_needed(walk: Walk):
    first = walk.end()
    walk.server.stop()
    walk.clock.move_to(first + 100 * DAY)
    walk.server.start()
    eventually("it renewed itself", lambda: walk.end() > walk.clock.now())
    assert walk.end() <= walk.clock.now() + 31 * DAY
    walk.assert_pulls()
    walk.assert_pushes()
