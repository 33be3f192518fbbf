"""Who may is asked before what is sent: nobody has the server read and judge what it will not take."""

import pytest

from wharf.cloud import NAMESPACE, Instance, Login
from wharf.layer import sha256
from wharf.layout import MANIFEST
from wharf.oci import MANIFEST_LIMIT, Registry, assert_refused
from wharf.server import Server

UPLOADS = f"{NAMESPACE}/web/blobs/uploads/"

MISTAKES = {
    "no manifest": (f"{NAMESPACE}/web/manifests/v1", MANIFEST, b"not json"),
    "another digest": (f"{NAMESPACE}/web/manifests/{sha256(b'other')}", MANIFEST, b"{}"),
    "an unknown type": (f"{NAMESPACE}/web/manifests/v1", "text/plain", b"{}"),
    "too large a manifest": (f"{NAMESPACE}/web/manifests/v1", MANIFEST, b" " * (MANIFEST_LIMIT + 1)),
    "an unknown upload": (f"{UPLOADS}absent?digest={sha256(b'x')}", "application/octet-stream", b"x"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_nobody_is_asked_to_log_in(anonymous: Registry, mistake: str):
    path, media_type, content = MISTAKES[mistake]
    answer = anonymous.request("PUT", path, headers={"Content-Type": media_type}, data=content)
    assert_refused(answer, 401, "UNAUTHORIZED")


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_stranger_is_refused(server: Server, instance: Instance, stranger: Login, mistake: str):
    path, media_type, content = MISTAKES[mistake]
    registry = Registry(server, instance, stranger)
    answer = registry.request("PUT", path, headers={"Content-Type": media_type}, data=content)
    assert_refused(answer, 403, "DENIED")
