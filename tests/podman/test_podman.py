"""podman pulls what skopeo pushed, pushes it elsewhere and lists it."""

import json
from pathlib import Path

import pytest

from wharf.cloud import NAMESPACE, Login
from wharf.layout import Layout
from wharf.oci import Registry
from wharf.program import run
from wharf.real_image import other_architecture
from wharf.ways import ONLY_BY_PATH, Way


@pytest.fixture
def podman(storage: list[str], client_environment: dict[str, str], login: Login, way: Way, tmp_path: Path):
    """Run podman, logged in, trusting the server's authority."""
    environment = {**client_environment, "REGISTRY_AUTH_FILE": str(tmp_path / "auth.json")}

    def podman(*words: str, **options) -> str:
        return run("podman", *storage, *words, environment=environment, **options)

    user = ["--username", login.username, "--password-stdin"]
    assert "Login Succeeded" in podman("login", *user, way.registry, input=login.password)
    return podman


@pytest.fixture
def image(way: Way, stored: str) -> str:
    """The index over both images."""
    return f"{way.repository(stored)}:v1"


def digests(inspected: dict) -> set[str]:
    """The digests under which podman says it got an image."""
    return {reference.split("@")[1] for reference in inspected["RepoDigests"]}


@pytest.mark.client("podman", "pull")
@ONLY_BY_PATH
def test_the_same_digests(podman, image: str, images: Layout):
    podman("pull", "--quiet", image)
    (found,) = json.loads(podman("image", "inspect", image))
    assert digests(found) == {images.digest("all"), images.digest("shell")}
    config = json.loads(images.blob(images.manifest("shell")["config"]["digest"]))
    assert found["RootFS"]["Layers"] == config["rootfs"]["diff_ids"]
    assert found["Config"]["Cmd"] == ["/bin/sh"]


@pytest.mark.client("podman", "pull")
@ONLY_BY_PATH
def test_another_platform(podman, image: str, images: Layout):
    podman("pull", "--quiet", "--arch", other_architecture(), image)
    (found,) = json.loads(podman("image", "inspect", image))
    assert found["Architecture"] == other_architecture()
    assert digests(found) == {images.digest("all"), images.digest("data")}


@pytest.mark.client("podman", "push", "pull", "list")
def test_push_and_list(podman, way: Way, image: str, images: Layout, registry: Registry):
    podman("pull", "--quiet", image)
    podman("push", "--quiet", "--format", "oci", image, f"{way.repository('again')}:v2")
    listed = json.loads(podman("search", "--list-tags", "--format", "json", way.repository("again")))
    assert listed == [{"Name": way.repository("again"), "Tags": ["v2"]}]
    again = registry.get_manifest(f"{NAMESPACE}/again", "v2").json()
    assert again["config"]["digest"] == images.manifest("shell")["config"]["digest"]
