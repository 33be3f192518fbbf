"""skopeo pushes, lists, pulls and deletes, by path and by host name."""

from pathlib import Path

import pytest

from wharf.cloud import NAMESPACE, Login
from wharf.layout import Layout
from wharf.oci import Registry
from wharf.server import Server
from wharf.skopeo import Skopeo
from wharf.ways import Way


@pytest.fixture
def skopeo_on_its_way(server: Server, login: Login, way: Way) -> Skopeo:
    return Skopeo(server, login, way.environment)


@pytest.mark.client("skopeo", "push", "pull", "list")
def test_push_list_and_pull(skopeo_on_its_way: Skopeo, way: Way, images: Layout, pulled: Path):
    repository = f"docker://{way.repository('all')}"
    skopeo_on_its_way.push(f"oci:{images.path}:all", f"{repository}:v1", "--all")
    assert skopeo_on_its_way.tags(repository) == ["v1"]
    skopeo_on_its_way.pull(f"{repository}:v1", f"oci:{pulled}:all", "--all")
    assert Layout(pulled).digest("all") == images.digest("all")
    assert Layout(pulled).digests() == images.digests()


@pytest.mark.client("skopeo", "delete")
def test_delete(skopeo_on_its_way: Skopeo, way: Way, stored: str, registry: Registry, images: Layout):
    """skopeo asks which manifest the tag names and deletes that."""
    skopeo_on_its_way.delete(f"docker://{way.repository(stored)}:v1")
    for reference in ("v1", images.digest("all")):
        assert registry.get_manifest(f"{NAMESPACE}/{stored}", reference).status_code == 404
