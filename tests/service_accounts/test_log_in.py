"""Where and how a service account logs in, and that it is slowed like everybody else."""

import base64
import json
from pathlib import Path

import pytest
import requests

from service_accounts.conftest import OPEN, SECRET, TEAM, World, make_world
from wharf.account import ROOT
from wharf.admin import Admin
from wharf.cloud import Cloud, Instance, Login
from wharf.oci import Registry, assert_refused
from wharf.polling import eventually
from wharf.program import attempt, go_tool, run
from wharf.server import Server
from wharf.service_account import CREATE, PULL, PUSH, create, other_password
from wharf.skopeo import Skopeo
from wharf.small_image import SmallImage
from wharf.token_service import TokenService
from wharf.ways import WITH_PLAIN_HTTP, Way

FREE = 5


@pytest.mark.parametrize("by_host", [True, False], ids=["by host", "by path"])
def test_every_door(world: World, name: str, by_host: bool):
    login = create(world.owner, world.instance, name, {TEAM: [PULL]})
    tokens = TokenService(world.server, world.instance, by_host)
    assert Registry(world.server, world.instance, login, by_host=by_host).get("/v2/").status_code == 200
    prefix = "" if by_host else f"{world.instance.name}/"
    scope = f"repository:{prefix}{TEAM}/app:pull,push"
    form = {"grant_type": "password", "username": login.username, "password": login.password}
    for answer in [
        tokens.ask(login),
        tokens.ask(login, scope, offline_token="true"),
        tokens.exchange(**form, scope=scope, access_type="offline"),
    ]:
        assert answer.status_code == 200, answer.text
        told = answer.json()
        # A password is no refresh token: it stays where it is.
        assert "refresh_token" not in told and login.password not in answer.text
        assert tokens.open(told["token"]).get("/v2/").status_code == 200
        payload = told["token"].split(".")[1]
        assert json.loads(base64.urlsafe_b64decode(payload + "=="))["sub"] == login.username
    assert tokens.open(told["token"]).get_manifest(f"{TEAM}/app", "v1").content == world.image.manifest
    refresh = tokens.exchange(grant_type="refresh_token", refresh_token=login.password, scope=scope)
    assert_refused(refresh, 401, "UNAUTHORIZED")


def test_a_token_opens_its_instance_only(world: World, server: Server, name: str):
    other = make_world(server, world.owner, f"{world.instance.name}-other")
    login = create(world.owner, world.instance, name, {TEAM: [PULL, PUSH]})
    token = TokenService(server, world.instance).token(login, f"repository:{TEAM}/app:pull")
    stranger = TokenService(server, other.instance).open(token)
    assert_refused(stranger.get_manifest(f"{TEAM}/app", "v1"), 403, "DENIED")
    # By path it is who it is, and elsewhere pulls what everybody may.
    by_path = Registry(server, other.instance, login)
    assert_refused(by_path.get_manifest(f"{TEAM}/app", "v1"), 403, "DENIED")
    assert by_path.get_manifest(f"{OPEN}/app", "v1").content == other.image.manifest
    assert_refused(Registry(server, other.instance, login, by_host=True).get("/v2/"), 401, "UNAUTHORIZED")


def test_one_name_and_password_in_two_instances(world: World, server: Server, name: str):
    """By path, the account is the one of the instance that the request names."""
    other = make_world(server, world.owner, f"{world.instance.name}-twin")
    for each in (world, other):
        login = create(each.owner, each.instance, name, {TEAM: [PULL]})
        each.owner.call(
            "ModifyServiceAccountPassword", RegistryId=each.instance.id, Name=name, Random=False, Password="Same1234"
        )
    twin = Login(login.username, "Same1234")
    for each in (world, other, world):
        scope = f"repository:{each.instance.name}/{TEAM}/app:pull"
        tokens = TokenService(server, each.instance, by_host=False)
        form = {"grant_type": "password", "username": twin.username, "password": twin.password}
        by_form = tokens.exchange(**form, scope=scope).json()["token"]
        for registry in (
            Registry(server, each.instance, twin),
            tokens.open(tokens.token(twin, scope)),
            tokens.open(by_form),
        ):
            assert registry.get_manifest(f"{TEAM}/app", "v1").content == each.image.manifest


@pytest.mark.parametrize("door", ["basic", "token", "form"])
def test_wrong_passwords_are_slowed(own_server: Server, door: str):
    world = make_world(own_server, Cloud(own_server, ROOT), "slow")
    other = make_world(own_server, world.owner, "neighbour")
    login = create(world.owner, world.instance, "ci", {TEAM: [PULL]})
    neighbour = create(other.owner, other.instance, "ci", {TEAM: [PULL]})
    tokens = TokenService(own_server, world.instance)

    def knock(password: str) -> requests.Response:
        tried = Login(login.username, password)
        if door == "basic":
            return Registry(own_server, world.instance, tried, by_host=True).get("/v2/")
        if door == "token":
            return tokens.ask(tried)
        return tokens.exchange(grant_type="password", username=tried.username, password=tried.password)

    for number in range(FREE):
        assert_refused(knock(f"Wrong{number}"), 401, "UNAUTHORIZED")
    # Once more where the wait is just over, which begins a longer one.
    assert knock("Wrong").status_code in (401, 429)
    slowed = knock(login.password)
    assert_refused(slowed, 429, "TOOMANYREQUESTS")
    assert int(slowed.headers["Retry-After"]) >= 1
    # The same name in another instance does not wait.
    assert Registry(own_server, other.instance, neighbour, by_host=True).get("/v2/").status_code == 200
    eventually("the wait is over", lambda: knock(login.password).status_code == 200)


def test_a_name_that_is_there_is_answered_like_one_that_is_not(world: World, name: str):
    login = create(world.owner, world.instance, name, {TEAM: [PULL]})
    answers = set()
    for user in (login.username, "tcr$nobody", "tcr$", "tcr$No Name"):
        for by_host in (True, False):
            wrong = Login(user, "Wrong123")
            answer = Registry(world.server, world.instance, wrong, by_host=by_host).get("/v2/")
            answers.add((answer.status_code, answer.text))
    assert len(answers) == 1 and answers.pop()[0] == 401
    assert Registry(world.server, world.instance, login).get("/v2/").status_code == 200


def test_skopeo_logs_in_and_pulls(world: World, name: str, tmp_path: Path):
    """At a host that is no instance's, as `docker login` does: nothing says which instance is meant."""
    login = create(world.owner, world.instance, name, {TEAM: [PULL]})
    certificates = Skopeo(world.server, login).certificates
    trust = ["--cert-dir", certificates, "--authfile", tmp_path / "auth.json"]
    user = ["--username", login.username, "--password-stdin"]
    said = run("skopeo", "login", *trust, *user, world.server.address, input=login.password)
    assert "Login Succeeded" in said
    stored = json.loads((tmp_path / "auth.json").read_text())["auths"][world.server.address]["auth"]
    assert base64.b64decode(stored).decode() == str(login)
    image = f"docker://{world.server.address}/{world.instance.name}/{TEAM}/app:v1"
    assert run("skopeo", "inspect", "--raw", *trust, image).encode() == world.image.manifest
    secret = f"docker://{world.server.address}/{world.instance.name}/{SECRET}/app:v1"
    assert attempt("skopeo", "inspect", "--raw", *trust, secret).returncode != 0
    wrong = attempt("skopeo", "login", *trust, *user, world.server.address, input="wrong")
    assert wrong.returncode != 0


@WITH_PLAIN_HTTP
def test_crane_on_every_way(
    cloud: Cloud,
    instance: Instance,
    registry: Registry,
    way: Way,
    client_environment: dict[str, str],
    name: str,
):
    login = create(cloud, instance, name, {TEAM: [PULL, PUSH, CREATE]})
    image = SmallImage.make(name).push(registry, f"{TEAM}/from", "v1")

    def crane(*words: str) -> str:
        return run(go_tool("crane"), *words, environment=client_environment).strip()

    crane("auth", "login", way.registry, "--username", login.username, "--password", login.password)
    assert crane("digest", f"{way.repository('from')}:v1") == image.digest
    crane("copy", f"{way.repository('from')}:v1", f"{way.repository('to')}:v2")
    assert crane("ls", way.repository("to")) == "v2"
    assert registry.get_manifest(f"{TEAM}/to", "v2").content == image.manifest
    ended = attempt(go_tool("crane"), "delete", f"{way.repository('to')}:v2", environment=client_environment)
    assert ended.returncode != 0 and "DENIED" in ended.stderr


def test_the_audit_log_says_which_account_it_was(world: World, name: str):
    admin = Admin(world.server)
    login = create(world.owner, world.instance, name, {TEAM: [PULL, PUSH, CREATE]})
    registry, repository = Registry(world.server, world.instance, login), f"{TEAM}/audited-{name}"
    SmallImage.make(name).push(registry, repository, "v1")
    assert_refused(registry.request("DELETE", f"{repository}/manifests/v1"), 403, "DENIED")
    for action, place, code in [
        ("PushManifest", world.instance.id, "ok"),
        ("DeleteManifest", world.instance.name, "DENIED"),
    ]:
        words = ("--action", action, "--resource", f"{place}/{repository}:v1")
        (event,) = eventually("it is noted", lambda words=words: admin.ask("audit", "list", *words)["events"])
        assert (event["credential"], event["code"], event["account"]) == (login.username, code, None)
        assert event["owner"] == ROOT.uin
    new = other_password(world.owner, world.instance, login)
    assert Registry(world.server, world.instance, login).get("/v2/").status_code == 401

    def refused() -> list[dict]:
        return admin.ask("audit", "list", "--resource", f"service account {login.username}")["events"]

    (event,) = eventually("the refused log-in is noted", refused)
    assert (event["action"], event["code"]) == ("LogIn", "WrongCredentials")
    told = str(admin.ask("audit", "list", "--limit", "1000")) + world.server.log.read_text()
    assert login.username in told
    assert login.password not in told and new.password not in told
