"""Blobs: uploaded whole, read whole or in part, and never half there."""

import pytest

from wharf.cloud import NAMESPACE
from wharf.layer import sha256
from wharf.oci import Registry, assert_refused, location
from wharf.small_image import SmallImage

REPOSITORY = f"{NAMESPACE}/web"
CONTENT = bytes(range(256)) * 40
ABSENT = sha256(b"never pushed")


def test_post_then_put(registry: Registry):
    done = registry.finish_upload(registry.start_upload(REPOSITORY), sha256(CONTENT), CONTENT)
    assert done.status_code == 201
    assert done.headers["Docker-Content-Digest"] == sha256(CONTENT)
    assert registry.get(location(done)).content == CONTENT


def test_in_one_request(registry: Registry):
    done = registry.request(
        "POST",
        f"{REPOSITORY}/blobs/uploads/?digest={sha256(CONTENT)}",
        headers={"Content-Type": "application/octet-stream"},
        data=CONTENT,
    )
    assert done.status_code == 201, done.text
    assert registry.get(location(done)).content == CONTENT


def test_head_tells_size_and_digest(registry: Registry):
    digest = registry.push_blob(REPOSITORY, CONTENT)
    head = registry.head(f"{REPOSITORY}/blobs/{digest}")
    assert head.status_code == 200
    assert head.headers["Content-Length"] == str(len(CONTENT))
    assert head.headers["Docker-Content-Digest"] == digest
    assert head.content == b""


def test_the_same_blob_twice(registry: Registry):
    first = registry.push_blob(REPOSITORY, CONTENT)
    assert registry.push_blob(REPOSITORY, CONTENT) == first
    assert registry.get_blob(REPOSITORY, first).content == CONTENT


def test_an_empty_blob(registry: Registry):
    digest = registry.push_blob(REPOSITORY, b"")
    answer = registry.get_blob(REPOSITORY, digest)
    assert (answer.status_code, answer.content) == (200, b"")


@pytest.mark.parametrize(
    ("wanted", "start", "end"),
    [
        ("0-0", 0, 1),
        ("100-199", 100, 200),
        ("10000-", 10000, None),
        ("-7", -7, None),
        ("10-999999", 10, None),
    ],
)
def test_part_of_a_blob(registry: Registry, wanted: str, start: int, end: int | None):
    digest = registry.push_blob(REPOSITORY, CONTENT)
    part = registry.get_blob(REPOSITORY, digest, headers={"Range": f"bytes={wanted}"})
    assert part.status_code == 206
    assert part.content == CONTENT[start:end]
    first = start % len(CONTENT)
    last = first + len(part.content) - 1
    assert part.headers["Content-Range"] == f"bytes {first}-{last}/{len(CONTENT)}"


def test_a_range_past_the_end(registry: Registry):
    digest = registry.push_blob(REPOSITORY, CONTENT)
    answer = registry.get_blob(REPOSITORY, digest, headers={"Range": f"bytes={len(CONTENT)}-"})
    assert answer.status_code == 416
    assert answer.headers["Content-Range"] == f"bytes */{len(CONTENT)}"


def test_a_wrong_digest(registry: Registry):
    wrong = sha256(b"something else")
    refused = registry.finish_upload(registry.start_upload(REPOSITORY), wrong, CONTENT)
    assert_refused(refused, 400, "DIGEST_INVALID")
    for digest in (wrong, sha256(CONTENT)):
        assert registry.head(f"{REPOSITORY}/blobs/{digest}").status_code == 404


@pytest.mark.parametrize("digest", ["sha256:abc", "md5:" + "0" * 32, "sha256:" + "G" * 64, "nonsense"])
def test_a_malformed_digest(registry: Registry, digest: str):
    refused = registry.finish_upload(registry.start_upload(REPOSITORY), digest, CONTENT)
    assert_refused(refused, 400, "DIGEST_INVALID")


def test_an_absent_blob(registry: Registry):
    registry.push_blob(REPOSITORY, CONTENT)
    assert_refused(registry.get_blob(REPOSITORY, ABSENT), 404, "BLOB_UNKNOWN")
    assert registry.head(f"{REPOSITORY}/blobs/{ABSENT}").status_code == 404


def test_a_blob_is_read_only_through_a_repository_that_has_it(registry: Registry):
    digest = registry.push_blob(REPOSITORY, CONTENT)
    registry.push_blob(f"{NAMESPACE}/other", b"so that the repository exists")
    assert_refused(registry.get_blob(f"{NAMESPACE}/other", digest), 404, "BLOB_UNKNOWN")


def test_an_unknown_namespace(registry: Registry):
    assert_refused(registry.request("POST", "absent/web/blobs/uploads/"), 404, "NAME_UNKNOWN")
    manifest = SmallImage.make("nowhere").manifest
    assert_refused(registry.put_manifest("absent/web", "v1", manifest), 404, "NAME_UNKNOWN")
    assert_refused(registry.get("absent/web/tags/list"), 404, "NAME_UNKNOWN")
