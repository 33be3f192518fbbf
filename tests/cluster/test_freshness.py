"""What one process acknowledged, the others know soon: tags, namespaces and deletions."""

import time

import pytest

from cluster.extent import extent
from wharf.cloud import NAMESPACE, Cloud, Instance
from wharf.cluster import Cluster
from wharf.oci import Registry
from wharf.small_image import SmallImage

REPOSITORY = f"{NAMESPACE}/web"
MOVES = extent("WHARF_TEST_MOVES", 100)
SECONDS = 1.0


def digest_at(registry: Registry, tag: str) -> str:
    answer = registry.head(f"{REPOSITORY}/manifests/{tag}", headers={"Accept": "*/*"})
    assert answer.status_code == 200, answer.status_code
    return answer.headers["Docker-Content-Digest"]


def seconds_until(registries: list[Registry], tag: str, digest: str) -> float:
    """How long after now the last of them answers this digest."""
    began = time.monotonic()
    behind = list(registries)
    while behind:
        behind = [registry for registry in behind if digest_at(registry, tag) != digest]
        assert time.monotonic() - began < 30, f"{len(behind)} processes do not see the new tag"
    return time.monotonic() - began


@pytest.mark.timeout(100 + MOVES)
def test_a_moved_tag_is_read_new_by_all(registries: list[Registry], capsys: pytest.CaptureFixture[str]):
    """Each process has the old tag in memory when it moves."""
    images = [SmallImage.make(f"fresh {number}").push(registries[0], REPOSITORY) for number in range(2)]
    longest = 0.0
    for move in range(MOVES):
        image, mover = images[move % 2], registries[move % len(registries)]
        assert mover.put_manifest(REPOSITORY, "moving", image.manifest).status_code == 201
        assert digest_at(mover, "moving") == image.digest
        longest = max(longest, seconds_until(registries, "moving", image.digest))
    with capsys.disabled():
        print(f"\nlongest time until all processes read a moved tag, of {MOVES}: {longest * 1000:.0f} ms")
    assert longest < SECONDS


def test_what_is_deleted_is_gone_everywhere(registries: list[Registry]):
    image = SmallImage.make("deleted").push(registries[0], REPOSITORY, "v1")
    for registry in registries:
        assert registry.get_manifest(REPOSITORY, "v1").status_code == 200
    assert registries[1].request("DELETE", f"{REPOSITORY}/manifests/{image.digest}").status_code == 202
    assert registries[1].get_manifest(REPOSITORY, "v1").status_code == 404
    time.sleep(SECONDS)
    for registry in registries:
        assert registry.get_manifest(REPOSITORY, "v1").status_code == 404


def test_a_new_namespace_takes_pushes_everywhere(
    cluster: Cluster, instance: Instance, cloud: Cloud, registries: list[Registry]
):
    for number, registry in enumerate(registries):
        cloud.create_namespace(instance, f"new-{number}")
        assert registry.push_blob(f"new-{number}/web", b"content")
