"""buildah pulls an image, runs it, and pushes what it built."""

import json
from pathlib import Path

import pytest

from wharf.cloud import NAMESPACE, Login
from wharf.layer import sha256
from wharf.layout import Layout
from wharf.oci import Registry
from wharf.program import run
from wharf.ways import ONLY_BY_PATH, Way


@pytest.fixture
def buildah(storage: list[str], client_environment: dict[str, str], login: Login, way: Way, tmp_path: Path):
    """Run buildah, logged in, trusting the server's authority."""
    environment = {**client_environment, "REGISTRY_AUTH_FILE": str(tmp_path / "auth.json")}

    def buildah(*words: str, **options) -> str:
        return run("buildah", *storage, *words, environment=environment, **options).strip()

    user = ["--username", login.username, "--password-stdin"]
    assert "Login Succeeded" in buildah("login", *user, way.registry, input=login.password)
    return buildah


@pytest.mark.client("buildah", "pull")
@ONLY_BY_PATH
def test_the_image_runs(buildah, way: Way, stored: str):
    """In a plain chroot, which needs fewer rights than a container runtime does."""
    container = buildah("from", "--quiet", f"{way.repository(stored)}:v1")
    script = "busybox expr 6 '*' 7; bash -c 'echo $BASH'; perl -e 'print \"perl\"'"
    said = buildah("run", "--isolation", "chroot", container, "--", "/bin/sh", "-c", script)
    assert said.split() == ["42", "/usr/bin/bash", "perl"]


@pytest.mark.client("buildah", "push", "pull")
def test_push_what_was_built(buildah, way: Way, images: Layout, registry: Registry):
    """An image from scratch that carries one of the real image's layers as a file."""
    layer = images.manifest("data")["layers"][0]["digest"]
    built = f"{way.repository('built')}:v1"
    container = buildah("from", "scratch")
    buildah("copy", "--quiet", container, str(images.blob_path(layer)), "/layer")
    buildah("commit", "--quiet", container, built)
    buildah("push", "--quiet", built)
    pushed = registry.get_manifest(f"{NAMESPACE}/built", "v1")
    assert len(pushed.json()["layers"]) == 1

    buildah("rmi", "--all", "--force")
    again = buildah("from", "--quiet", built)
    inspected = json.loads(buildah("inspect", "--type", "image", built))
    assert inspected["FromImageDigest"] == sha256(pushed.content)
    assert (Path(buildah("mount", again)) / "layer").read_bytes() == images.blob(layer)
