"""oras copies images between a layout on disk and the registry."""

from pathlib import Path

import pytest

from wharf.cloud import NAMESPACE
from wharf.layout import Layout
from wharf.oci import Registry
from wharf.ways import WITH_PLAIN_HTTP, Way

pytestmark = WITH_PLAIN_HTTP


@pytest.mark.client("oras", "push", "pull", "list")
def test_push_list_and_pull(oras, way: Way, images: Layout, tmp_path: Path):
    repository = way.repository("all")
    oras("cp", "--from-oci-layout", f"{images.path}:all", f"{repository}:v1,v2", side="to-")
    assert oras("repo", "tags", repository).split() == ["v1", "v2"]
    assert oras("resolve", f"{repository}:v2") == images.digest("all")

    pulled = tmp_path / "pulled"
    oras("cp", f"{repository}:v1", "--to-oci-layout", f"{pulled}:all", side="from-")
    assert Layout(pulled).digest("all") == images.digest("all")
    assert Layout(pulled).digests() == images.digests()


@pytest.mark.client("oras", "delete")
def test_delete_a_manifest(oras, way: Way, stored: str, images: Layout, registry: Registry):
    """oras deletes the manifest that the tag names."""
    oras("manifest", "delete", "--force", f"{way.repository(stored)}:v1")
    for reference in ("v1", images.digest("all")):
        assert registry.get_manifest(f"{NAMESPACE}/{stored}", reference).status_code == 404


@pytest.mark.client("oras", "delete")
def test_delete_a_blob(oras, way: Way, registry: Registry, tmp_path: Path):
    """A blob that no manifest names."""
    digest = registry.push_blob(f"{NAMESPACE}/loose", b"content")
    fetched = tmp_path / "fetched"
    oras("blob", "fetch", "--output", fetched, f"{way.repository('loose')}@{digest}")
    assert fetched.read_bytes() == b"content"
    oras("blob", "delete", "--force", f"{way.repository('loose')}@{digest}")
    assert registry.get_blob(f"{NAMESPACE}/loose", digest).status_code == 404
