"""skopeo pushes and pulls real images; what comes back is what went in."""

from pathlib import Path

from wharf.cloud import NAMESPACE, Cloud, Instance
from wharf.layer import sha256
from wharf.layout import INDEX, MANIFEST, Layout
from wharf.skopeo import Skopeo


def test_an_image(
    cloud: Cloud, instance: Instance, skopeo: Skopeo, images: Layout, by_path: str, pulled: Path
):
    image = f"{by_path}/{NAMESPACE}/shell:v1"
    skopeo.push(f"oci:{images.path}:shell", image)
    skopeo.pull(image, f"oci:{pulled}:shell")

    copy = Layout(pulled)
    assert copy.digest("shell") == images.digest("shell")
    assert copy.digests() == _digests_of(images, "shell")

    listed = cloud.images(instance, NAMESPACE, "shell")
    assert list(listed) == ["v1"]
    assert listed["v1"].Digest == images.digest("shell")
    assert listed["v1"].Size == images.size("shell")
    assert listed["v1"].Kind == f"Artifact::{MANIFEST}"


def test_an_index(
    cloud: Cloud, instance: Instance, skopeo: Skopeo, images: Layout, by_path: str, pulled: Path
):
    image = f"{by_path}/{NAMESPACE}/all:v1"
    skopeo.push(f"oci:{images.path}:all", image, "--all")
    skopeo.pull(image, f"oci:{pulled}:all", "--all")

    copy = Layout(pulled)
    assert copy.digest("all") == images.digest("all")
    assert copy.digests() == images.digests()

    listed = cloud.images(instance, NAMESPACE, "all")
    assert list(listed) == ["v1"]
    assert listed["v1"].Digest == images.digest("all")
    assert listed["v1"].Size == images.size("all")
    assert listed["v1"].Kind == f"Artifact::{INDEX}"


def test_one_platform_of_an_index(skopeo: Skopeo, images: Layout, by_path: str, pulled: Path):
    image = f"{by_path}/{NAMESPACE}/all:v1"
    skopeo.push(f"oci:{images.path}:all", image, "--all")
    for child in images.manifest("all")["manifests"]:
        architecture = child["platform"]["architecture"]
        skopeo.pull(image, f"oci:{pulled}:{architecture}", "--override-arch", architecture)
        assert Layout(pulled).digest(architecture) == child["digest"]


def test_by_digest(skopeo: Skopeo, images: Layout, by_path: str, pulled: Path):
    skopeo.push(f"oci:{images.path}:shell", f"{by_path}/{NAMESPACE}/shell:v1")
    skopeo.pull(f"{by_path}/{NAMESPACE}/shell@{images.digest('shell')}", f"oci:{pulled}:shell")
    assert Layout(pulled).digest("shell") == images.digest("shell")


def test_as_a_docker_image(skopeo: Skopeo, images: Layout, by_path: str):
    """skopeo rewrites the manifest to Docker's schema 2; the layers stay."""
    image = f"{by_path}/{NAMESPACE}/shell:docker"
    skopeo.push(f"oci:{images.path}:shell", image, "--format", "v2s2")
    manifest = skopeo.inspect(image, "--raw")
    assert "vnd.docker.distribution.manifest.v2+json" in manifest
    for layer in images.manifest("shell")["layers"]:
        assert layer["digest"] in manifest


def test_from_one_repository_to_another(skopeo: Skopeo, images: Layout, by_path: str, pulled: Path):
    first, second = (f"{by_path}/{NAMESPACE}/{name}:v1" for name in ("first", "second"))
    skopeo.push(f"oci:{images.path}:data", first)
    skopeo.copy(first, second)
    skopeo.pull(second, f"oci:{pulled}:data")
    assert Layout(pulled).digests() == _digests_of(images, "data")


def _digests_of(images: Layout, name: str) -> set[str]:
    manifest = images.manifest(name)
    parts = [manifest["config"], *manifest["layers"]]
    return {sha256(images.blob(images.digest(name))), *(part["digest"] for part in parts)}
