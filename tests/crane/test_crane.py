"""crane: the reference client of another family of tools."""

import json
from pathlib import Path

import pytest

from wharf.cloud import NAMESPACE, Instance, Login
from wharf.layout import Layout
from wharf.program import go_tool, run
from wharf.server import Server
from wharf.skopeo import Skopeo


@pytest.fixture
def crane(server: Server, login: Login, tmp_path: Path):
    """Run crane, logged in, trusting the server's authority."""
    environment = {
        "DOCKER_CONFIG": str(tmp_path / "docker"),
        "SSL_CERT_FILE": str(server.certificate_authority),
    }

    def crane(*words: str) -> str:
        return run(go_tool("crane"), *words, environment=environment).strip()

    crane("auth", "login", server.address, "--username", login.username, "--password", login.password)
    return crane


@pytest.fixture
def repository(server: Server, instance: Instance) -> str:
    return f"{server.address}/{instance.name}/{NAMESPACE}/all"


@pytest.fixture
def image(server: Server, login: Login, images: Layout, repository: str) -> str:
    """The index over both images, pushed by skopeo."""
    Skopeo(server, login).push(f"oci:{images.path}:all", f"docker://{repository}:v1", "--all")
    return f"{repository}:v1"


def test_digest(crane, image: str, images: Layout):
    assert crane("digest", image) == images.digest("all")


def test_manifest(crane, image: str, images: Layout):
    assert json.loads(crane("manifest", image)) == images.manifest("all")


def test_validate(crane, image: str):
    """crane reads every blob and compares digests, sizes and diff ids."""
    assert "PASS" in crane("validate", "--remote", image)


def test_tags(crane, image: str, repository: str):
    crane("tag", image, "v2")
    assert crane("ls", repository).split() == ["v1", "v2"]
    assert crane("digest", f"{repository}:v2") == crane("digest", image)


def test_push(crane, images: Layout, repository: str, image: str, tmp_path: Path):
    """`push --index` sends the layout's entry point: an index over the index that was pulled."""
    pulled = tmp_path / "pulled"
    crane("pull", "--format", "oci", image, str(pulled))
    again = repository.replace("/all", "/again") + ":v1"
    crane("push", "--index", str(pulled), again)
    entry_point = json.loads(crane("manifest", again))
    assert entry_point == json.loads((pulled / "index.json").read_text())
    assert [child["digest"] for child in entry_point["manifests"]] == [images.digest("all")]


def test_copy_between_repositories(crane, image: str, repository: str, images: Layout):
    copy = repository.replace("/all", "/copy") + ":v1"
    crane("copy", image, copy)
    assert crane("digest", copy) == images.digest("all")
    assert "PASS" in crane("validate", "--remote", copy)
