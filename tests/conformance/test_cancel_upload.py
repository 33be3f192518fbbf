"""Push: Cancel a blob upload (end-14)."""

from collections.abc import Callable

import pytest

from conformance.breakage import Breakage, broken_by, on
from conformance.conftest import Registry
from wharf.account import ROOT
from wharf.cloud import NAMESPACE, Cloud
from wharf.polling import eventually
from wharf.server import Server

DELETE = on("DELETE", "/blobs/uploads/")
STATUS = on("GET", "/blobs/uploads/")


@broken_by(DELETE.status(202), DELETE.status(404))
def test_end_14_delete_answers_204(registry: Registry, repository: str):
    """SHOULD: 204 for a session that is given up."""
    assert registry.request("DELETE", registry.start_upload(repository)).status_code == 204


@broken_by(DELETE.ignored(204), STATUS.status(204))
def test_end_14_a_cancelled_session_is_over(registry: Registry, repository: str):
    """The session takes nothing more: end-13 and end-5 answer 404."""
    upload = registry.start_upload(repository)
    registry.request("DELETE", upload)
    assert registry.get(upload).status_code == 404
    assert registry.send_chunk(upload, 0, b"late").status_code == 404


@pytest.fixture
def forgetful_server(make_server: Callable[..., Server]) -> Server:
    """A server that gives up a session at once when it lies still."""
    server = make_server()
    (server.directory / "wharf.toml").write_text('[limits]\nupload_idle = "1ms"\n')
    return server.start()


@broken_by(STATUS.status(204))
def test_end_14_an_unfinished_session_is_given_up_in_time(
    forgetful_server: Server, breakage: Breakage | None
):
    """SHOULD: unfinished uploads end by themselves. The server looks for them when it starts."""
    cloud = Cloud(forgetful_server, ROOT)
    instance = cloud.create_instance("forgetful")
    cloud.create_namespace(instance, NAMESPACE)
    registry = Registry(breakage, forgetful_server, instance, cloud.login(instance, "longterm"))
    upload = registry.start_upload(f"{NAMESPACE}/web")
    forgetful_server.stop()
    forgetful_server.start()
    eventually("sessions are given up", lambda: "given up" in forgetful_server.log.read_text())
    assert registry.get(upload).status_code == 404
