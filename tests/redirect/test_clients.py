"""Container tools follow a registry's redirects; what they pull is what was pushed."""

from pathlib import Path

import pytest

from wharf.cloud import NAMESPACE, Instance, Login
from wharf.layout import Layout
from wharf.program import go_tool, run
from wharf.server import Server
from wharf.skopeo import Skopeo


@pytest.fixture
def image(server: Server, instance: Instance, login: Login, images: Layout) -> str:
    """The index over both images, pushed by skopeo."""
    name = f"{server.address}/{instance.name}/{NAMESPACE}/all:v1"
    Skopeo(server, login).push(f"oci:{images.path}:all", f"docker://{name}", "--all")
    return name


@pytest.fixture
def blobs(images: Layout) -> set[str]:
    """The digests of what is not a manifest."""
    manifests = {images.digest("all")}
    manifests |= {child["digest"] for child in images.manifest("all")["manifests"]}
    return images.digests() - manifests


def redirected(server: Server, logged_before: int) -> set[str]:
    """The digests that were answered with a redirect since the log had so many bytes."""
    lines = server.log.read_text()[logged_before:].splitlines()
    return {
        "sha256:" + line.split("/blobs/sha256:")[1][:64]
        for line in lines
        if "/blobs/sha256:" in line and "307" in line.split("status")[1][:8]
    }


def test_skopeo(
    server: Server, login: Login, images: Layout, image: str, blobs: set[str], tmp_path: Path
):
    logged = len(server.log.read_text())
    Skopeo(server, login).pull(f"docker://{image}", f"oci:{tmp_path / 'pulled'}:all", "--all")
    pulled = Layout(tmp_path / "pulled")
    assert pulled.digest("all") == images.digest("all")
    assert pulled.digests() == images.digests()
    assert redirected(server, logged) == blobs


def test_crane(server: Server, login: Login, images: Layout, image: str, blobs: set[str], tmp_path: Path):
    """`validate` reads every blob and compares digests, sizes and diff ids."""
    home = tmp_path / "home"
    home.mkdir()
    environment = {
        "HOME": str(home),
        "DOCKER_CONFIG": str(home),
        "SSL_CERT_FILE": str(server.certificate_authority),
    }

    def crane(*words: str) -> str:
        return run(go_tool("crane"), *words, environment=environment).strip()

    crane("auth", "login", server.address, "--username", login.username, "--password", login.password)
    logged = len(server.log.read_text())
    assert crane("digest", image) == images.digest("all")
    assert "PASS" in crane("validate", "--remote", image)
    crane("pull", "--format", "oci", image, str(tmp_path / "pulled"))
    assert images.digests() <= Layout(tmp_path / "pulled").digests()
    assert redirected(server, logged) == blobs
