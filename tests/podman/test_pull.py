"""podman and buildah pull what skopeo pushed; the image runs."""

import json
import tempfile
from collections.abc import Iterator

import pytest

from wharf.cloud import NAMESPACE, Instance, Login
from wharf.layout import Layout
from wharf.program import run
from wharf.real_image import other_architecture
from wharf.server import Server
from wharf.skopeo import Skopeo


@pytest.fixture
def storage() -> Iterator[list[str]]:
    """Flags for image storage of the test's own, without any kernel file system.

    podman takes paths of 50 characters at most, which pytest's own are not.
    """
    with tempfile.TemporaryDirectory(prefix="podman-") as folder:
        yield ["--root", f"{folder}/storage", "--runroot", f"{folder}/run", "--storage-driver", "vfs"]


@pytest.fixture
def pull_flags(login: Login, pushed: Skopeo) -> list[str]:
    return ["--quiet", "--creds", str(login), "--cert-dir", str(pushed.certificates)]


@pytest.fixture
def pushed(server: Server, login: Login, images: Layout, image: str) -> Skopeo:
    """The index over both images, in the registry."""
    skopeo = Skopeo(server, login)
    skopeo.push(f"oci:{images.path}:all", f"docker://{image}", "--all")
    return skopeo


@pytest.fixture
def image(server: Server, instance: Instance) -> str:
    return f"{server.address}/{instance.name}/{NAMESPACE}/all:v1"


def digests(inspected: dict) -> set[str]:
    """The digests under which podman says it got an image."""
    return {reference.split("@")[1] for reference in inspected["RepoDigests"]}


def test_podman_pulls_the_same_digests(storage: list[str], pull_flags: list[str], image: str, images: Layout):
    run("podman", *storage, "pull", *pull_flags, image)
    (found,) = json.loads(run("podman", *storage, "image", "inspect", image))
    assert digests(found) == {images.digest("all"), images.digest("shell")}
    config = json.loads(images.blob(images.manifest("shell")["config"]["digest"]))
    assert found["RootFS"]["Layers"] == config["rootfs"]["diff_ids"]
    assert found["Config"]["Cmd"] == ["/bin/sh"]


def test_podman_pulls_another_platform(storage: list[str], pull_flags: list[str], image: str, images: Layout):
    run("podman", *storage, "pull", *pull_flags, "--arch", other_architecture(), image)
    (found,) = json.loads(run("podman", *storage, "image", "inspect", image))
    assert found["Architecture"] == other_architecture()
    assert digests(found) == {images.digest("all"), images.digest("data")}


def test_the_image_runs(storage: list[str], pull_flags: list[str], image: str):
    """In a plain chroot, which needs fewer rights than a container runtime does."""
    container = run("buildah", *storage, "from", *pull_flags, image).strip()
    script = "busybox expr 6 '*' 7; bash -c 'echo $BASH'; perl -e 'print \"perl\"'"
    isolated = ["run", "--isolation", "chroot", container, "--", "/bin/sh", "-c", script]
    said = run("buildah", *storage, *isolated)
    assert said.split() == ["42", "/usr/bin/bash", "perl"]


def test_podman_pushes(storage: list[str], pull_flags: list[str], image: str, images: Layout, pushed: Skopeo):
    run("podman", *storage, "pull", *pull_flags, image)
    target = image.replace("/all:v1", "/again:v1")
    run("podman", *storage, "push", *pull_flags, "--format", "oci", image, target)
    again = json.loads(pushed.inspect(f"docker://{target}", "--raw"))
    assert again["config"]["digest"] == images.manifest("shell")["config"]["digest"]
