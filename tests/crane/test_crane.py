"""crane: the reference client of another family of tools."""

import json
from pathlib import Path

import pytest

from wharf.cloud import NAMESPACE, Login
from wharf.layout import Layout
from wharf.oci import Registry
from wharf.program import go_tool, run
from wharf.ways import Way


@pytest.fixture
def crane(way: Way, login: Login, client_environment: dict[str, str]):
    """Run crane, logged in, trusting the server's authority."""

    def crane(*words: str) -> str:
        return run(go_tool("crane"), *words, environment=client_environment).strip()

    crane("auth", "login", way.registry, "--username", login.username, "--password", login.password)
    return crane


@pytest.fixture
def image(way: Way, stored: str) -> str:
    """The index over both images."""
    return f"{way.repository(stored)}:v1"


@pytest.mark.client("crane", "pull")
def test_digest_and_manifest(crane, image: str, images: Layout):
    assert crane("digest", image) == images.digest("all")
    assert json.loads(crane("manifest", image)) == images.manifest("all")


@pytest.mark.client("crane", "pull")
def test_validate(crane, image: str):
    """crane reads every blob and compares digests, sizes and diff ids."""
    assert "PASS" in crane("validate", "--remote", image)


@pytest.mark.client("crane", "list")
def test_tags(crane, way: Way, stored: str, image: str):
    crane("tag", image, "v2")
    assert crane("ls", way.repository(stored)).split() == ["v1", "v2"]
    assert crane("digest", f"{way.repository(stored)}:v2") == crane("digest", image)


@pytest.mark.client("crane", "push", "pull")
def test_push(crane, images: Layout, way: Way, image: str, tmp_path: Path):
    """`push --index` sends the layout's entry point: an index over the index that was pulled."""
    pulled = tmp_path / "pulled"
    crane("pull", "--format", "oci", image, str(pulled))
    again = f"{way.repository('again')}:v1"
    crane("push", "--index", str(pulled), again)
    entry_point = json.loads(crane("manifest", again))
    assert entry_point == json.loads((pulled / "index.json").read_text())
    assert [child["digest"] for child in entry_point["manifests"]] == [images.digest("all")]
    assert "PASS" in crane("validate", "--remote", again)


@pytest.mark.client("crane", "push")
def test_copy_between_repositories(crane, image: str, way: Way, images: Layout):
    copy = f"{way.repository('copy')}:v1"
    crane("copy", image, copy)
    assert crane("digest", copy) == images.digest("all")
    assert "PASS" in crane("validate", "--remote", copy)


@pytest.mark.client("crane", "delete")
def test_delete(crane, way: Way, stored: str, image: str, registry: Registry, images: Layout):
    """The tag first, then the manifest that it named."""
    crane("delete", image)
    assert registry.get_manifest(f"{NAMESPACE}/{stored}", "v1").status_code == 404
    crane("delete", f"{way.repository(stored)}@{images.digest('all')}")
    assert registry.get_manifest(f"{NAMESPACE}/{stored}", images.digest("all")).status_code == 404
