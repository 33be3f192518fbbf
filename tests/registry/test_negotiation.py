"""A tag that is an index: clients that know no indexes get the image for linux/amd64."""

import http.client
import json

import pytest
import requests

from wharf.cloud import NAMESPACE
from wharf.layer import sha256
from wharf.layout import INDEX, MANIFEST
from wharf.oci import Registry
from wharf.small_image import SmallImage

REPOSITORY = f"{NAMESPACE}/web"
DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
PLATFORMS = [("linux", "arm64"), ("windows", "amd64"), ("linux", "amd64"), ("linux", "s390x")]

OF_IMAGES = [
    MANIFEST,
    DOCKER_MANIFEST,
    f"{MANIFEST}, {DOCKER_MANIFEST}",
    f"{DOCKER_MANIFEST};q=0.9, text/html",
]
OF_INDEXES = [
    None,
    "*/*",
    "application/*",
    INDEX,
    DOCKER_LIST,
    f"{MANIFEST}, {INDEX}",
    f"{MANIFEST};q=1.0, {INDEX};q=0.1",
    f"{DOCKER_MANIFEST}, */*;q=0.1",
    f"{MANIFEST}, {DOCKER_LIST}",
]


@pytest.fixture
def children(registry: Registry) -> dict[tuple[str, str], SmallImage]:
    return {platform: SmallImage.make(platform).push(registry, REPOSITORY) for platform in PLATFORMS}


@pytest.fixture
def index(registry: Registry, children: dict[tuple[str, str], SmallImage]) -> bytes:
    """An index over all of them, under the tag `all`."""
    return put_index(registry, "all", children)


def put_index(registry: Registry, tag: str, children: dict[tuple[str, str], SmallImage]) -> bytes:
    manifests = [
        {
            "mediaType": MANIFEST,
            "digest": image.digest,
            "size": len(image.manifest),
            "platform": {"os": system, "architecture": architecture},
        }
        for (system, architecture), image in children.items()
    ]
    content = json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": manifests}).encode()
    assert registry.put_manifest(REPOSITORY, tag, content, INDEX).status_code == 201
    return content


def ask(registry: Registry, reference: str, accept: str | None, method: str = "GET") -> requests.Response:
    """`accept` None sends no such header at all."""
    path = f"{REPOSITORY}/manifests/{reference}"
    answer = registry.request(method, path, headers={"Accept": accept})
    assert answer.status_code == 200, answer.text
    return answer


def assert_is(answer: requests.Response, content: bytes, media_type: str) -> None:
    assert answer.content == content
    assert answer.headers["Content-Type"] == media_type
    assert answer.headers["Docker-Content-Digest"] == sha256(content)
    assert answer.headers["ETag"] == f'"{sha256(content)}"'


@pytest.mark.parametrize("accept", OF_IMAGES)
def test_a_client_of_images(registry: Registry, index: bytes, children, accept: str):
    image = children["linux", "amd64"]
    assert_is(ask(registry, "all", accept), image.manifest, MANIFEST)
    head = ask(registry, "all", accept, "HEAD")
    assert head.headers["Docker-Content-Digest"] == image.digest
    assert head.headers["Content-Length"] == str(len(image.manifest))


@pytest.mark.parametrize("accept", OF_INDEXES)
def test_a_client_of_indexes(registry: Registry, index: bytes, accept: str | None):
    assert_is(ask(registry, "all", accept), index, INDEX)
    assert ask(registry, "all", accept, "HEAD").headers["Docker-Content-Digest"] == sha256(index)


@pytest.mark.parametrize("accept", [*OF_IMAGES, *OF_INDEXES])
def test_a_digest_is_what_it_says(registry: Registry, index: bytes, children, accept: str | None):
    assert_is(ask(registry, sha256(index), accept), index, INDEX)
    image = children["linux", "arm64"]
    assert_is(ask(registry, image.digest, accept), image.manifest, MANIFEST)


def test_an_image_is_an_image(registry: Registry):
    image = SmallImage.make("alone").push(registry, REPOSITORY, "v1")
    for accept in (*OF_IMAGES, *OF_INDEXES, INDEX):
        assert_is(ask(registry, "v1", accept), image.manifest, MANIFEST)


def test_an_index_without_that_platform(registry: Registry, children):
    del children["linux", "amd64"]
    index = put_index(registry, "others", children)
    assert_is(ask(registry, "others", MANIFEST), index, INDEX)


def test_two_headers_are_one(registry: Registry, index: bytes):
    """A list in two headers means the same as in one (`requests` sends no header twice)."""
    connection = http.client.HTTPConnection(registry.server.address, timeout=30)
    connection.putrequest("GET", f"{registry.root}/{REPOSITORY}/manifests/all")
    authorization = requests.Request("GET", registry.server.url, auth=registry.basic).prepare().headers
    for name, value in (("Accept", MANIFEST), ("Accept", INDEX), *authorization.items()):
        connection.putheader(name, value)
    connection.endheaders()
    assert connection.getresponse().read() == index
    connection.close()


def test_not_modified_is_about_what_would_be_sent(registry: Registry, index: bytes, children):
    path, image, whole = f"{REPOSITORY}/manifests/all", children["linux", "amd64"].digest, sha256(index)
    for accept, mine, other in ((MANIFEST, image, whole), ("*/*", whole, image)):
        headers = {"Accept": accept, "If-None-Match": f'"{mine}"'}
        assert registry.get(path, headers=headers).status_code == 304
        headers["If-None-Match"] = f'"{other}"'
        assert registry.get(path, headers=headers).status_code == 200
