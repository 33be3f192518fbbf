"""Conditional requests (RFC 9110, section 13): what a client has already is not sent again."""

import pytest
import requests

from wharf.cloud import NAMESPACE
from wharf.layer import sha256
from wharf.oci import Registry
from wharf.small_image import SmallImage

REPOSITORY = f"{NAMESPACE}/web"
OTHER = f'"{sha256(b"other")}"'


@pytest.fixture
def image(registry: Registry) -> SmallImage:
    return SmallImage.make("conditions").push(registry, REPOSITORY, "v1")


@pytest.fixture(params=["manifest by tag", "manifest by digest", "blob"])
def content(request: pytest.FixtureRequest, image: SmallImage) -> tuple[str, bytes]:
    """A path and what is there."""
    blob = image.layers[0]
    return {
        "manifest by tag": (f"{REPOSITORY}/manifests/v1", image.manifest),
        "manifest by digest": (f"{REPOSITORY}/manifests/{image.digest}", image.manifest),
        "blob": (f"{REPOSITORY}/blobs/{sha256(blob)}", blob),
    }[request.param]


def etag(registry: Registry, path: str) -> str:
    return registry.head(path).headers["ETag"]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_the_tag_is_strong_and_stays(registry: Registry, content: tuple[str, bytes], method: str):
    path, _ = content
    tags = {registry.request(method, path).headers["ETag"] for _ in range(2)}
    assert tags == {etag(registry, path)}
    (tag,) = tags
    assert tag.startswith('"') and tag.endswith('"')


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("form", ["{tag}", "W/{tag}", "*", "{other}, {tag}", "{tag},{other}"])
def test_not_modified(registry: Registry, content: tuple[str, bytes], method: str, form: str):
    path, expected = content
    header = form.format(tag=etag(registry, path), other=OTHER)
    answer = registry.request(method, path, headers={"If-None-Match": header})
    assert (answer.status_code, answer.content) == (304, b"")
    assert answer.headers["ETag"] == etag(registry, path)
    assert answer.headers["Docker-Content-Digest"] == sha256(expected)


@pytest.mark.parametrize("header", [OTHER, f"W/{OTHER}", "", "nonsense"])
def test_modified(registry: Registry, content: tuple[str, bytes], header: str):
    path, expected = content
    answer = registry.get(path, headers={"If-None-Match": header})
    assert (answer.status_code, answer.content) == (200, expected)


def test_a_tag_that_moved(registry: Registry, image: SmallImage):
    path = f"{REPOSITORY}/manifests/v1"
    old = etag(registry, path)
    new = SmallImage.make("moved").push(registry, REPOSITORY, "v1")
    answer = registry.get(path, headers={"If-None-Match": old})
    assert (answer.status_code, answer.content) == (200, new.manifest)


def test_who_may_not_read_is_not_told(anonymous: Registry, registry: Registry, content: tuple[str, bytes]):
    path, _ = content
    for header in (etag(registry, path), "*"):
        assert anonymous.get(path, headers={"If-None-Match": header}).status_code == 401


def test_what_is_absent_is_not_unmodified(registry: Registry, image: SmallImage):
    for path in (f"manifests/{sha256(b'x')}", "manifests/absent", f"blobs/{sha256(b'x')}"):
        answer = registry.get(f"{REPOSITORY}/{path}", headers={"If-None-Match": "*"})
        assert answer.status_code == 404


def ranged(registry: Registry, image: SmallImage, if_range: str | None) -> requests.Response:
    path = f"{REPOSITORY}/blobs/{sha256(image.layers[0])}"
    headers = {"Range": "bytes=100-199"} | ({"If-Range": if_range} if if_range is not None else {})
    return registry.get(path, headers=headers)


def test_a_range_of_the_same_content(registry: Registry, image: SmallImage):
    blob = image.layers[0]
    for if_range in (None, etag(registry, f"{REPOSITORY}/blobs/{sha256(blob)}")):
        answer = ranged(registry, image, if_range)
        assert (answer.status_code, answer.content) == (206, blob[100:200])
        assert answer.headers["Content-Range"] == f"bytes 100-199/{len(blob)}"


@pytest.mark.parametrize("form", ["{other}", "W/{tag}", "Wed, 21 Oct 2015 07:28:00 GMT", "nonsense"])
def test_a_range_of_other_content_is_all_of_it(registry: Registry, image: SmallImage, form: str):
    """`If-Range` compares strongly (section 13.1.5): a weak tag does not match."""
    blob = image.layers[0]
    tag = etag(registry, f"{REPOSITORY}/blobs/{sha256(blob)}")
    answer = ranged(registry, image, form.format(tag=tag, other=OTHER))
    assert (answer.status_code, answer.content) == (200, blob)
    assert "Content-Range" not in answer.headers


def test_not_modified_comes_before_the_range(registry: Registry, image: SmallImage):
    path = f"{REPOSITORY}/blobs/{sha256(image.layers[0])}"
    headers = {"Range": "bytes=100-199", "If-None-Match": etag(registry, path)}
    assert registry.get(path, headers=headers).status_code == 304
