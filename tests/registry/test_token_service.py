"""The token service: a client asks for scopes and gets a token for what it may do."""

from urllib.parse import urlencode

import pytest
import requests

from wharf.cloud import NAMESPACE, Cloud, Instance, Login
from wharf.oci import Registry, assert_refused
from wharf.server import Server
from wharf.small_image import SmallImage


@pytest.fixture
def ask(server: Server, instance: Instance):
    """Ask the token service under the instance's host name."""

    def ask(login: Login | None, *scopes: str) -> requests.Response:
        query = urlencode([("service", server.host(instance.name)), *(("scope", scope) for scope in scopes)])
        return requests.get(
            f"{server.url}/service/token?{query}",
            auth=(login.username, login.password) if login else None,
            headers={"Host": server.host(instance.name)},
            timeout=30,
        )

    return ask


@pytest.fixture
def open_with(server: Server, instance: Instance):
    """A registry client by host that holds the token of an answer."""

    def open_with(answer: requests.Response) -> Registry:
        assert answer.status_code == 200, answer.text
        return Registry(server, instance, token=answer.json()["token"], by_host=True)

    return open_with


def test_the_answer_is_what_clients_read(ask, login: Login):
    answer = ask(login, f"repository:{NAMESPACE}/web:pull,push")
    assert answer.status_code == 200
    body = answer.json()
    assert body["token"] == body.get("access_token", body["token"])
    assert body["expires_in"] >= 60
    assert body["issued_at"].endswith("Z")


def test_push_and_pull(ask, open_with, login: Login):
    registry = open_with(ask(login, f"repository:{NAMESPACE}/web:pull,push"))
    image = SmallImage.make("by token").push(registry, f"{NAMESPACE}/web", "v1")
    assert registry.get_manifest(f"{NAMESPACE}/web", "v1").content == image.manifest


def test_several_scopes_in_one_token(ask, open_with, login: Login):
    scopes = [f"repository:{NAMESPACE}/{name}:pull,push" for name in ("web", "db")]
    for answer in (ask(login, *scopes), ask(login, " ".join(scopes))):
        registry = open_with(answer)
        for name in ("web", "db"):
            digest = registry.push_blob(f"{NAMESPACE}/{name}", name.encode())
            assert registry.get_blob(f"{NAMESPACE}/{name}", digest).content == name.encode()


def assert_more_is_needed(answer: requests.Response, scope: str) -> None:
    """The user may do it, the token does not say so: the client is told which scope to ask for."""
    assert_refused(answer, 401, "UNAUTHORIZED")
    assert 'error="insufficient_scope"' in answer.headers["Www-Authenticate"]
    assert f'scope="{scope}"' in answer.headers["Www-Authenticate"]


def test_a_token_to_pull_does_not_push(ask, open_with, registry: Registry, login: Login):
    registry.push_blob(f"{NAMESPACE}/web", b"content")
    reader = open_with(ask(login, f"repository:{NAMESPACE}/web:pull"))
    answer = reader.request("POST", f"{NAMESPACE}/web/blobs/uploads/")
    assert_more_is_needed(answer, f"repository:{NAMESPACE}/web:pull,push")


def test_a_token_for_one_repository_opens_no_other(ask, open_with, registry: Registry, login: Login):
    digest = registry.push_blob(f"{NAMESPACE}/secret", b"content")
    reader = open_with(ask(login, f"repository:{NAMESPACE}/web:pull,push"))
    answer = reader.get_blob(f"{NAMESPACE}/secret", digest)
    assert_more_is_needed(answer, f"repository:{NAMESPACE}/secret:pull")


def test_a_token_of_one_instance_opens_no_other(
    server: Server, cloud: Cloud, ask, login: Login, instance_name: str
):
    token = ask(login, f"repository:{NAMESPACE}/web:pull,push").json()["token"]
    other = cloud.create_instance(f"{instance_name}-other")
    cloud.create_namespace(other, NAMESPACE)
    stranger = Registry(server, other, token=token, by_host=True)
    answer = stranger.request("POST", f"{NAMESPACE}/web/blobs/uploads/")
    assert_refused(answer, 403, "DENIED")
    assert cloud.repositories(other) == []


def test_a_scope_beyond_ones_rights_is_denied_when_it_is_used(
    server: Server, cloud: Cloud, login: Login, instance_name: str
):
    """The token service gives what the user has of what was asked, here nothing."""
    other = cloud.create_instance(f"{instance_name}-other")
    cloud.create_namespace(other, NAMESPACE)
    answer = requests.get(
        f"{server.url}/service/token",
        params={"service": server.host(other.name), "scope": f"repository:{NAMESPACE}/web:pull,push"},
        auth=(login.username, login.password),
        headers={"Host": server.host(other.name)},
        timeout=30,
    )
    assert answer.status_code == 200, answer.text
    stranger = Registry(server, other, token=answer.json()["token"], by_host=True)
    assert_refused(stranger.request("POST", f"{NAMESPACE}/web/blobs/uploads/"), 403, "DENIED")


def test_a_wrong_password(ask, login: Login):
    answer = ask(Login(login.username, "wrong"), f"repository:{NAMESPACE}/web:pull")
    assert_refused(answer, 401, "UNAUTHORIZED")


def test_login_without_a_scope(ask, open_with, login: Login):
    """`docker login` asks without a scope and then looks at `/v2/`."""
    assert open_with(ask(login)).get("/v2/").status_code == 200


def test_nobody_gets_no_rights_on_a_private_namespace(ask, open_with, registry: Registry):
    digest = registry.push_blob(f"{NAMESPACE}/web", b"content")
    visitor = open_with(ask(None, f"repository:{NAMESPACE}/web:pull,push"))
    assert_refused(visitor.get_blob(f"{NAMESPACE}/web", digest), 401, "UNAUTHORIZED")
