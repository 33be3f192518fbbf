"""`kill -9` while clients push: what was acknowledged is there, and nothing is half there."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from wharf.cloud import NAMESPACE, Cloud, Instance
from wharf.layer import sha256
from wharf.layout import Layout
from wharf.ledger import Ledger
from wharf.oci import Registry
from wharf.server import Server
from wharf.skopeo import Skopeo
from wharf.small_image import SmallImage

REPOSITORY = f"{NAMESPACE}/web"
ROUNDS = 20
LAYER_SIZE = 300_000


@pytest.mark.parametrize("clients", [1, 4])
def test_at_many_moments(
    own_server: Server, own_cloud: Cloud, own_instance: Instance, own_registry: Registry, clients: int
):
    """The moments are spread evenly over the time that one push takes. Each client has a repository."""
    ledgers = [Ledger(f"{NAMESPACE}/web-{client}") for client in range(clients)]
    began = time.monotonic()
    with ThreadPoolExecutor(clients) as pool:
        list(pool.map(lambda ledger: push(ledger, own_registry, "first"), ledgers))
    push_time = time.monotonic() - began

    for number in range(ROUNDS):
        killer = threading.Timer(push_time * (number + 0.5) / ROUNDS, own_server.kill)
        killer.start()
        with ThreadPoolExecutor(clients) as pool:
            list(pool.map(lambda ledger, number=number: push_on(ledger, own_registry, number), ledgers))
        killer.join()
        own_server.start()
        for ledger in ledgers:
            ledger.claim(own_registry)

    for ledger in ledgers:
        listed = own_cloud.images(own_instance, *ledger.repository.split("/"))
        assert {tag: image.Digest for tag, image in listed.items()} == {
            tag: ledger.sent_images[tag].digest for tag in own_registry.tags(ledger.repository)
        }


def push(ledger: Ledger, registry: Registry, tag: str) -> None:
    ledger.push(registry, tag, SmallImage.make(ledger.repository + tag, layer_size=LAYER_SIZE))


def push_on(ledger: Ledger, registry: Registry, number: int) -> None:
    """Push one image after the other until the server is gone."""
    with pytest.raises(requests.RequestException):
        for image in range(1000):
            push(ledger, registry, f"round-{number}-{image}")


@pytest.mark.parametrize("sent", [0, 1, LAYER_SIZE // 2, LAYER_SIZE - 1])
def test_within_a_blob(own_server: Server, own_registry: Registry, sent: int):
    content = SmallImage.make("within", layers=1, layer_size=LAYER_SIZE).layers[0]
    digest = sha256(content)
    own_registry.push_blob(REPOSITORY, b"so that the repository exists")

    def body() -> Iterator[bytes]:
        yield content[:sent]
        own_server.kill()
        yield content[sent:]

    upload = own_registry.start_upload(REPOSITORY)
    with pytest.raises(requests.RequestException):
        own_registry.finish_upload(upload, digest, body())
    own_server.start()
    assert own_registry.head(f"{REPOSITORY}/blobs/{digest}").status_code == 404
    assert own_registry.push_blob(REPOSITORY, content) == digest
    assert own_registry.get_blob(REPOSITORY, digest).content == content


def test_after_a_push(
    own_server: Server, own_cloud: Cloud, own_instance: Instance, images: Layout, tmp_path: Path
):
    """A real image, killed the moment its push was acknowledged."""
    skopeo = Skopeo(own_server, own_cloud.login(own_instance, "longterm"))
    image = f"docker://{own_server.address}/{own_instance.name}/{NAMESPACE}/all:v1"
    skopeo.push(f"oci:{images.path}:all", image, "--all")
    own_server.kill()
    own_server.start()
    skopeo.pull(image, f"oci:{tmp_path}/pulled:all", "--all")
    assert Layout(tmp_path / "pulled").digests() == images.digests()
    listed = own_cloud.images(own_instance, NAMESPACE, "all")
    assert [(tag, found.Digest) for tag, found in listed.items()] == [("v1", images.digest("all"))]
