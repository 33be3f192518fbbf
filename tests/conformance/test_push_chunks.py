"""Push: Pushing a blob in chunks (end-4a, end-4c, end-5, end-6, end-13)."""

import hashlib

import pytest

from conformance.breakage import broken_by, on
from conformance.conftest import Registry
from wharf.layer import sha256
from wharf.oci import location

POST = on("POST", "/blobs/uploads/")
PATCH = on("PATCH")
PUT = on("PUT", "digest=")
STATUS = on("GET", "/blobs/uploads/")
HEAD = on("HEAD", "/blobs/sha")
GET = on("GET", "/blobs/sha")
CONTENT = b"first" + b"second" + b"third"
OCTETS = "application/octet-stream"


@pytest.fixture
def upload(registry: Registry, repository: str) -> str:
    """A session that has no content yet."""
    return registry.start_upload(repository)


@pytest.fixture
def begun(registry: Registry, upload: str) -> str:
    """A session that has `first`, bytes 0 to 4."""
    return location(registry.send_chunk(upload, 0, b"first"))


@pytest.fixture
def complete(registry: Registry, begun: str) -> str:
    """A session that has all of CONTENT."""
    return location(registry.send_chunk(begun, 5, b"secondthird"))


@broken_by(POST.status(201), POST.status(411), POST.without("Location"))
def test_end_4a_post_with_content_length_0_begins_a_session(registry: Registry, repository: str):
    """MUST: a chunked upload begins with a POST whose Content-Length is 0."""
    answer = registry.request("POST", f"{repository}/blobs/uploads/", headers={"Content-Length": "0"})
    assert answer.status_code == 202
    assert answer.headers.get("Location")


@pytest.mark.parametrize("algorithm", ["sha256", "sha512"])
@broken_by(POST.status(400), PUT.status(400), GET.header("Docker-Content-Digest", sha256(CONTENT + b"!")))
def test_end_4c_the_digest_algorithm_is_used_for_the_blob(
    registry: Registry, repository: str, algorithm: str
):
    """SHOULD: with `digest-algorithm` the session takes a blob under that algorithm."""
    opened = registry.request("POST", f"{repository}/blobs/uploads/?digest-algorithm={algorithm}")
    assert opened.status_code == 202
    sent = registry.send_chunk(location(opened), 0, CONTENT)
    digest = f"{algorithm}:{hashlib.new(algorithm, CONTENT).hexdigest()}"
    assert registry.finish_upload(location(sent), digest).status_code == 201
    assert registry.get_blob(repository, digest).headers["Docker-Content-Digest"] == digest


@broken_by(POST.status(202))
def test_end_4c_an_unknown_digest_algorithm_is_400(registry: Registry, repository: str):
    """SHOULD: 400 for an algorithm that the registry does not support."""
    opened = registry.request("POST", f"{repository}/blobs/uploads/?digest-algorithm=md5")
    assert opened.status_code == 400


@broken_by(PATCH.status(416), POST.header("OCI-Chunk-Min-Length", "many"))
def test_end_4a_a_least_chunk_size_is_told(registry: Registry, repository: str):
    """SHOULD: a registry with a least chunk size tells it; else chunks of one byte are taken."""
    opened = registry.request("POST", f"{repository}/blobs/uploads/")
    told = opened.headers.get("OCI-Chunk-Min-Length", "1")
    assert told.isdigit()
    upload = location(opened)
    for number in range(2):
        chunk = b"x" * int(told)
        sent = registry.send_chunk(upload, number * len(chunk), chunk)
        assert sent.status_code == 202
        upload = location(sent)


@broken_by(PATCH.header("Range", "0-5"), PATCH.header("Range", "1-5"), PATCH.header("Range", "0-3"))
def test_end_5_a_range_includes_both_ends(registry: Registry, upload: str):
    """MUST: Content-Range and Range count the first and the last byte in."""
    sent = registry.request("PATCH", upload, headers={"Content-Range": "0-4"}, data=b"first")
    assert sent.headers.get("Range") == "0-4"


@pytest.mark.parametrize("start", [1, 5, 1000])
@broken_by(PATCH.status(202), PATCH.status(400))
def test_end_5_the_first_chunk_begins_with_0(registry: Registry, upload: str, start: int):
    """MUST: the first chunk's range begins with 0; another start is out of order."""
    assert registry.send_chunk(upload, start, b"first").status_code == 416


@pytest.mark.parametrize("content_range", ["0", "0-", "-4", "a-b", "4-0", "0-9", "0--4"])
@broken_by(PATCH.status(202), PATCH.status(500))
def test_end_5_a_range_of_another_form_is_refused(registry: Registry, upload: str, content_range: str):
    """MUST: Content-Range is two numbers with a hyphen between, and fits the body."""
    headers = {"Content-Range": content_range, "Content-Type": OCTETS}
    answer = registry.request("PATCH", upload, headers=headers, data=b"first")
    assert answer.status_code in (400, 416)


@broken_by(PATCH.status(204), PATCH.status(201))
def test_end_5_a_chunk_is_answered_with_202(registry: Registry, upload: str):
    """MUST: 202 for each chunk taken."""
    assert registry.send_chunk(upload, 0, b"first").status_code == 202


@broken_by(PATCH.without("Location"), PATCH.header("Location", "/v2/team/none/blobs/uploads/none"))
def test_end_5_a_chunk_tells_where_the_next_goes(registry: Registry, upload: str):
    """MUST: Location holds the address for the next chunk."""
    sent = registry.send_chunk(upload, 0, b"first")
    assert sent.headers.get("Location")
    assert registry.send_chunk(location(sent), 5, b"second").status_code == 202


@broken_by(PATCH.without("Range"), PATCH.header("Range", "0-0"), PATCH.header("Range", "bytes=0-10"))
def test_end_5_a_chunk_tells_the_end_of_range(registry: Registry, begun: str):
    """MUST: Range goes from 0 to the last byte that was taken, the end of Content-Range."""
    assert registry.send_chunk(begun, 5, b"second").headers.get("Range") == "0-10"


@pytest.mark.parametrize("start", [0, 4, 6, 100])
@broken_by(PATCH.status(202), PATCH.status(400))
def test_end_5_a_chunk_out_of_order_is_416(registry: Registry, begun: str, start: int):
    """MUST: a chunk begins right after the last byte taken, else 416."""
    assert registry.send_chunk(begun, start, b"second").status_code == 416


@broken_by(PATCH.status(416), GET.damaged())
def test_end_5_a_416_leaves_the_session_as_it_was(registry: Registry, repository: str, begun: str):
    """MUST: only chunks in order become the blob; after a 416 the upload goes on."""
    registry.send_chunk(begun, 11, b"third")
    sent = registry.send_chunk(begun, 5, b"secondthird")
    assert sent.status_code == 202
    registry.finish_upload(location(sent), sha256(CONTENT))
    assert registry.get_blob(repository, sha256(CONTENT)).content == CONTENT


@pytest.mark.parametrize("last_with", ["PATCH", "PUT"])
@broken_by(PUT.status(416), GET.damaged())
def test_end_6_the_final_chunk_comes_with_patch_or_put(
    registry: Registry, repository: str, begun: str, last_with: str
):
    """MAY: the final chunk comes with a PATCH or with the closing PUT."""
    if last_with == "PATCH":
        sent = registry.send_chunk(begun, 5, b"secondthird")
        put = registry.finish_upload(location(sent), sha256(CONTENT))
    else:
        put = registry.request(
            "PUT",
            f"{begun}{'&' if '?' in begun else '?'}digest={sha256(CONTENT)}",
            headers={"Content-Range": "5-15", "Content-Type": OCTETS},
            data=b"secondthird",
        )
    assert put.status_code == 201
    assert registry.get_blob(repository, sha256(CONTENT)).content == CONTENT


@broken_by(HEAD.status(200))
def test_end_6_only_a_put_closes_the_session(registry: Registry, repository: str, complete: str):
    """MUST: the session ends with a PUT; before it there is no blob, whatever was sent."""
    assert registry.head(f"{repository}/blobs/{sha256(CONTENT)}").status_code == 404


@broken_by(on("PUT").status(201))
def test_end_6_put_without_a_digest_is_400(registry: Registry, complete: str):
    """MUST: the closing PUT names the digest."""
    assert registry.request("PUT", complete).status_code == 400


@broken_by(PUT.status(201), HEAD.status(200))
def test_end_6_the_digest_is_the_whole_blobs(registry: Registry, repository: str, begun: str):
    """MUST: the digest is of the whole blob, not of its final chunk."""
    assert registry.finish_upload(begun, sha256(b"secondthird"), b"secondthird").status_code == 400
    assert registry.head(f"{repository}/blobs/{sha256(b'secondthird')}").status_code == 404


@broken_by(PUT.status(200), PUT.status(202))
def test_end_6_put_answers_201(registry: Registry, complete: str):
    """MUST: 201 for a session that is closed."""
    assert registry.finish_upload(complete, sha256(CONTENT)).status_code == 201


@broken_by(PUT.without("Location"), PUT.header("Location", "/v2/"), GET.status(404), GET.damaged())
def test_end_6_put_tells_where_to_pull(registry: Registry, complete: str):
    """MUST: Location holds an address from which the blob can be pulled."""
    put = registry.finish_upload(complete, sha256(CONTENT))
    assert put.headers.get("Location")
    pulled = registry.get(location(put))
    assert (pulled.status_code, pulled.content) == (200, CONTENT)


@pytest.mark.parametrize("start", [0, 4, 6, 100])
@broken_by(PUT.status(201), PUT.status(400), HEAD.status(200))
def test_end_6_a_final_chunk_out_of_order_is_416(
    registry: Registry, repository: str, begun: str, start: int
):
    """MUST: 416 for a final chunk that does not follow the last byte taken."""
    put = registry.request(
        "PUT",
        f"{begun}{'&' if '?' in begun else '?'}digest={sha256(CONTENT)}",
        headers={"Content-Range": f"{start}-{start + 10}", "Content-Type": OCTETS},
        data=b"secondthird",
    )
    assert put.status_code == 416
    assert registry.head(f"{repository}/blobs/{sha256(CONTENT)}").status_code == 404


@broken_by(STATUS.status(200), STATUS.status(404))
def test_end_13_the_status_is_204(registry: Registry, begun: str):
    """MUST: 204 for a session that is open."""
    assert registry.get(begun).status_code == 204


@broken_by(STATUS.without("Location"), STATUS.header("Location", "/v2/team/none/blobs/uploads/none"))
def test_end_13_the_status_tells_where_the_next_chunk_goes(registry: Registry, begun: str):
    """MUST: Location holds the address for the next chunk."""
    status = registry.get(begun)
    assert status.headers.get("Location")
    assert registry.send_chunk(location(status), 5, b"second").status_code == 202


@pytest.mark.parametrize("after_416", [False, True])
@broken_by(STATUS.without("Range"), STATUS.header("Range", "0-0"), STATUS.header("Range", "0-10"))
def test_end_13_the_status_tells_the_end_of_range(registry: Registry, begun: str, after_416: bool):
    """MUST: Range goes from 0 to the last byte that was taken, after a refused chunk too."""
    if after_416:
        registry.send_chunk(begun, 99, b"second")
    assert registry.get(begun).headers.get("Range") == "0-4"
