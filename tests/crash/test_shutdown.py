"""SIGTERM: the server takes nothing new, finishes what runs, and ends well."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from wharf.cloud import NAMESPACE
from wharf.layer import sha256
from wharf.oci import Registry
from wharf.polling import eventually
from wharf.server import Server
from wharf.small_image import SmallImage

REPOSITORY = f"{NAMESPACE}/web"

# More than the sockets between client and server hold, so that the server is
# surely reading when the first part has been sent.
PART = 16 * 1024 * 1024


def test_a_running_upload_is_finished(own_server: Server, own_registry: Registry):
    first, second = SmallImage.make("slow", layers=2, layer_size=PART).layers
    digest = sha256(first + second)
    first_is_sent, go_on = threading.Event(), threading.Event()

    def body() -> Iterator[bytes]:
        yield first
        first_is_sent.set()
        assert go_on.wait(60)
        yield second

    upload = own_registry.start_upload(REPOSITORY)
    with ThreadPoolExecutor(1) as client:
        finishing = client.submit(own_registry.finish_upload, upload, digest, body())
        try:
            assert first_is_sent.wait(60)
            own_server.terminate()
            eventually("the server is no longer ready", lambda: not own_server.is_ready())
        finally:
            go_on.set()
        answer = finishing.result(60)
    assert answer.status_code == 201, answer.text
    assert own_server.wait() == 0

    own_server.start()
    assert own_registry.get_blob(REPOSITORY, digest).content == first + second


def test_an_idle_server_ends_at_once(own_server: Server, own_registry: Registry):
    digest = own_registry.push_blob(REPOSITORY, b"content")
    own_server.stop()
    own_server.start()
    assert own_registry.get_blob(REPOSITORY, digest).content == b"content"
