"""helm keeps charts in the registry as OCI artifacts."""

import json
from pathlib import Path

import pytest

from wharf.cloud import NAMESPACE, Cloud, Instance, Login
from wharf.oci import Registry
from wharf.program import attempt, go_tool, run
from wharf.ways import WITH_PLAIN_HTTP, Way

CHART = "application/vnd.cncf.helm.config.v1+json"

pytestmark = WITH_PLAIN_HTTP


@pytest.fixture
def plain(way: Way) -> list[str]:
    return ["--plain-http"] if way.is_plain else []


@pytest.fixture
def helm(way: Way, login: Login, client_environment: dict[str, str], plain: list[str]):
    """Run helm, logged in, trusting the server's authority."""

    def helm(*words: object, **options) -> str:
        return run(go_tool("helm"), *words, environment=client_environment, **options)

    user = ["--username", login.username, "--password-stdin"]
    helm("registry", "login", *user, *plain, way.registry, input=login.password)
    return helm


@pytest.fixture
def chart(helm, tmp_path: Path) -> Path:
    """A packaged chart, `web` in version 0.1.0."""
    helm("create", "web", cwd=tmp_path)
    helm("package", "web", cwd=tmp_path)
    return tmp_path / "web-0.1.0.tgz"


@pytest.mark.client("helm", "push", "pull")
def test_push_show_and_pull(
    helm, plain: list[str], way: Way, chart: Path, registry: Registry, tmp_path: Path
):
    helm("push", chart, f"oci://{way.prefix}", *plain)
    assert registry.get_manifest(f"{NAMESPACE}/web", "0.1.0").json()["config"]["mediaType"] == CHART
    stored = [f"oci://{way.prefix}/web", "--version", "0.1.0", *plain]
    assert "\nname: web\n" in helm("show", "chart", *stored)
    assert "kind: Deployment" in helm("template", "release", *stored)
    (tmp_path / "pulled").mkdir()
    helm("pull", *stored, "--destination", tmp_path / "pulled")
    assert (tmp_path / "pulled" / chart.name).read_bytes() == chart.read_bytes()


@pytest.mark.client("helm", "pull")
def test_the_newest_version(helm, plain: list[str], way: Way, chart: Path, tmp_path: Path):
    """Without `--version`, or with a range, helm chooses from the list of tags."""
    helm("package", "web", "--version", "0.2.0+build.1", cwd=tmp_path)
    for package in (chart, tmp_path / "web-0.2.0+build.1.tgz"):
        helm("push", package, f"oci://{way.prefix}", *plain)
    newest = helm("show", "chart", f"oci://{way.prefix}/web", *plain)
    assert "\nversion: 0.2.0+build.1\n" in newest
    older = helm("show", "chart", f"oci://{way.prefix}/web", "--version", "<0.2.0", *plain)
    assert "\nversion: 0.1.0\n" in older


@pytest.mark.client("helm", "pull")
def test_after_logout(helm, plain: list[str], way: Way, chart: Path, client_environment: dict[str, str]):
    helm("push", chart, f"oci://{way.prefix}", *plain)
    helm("registry", "logout", way.registry)
    show = ["show", "chart", f"oci://{way.prefix}/web", "--version", "0.1.0", *plain]
    ended = attempt(go_tool("helm"), *show, environment=client_environment)
    assert ended.returncode != 0
    assert "401" in ended.stderr or "unauthorized" in ended.stderr.lower()


@pytest.mark.client("helm", "push", "pull")
def test_through_the_cloud_api(
    helm, plain: list[str], way: Way, chart: Path, cloud: Cloud, instance: Instance, tmp_path: Path
):
    """A chart is told from an image, its config is what `Chart.yaml` says, and a copy of it is a chart."""
    helm("push", chart, f"oci://{way.prefix}", *plain)
    assert cloud.images(instance, NAMESPACE, "web")["0.1.0"].Kind == f"Artifact::{CHART}"
    names = {"RegistryId": instance.id, "NamespaceName": NAMESPACE, "RepositoryName": "web"}
    told = cloud.call("DescribeImageManifests", **names, ImageVersion="0.1.0")
    config = json.loads(json.loads(told.Config))
    assert (config["name"], config["version"], told.Labels) == ("web", "0.1.0", [])
    (tmp_path / "pulled").mkdir()
    cloud.create_namespace(instance, "live")
    source = {"SourceNamespace": NAMESPACE, "SourceRepo": "web", "SourceReference": "0.1.0"}
    destination = {"DestinationNamespace": "live", "DestinationTag": "0.1.0"}
    cloud.call("DuplicateImage", RegistryId=instance.id, **source, **destination)
    live = way.prefix.removesuffix(NAMESPACE) + "live"
    helm("pull", f"oci://{live}/web", "--version", "0.1.0", *plain, "--destination", tmp_path / "pulled")
    assert (tmp_path / "pulled" / chart.name).read_bytes() == chart.read_bytes()
