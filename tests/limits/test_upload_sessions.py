"""Upload sessions: how many an instance may have, and how long they may lie still."""

from collections.abc import Callable
from pathlib import Path

import pytest

from wharf.account import ROOT
from wharf.cloud import NAMESPACE, Cloud
from wharf.layer import sha256
from wharf.oci import Registry, assert_refused
from wharf.polling import eventually
from wharf.server import Server

REPOSITORY = f"{NAMESPACE}/web"
UPLOADS = f"{REPOSITORY}/blobs/uploads/"
SESSIONS = 4


@pytest.fixture
def uploads(registry: Registry) -> list[str]:
    """As many sessions as an instance may have, in two repositories."""
    names = (REPOSITORY, f"{NAMESPACE}/db")
    return [registry.start_upload(names[number % 2]) for number in range(SESSIONS)]


@pytest.mark.parametrize("query", ["", f"?mount={sha256(b'absent')}", f"?digest={sha256(b'content')}"])
def test_one_more_is_refused(registry: Registry, uploads: list[str], query: str):
    refused = registry.request("POST", UPLOADS + query, data=b"content" if "digest" in query else None)
    assert_refused(refused, 429, "TOOMANYREQUESTS")
    for upload in uploads:
        assert registry.get(upload).status_code == 204
    assert registry.head(f"{REPOSITORY}/blobs/{sha256(b'content')}").status_code == 404


def test_a_finished_one_makes_room(registry: Registry, uploads: list[str]):
    assert registry.finish_upload(uploads[0], sha256(b"content"), b"content").status_code == 201
    registry.start_upload(REPOSITORY)
    assert_refused(registry.request("POST", UPLOADS), 429, "TOOMANYREQUESTS")


def test_a_cancelled_one_makes_room(registry: Registry, uploads: list[str]):
    assert registry.request("DELETE", uploads[0]).status_code == 204
    registry.start_upload(REPOSITORY)
    assert_refused(registry.request("POST", UPLOADS), 429, "TOOMANYREQUESTS")


def test_a_failed_one_makes_room(registry: Registry, uploads: list[str]):
    """A wrong digest ends the session."""
    assert_refused(registry.finish_upload(uploads[0], sha256(b"other"), b"content"), 400, "DIGEST_INVALID")
    registry.start_upload(REPOSITORY)


def test_another_instance_has_its_own(server: Server, cloud: Cloud, uploads: list[str], instance_name: str):
    other = cloud.create_instance(f"{instance_name}-other")
    cloud.create_namespace(other, NAMESPACE)
    Registry(server, other, cloud.login(other)).start_upload(REPOSITORY)


@pytest.fixture
def still(make_server: Callable[..., Server]) -> Registry:
    """An instance on a server of the test's own, which gives up what lies still for a second."""
    server = make_server().configure('[limits]\nupload_idle = "1s"\nupload_sessions = 1\n').start()
    cloud = Cloud(server, ROOT)
    instance = cloud.create_instance("still")
    cloud.create_namespace(instance, NAMESPACE)
    return Registry(server, instance, cloud.login(instance))


def let_it_lie(registry: Registry, upload: str) -> None:
    """The worker looks when it starts and once a minute: the server is started until it did."""

    def is_given_up() -> bool:
        registry.server.stop()
        registry.server.start()
        return registry.get(upload).status_code == 404

    eventually("the session is given up", is_given_up)


def test_what_lies_still_is_given_up(still: Registry):
    upload = still.start_upload(REPOSITORY)
    assert still.send_chunk(upload, 0, b"first").status_code == 202
    let_it_lie(still, upload)
    assert_refused(still.get(upload), 404, "BLOB_UPLOAD_UNKNOWN")
    assert_refused(still.send_chunk(upload, 5, b"second"), 404, "BLOB_UPLOAD_UNKNOWN")
    still.start_upload(REPOSITORY)


@pytest.mark.embedded
def test_the_files_of_what_lies_still_are_removed(still: Registry):
    upload = still.start_upload(REPOSITORY)
    assert still.send_chunk(upload, 0, b"first").status_code == 202
    assert files_of(still.server, upload)
    let_it_lie(still, upload)
    eventually("the files are removed", lambda: not files_of(still.server, upload))


def files_of(server: Server, upload: str) -> list[Path]:
    """The session's files."""
    return list(server.data.rglob(f"*{upload.rsplit('/', 1)[1]}*"))
