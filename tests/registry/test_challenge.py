"""`/v2/` and who may come in."""

import pytest

from wharf.cloud import NAMESPACE, Instance, Login
from wharf.oci import Registry, assert_refused
from wharf.server import Server


@pytest.mark.parametrize("by_host", [True, False])
def test_without_credentials_a_challenge(server: Server, instance: Instance, by_host: bool):
    anonymous = Registry(server, instance, by_host=by_host)
    answer = anonymous.get("/v2/")
    assert_refused(answer, 401, "UNAUTHORIZED")
    challenge = answer.headers["Www-Authenticate"]
    assert challenge.startswith("Bearer realm=")
    assert "/service/token" in challenge
    assert "service=" in challenge


@pytest.mark.parametrize("by_host", [True, False])
def test_with_credentials_a_welcome(server: Server, instance: Instance, login: Login, by_host: bool):
    assert Registry(server, instance, login, by_host=by_host).get("/v2/").status_code == 200


def test_a_wrong_password(server: Server, instance: Instance, login: Login):
    stranger = Registry(server, instance, Login(login.username, "wrong"))
    assert_refused(stranger.get("/v2/"), 401, "UNAUTHORIZED")
    assert_refused(stranger.request("POST", f"{NAMESPACE}/web/blobs/uploads/"), 401, "UNAUTHORIZED")


def test_a_damaged_bearer_token(server: Server, instance: Instance):
    stranger = Registry(server, instance, token="no.real.token")
    assert_refused(stranger.get(f"{NAMESPACE}/web/tags/list"), 401, "UNAUTHORIZED")


def test_the_challenge_names_the_scope_that_is_needed(anonymous: Registry):
    reading = anonymous.get(f"{NAMESPACE}/web/manifests/v1").headers["Www-Authenticate"]
    assert f"{NAMESPACE}/web:pull" in reading
    writing = anonymous.request("POST", f"{NAMESPACE}/web/blobs/uploads/").headers["Www-Authenticate"]
    assert "push" in writing.split("scope=")[1]


def test_host_and_path_reach_the_same_content(server: Server, instance: Instance, login: Login):
    by_path = Registry(server, instance, login)
    by_host = Registry(server, instance, login, by_host=True)
    digest = by_path.push_blob(f"{NAMESPACE}/web", b"pushed by path")
    assert by_host.get_blob(f"{NAMESPACE}/web", digest).content == b"pushed by path"
    digest = by_host.push_blob(f"{NAMESPACE}/web", b"pushed by host")
    assert by_path.get_blob(f"{NAMESPACE}/web", digest).content == b"pushed by host"
