"""One upload through several processes: any of them takes the next chunk."""

from itertools import accumulate, cycle, islice

import pytest

from wharf.cloud import NAMESPACE, Instance, Login
from wharf.cluster import Cluster, RoundRobin
from wharf.layer import sha256
from wharf.oci import Registry, location
from wharf.small_image import SmallImage

REPOSITORY = f"{NAMESPACE}/web"
BYTE, SMALL, LARGE = 1, 100_000, 6 * 1024 * 1024

SIZES = {
    "bytes": [BYTE] * 20,
    "small": [SMALL] * 12,
    "large": [LARGE] * 4,
    "mixed": [BYTE, LARGE, SMALL, BYTE, SMALL, LARGE, BYTE, SMALL, LARGE, LARGE, BYTE],
    "large, then bytes": [LARGE, BYTE, BYTE, BYTE],
    "bytes, then large": [BYTE, BYTE, BYTE, LARGE],
}


@pytest.fixture
def robin(cluster: Cluster, instance: Instance, login: Login) -> Registry:
    """Each request goes to another process than the one before."""
    return RoundRobin(cluster, instance, login)


def content_of(sizes: list[int]) -> list[bytes]:
    """Chunks of random bytes, unlike each other."""
    (whole,) = SmallImage.make(f"chunks {sizes}", layers=1, layer_size=sum(sizes)).layers
    ends = list(accumulate(sizes))
    return [whole[end - size : end] for end, size in zip(ends, sizes, strict=True)]


@pytest.mark.parametrize("sizes", SIZES.values(), ids=SIZES)
def test_each_chunk_to_another_process(robin: Registry, registries: list[Registry], sizes: list[int]):
    chunks = content_of(sizes)
    upload, sent = robin.start_upload(REPOSITORY), 0
    for chunk in chunks:
        answer = robin.send_chunk(upload, sent, chunk)
        assert answer.status_code == 202, answer.text
        upload, sent = location(answer), sent + len(chunk)
        status = robin.get(upload)
        assert (status.status_code, status.headers["Range"]) == (204, f"0-{sent - 1}")
    digest = sha256(b"".join(chunks))
    assert robin.finish_upload(upload, digest).status_code == 201
    for registry in registries:
        assert registry.get_blob(REPOSITORY, digest).content == b"".join(chunks)


def test_the_last_chunk_comes_with_the_finish(robin: Registry, registries: list[Registry]):
    first, last = content_of([LARGE, SMALL])
    upload = location(robin.send_chunk(robin.start_upload(REPOSITORY), 0, first))
    assert robin.finish_upload(upload, sha256(first + last), last).status_code == 201
    for registry in registries:
        assert registry.get_blob(REPOSITORY, sha256(first + last)).content == first + last


def test_a_chunk_out_of_order_is_refused_by_every_process(robin: Registry, registries: list[Registry]):
    upload = location(robin.send_chunk(robin.start_upload(REPOSITORY), 0, b"first"))
    for registry in registries:
        assert registry.send_chunk(upload, 3, b"second").status_code == 416
    assert robin.finish_upload(upload, sha256(b"first")).status_code == 201


def test_a_cancelled_upload_is_gone_everywhere(registries: list[Registry]):
    upload = registries[0].start_upload(REPOSITORY)
    assert registries[1].request("DELETE", upload).status_code == 204
    for registry in registries:
        assert registry.get(upload).status_code == 404


def test_many_uploads_at_once_do_not_mix(robin: Registry):
    uploads = [robin.start_upload(REPOSITORY) for _ in range(10)]
    contents = [content_of([SMALL + number, SMALL]) for number in range(10)]
    for part in range(2):
        for number in islice(cycle(range(10)), 3, 13):
            start = len(contents[number][0]) * part
            answer = robin.send_chunk(uploads[number], start, contents[number][part])
            assert answer.status_code == 202, answer.text
            uploads[number] = location(answer)
    for upload, parts in zip(uploads, contents, strict=True):
        assert robin.finish_upload(upload, sha256(b"".join(parts))).status_code == 201
