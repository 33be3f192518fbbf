"""Uploads in chunks: offsets are told, kept in order, and an upload can be given up."""

import pytest

from wharf.cloud import NAMESPACE
from wharf.layer import sha256
from wharf.oci import Registry, assert_refused, location

REPOSITORY = f"{NAMESPACE}/web"
CHUNKS = (b"a" * 1000, b"b" * 2000, b"c" * 500)
CONTENT = b"".join(CHUNKS)


@pytest.fixture
def upload(registry: Registry) -> str:
    return registry.start_upload(REPOSITORY)


def send_all(registry: Registry, upload: str, chunks: tuple[bytes, ...]) -> str:
    """Send chunks in order, check each answer and return the last location."""
    offset = 0
    for chunk in chunks:
        answer = registry.send_chunk(upload, offset, chunk)
        assert answer.status_code == 202, answer.text
        offset += len(chunk)
        assert answer.headers["Range"] == f"0-{offset - 1}"
        upload = location(answer)
    return upload


def test_chunks_in_order(registry: Registry, upload: str):
    upload = send_all(registry, upload, CHUNKS)
    done = registry.finish_upload(upload, sha256(CONTENT))
    assert done.status_code == 201, done.text
    assert registry.get_blob(REPOSITORY, sha256(CONTENT)).content == CONTENT


def test_the_last_chunk_with_the_put(registry: Registry, upload: str):
    upload = send_all(registry, upload, CHUNKS[:2])
    assert registry.finish_upload(upload, sha256(CONTENT), CHUNKS[2]).status_code == 201
    assert registry.get_blob(REPOSITORY, sha256(CONTENT)).content == CONTENT


def test_one_stream_without_a_length(registry: Registry, upload: str):
    """What Docker sends: one PATCH, chunked transfer coding and no Content-Range."""
    answer = registry.request("PATCH", upload, data=iter(CHUNKS))
    assert answer.status_code == 202, answer.text
    assert answer.headers["Range"] == f"0-{len(CONTENT) - 1}"
    assert registry.finish_upload(location(answer), sha256(CONTENT)).status_code == 201
    assert registry.get_blob(REPOSITORY, sha256(CONTENT)).content == CONTENT


def test_the_status_tells_the_offset(registry: Registry, upload: str):
    upload = send_all(registry, upload, CHUNKS[:1])
    status = registry.get(upload)
    assert status.status_code == 204
    assert status.headers["Range"] == "0-999"
    assert location(status)


@pytest.mark.parametrize("start", [0, 500, 1500])
def test_a_chunk_out_of_order(registry: Registry, upload: str, start: int):
    upload = send_all(registry, upload, CHUNKS[:1])
    answer = registry.send_chunk(upload, start, CHUNKS[1])
    assert answer.status_code == 416
    assert answer.headers["Range"] == "0-999"
    send_all_rest = registry.send_chunk(upload, 1000, CHUNKS[1])
    assert send_all_rest.status_code == 202, "the upload goes on where it was"
    done = registry.finish_upload(location(send_all_rest), sha256(CONTENT), CHUNKS[2])
    assert done.status_code == 201


def test_nothing_is_readable_before_the_end(registry: Registry, upload: str):
    send_all(registry, upload, CHUNKS)
    assert registry.head(f"{REPOSITORY}/blobs/{sha256(CONTENT)}").status_code == 404


def test_a_wrong_digest_at_the_end(registry: Registry, upload: str):
    upload = send_all(registry, upload, CHUNKS)
    assert_refused(registry.finish_upload(upload, sha256(b"other")), 400, "DIGEST_INVALID")
    assert registry.head(f"{REPOSITORY}/blobs/{sha256(b'other')}").status_code == 404


def test_giving_up(registry: Registry, upload: str):
    upload = send_all(registry, upload, CHUNKS[:1])
    assert registry.request("DELETE", upload).status_code == 204
    assert_refused(registry.get(upload), 404, "BLOB_UPLOAD_UNKNOWN")
    assert_refused(registry.send_chunk(upload, 1000, CHUNKS[1]), 404, "BLOB_UPLOAD_UNKNOWN")


def test_a_finished_upload_is_over(registry: Registry, upload: str):
    upload = send_all(registry, upload, CHUNKS)
    assert registry.finish_upload(upload, sha256(CONTENT)).status_code == 201
    assert_refused(registry.get(upload), 404, "BLOB_UPLOAD_UNKNOWN")


def test_an_upload_belongs_to_its_repository(registry: Registry, upload: str):
    elsewhere = upload.replace(f"/{REPOSITORY}/", f"/{NAMESPACE}/other/")
    assert elsewhere != upload
    registry.push_blob(f"{NAMESPACE}/other", b"so that the repository exists")
    assert_refused(registry.get(elsewhere), 404, "BLOB_UPLOAD_UNKNOWN")
