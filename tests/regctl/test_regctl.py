"""regctl copies images, tags, lists and deletes them, and attaches artifacts."""

import json
from pathlib import Path

import pytest

from wharf.cloud import NAMESPACE, Login
from wharf.layout import Layout
from wharf.oci import Registry
from wharf.program import go_tool, run
from wharf.ways import WITH_PLAIN_HTTP, Way

REPORT = "application/vnd.example.report.v1"

pytestmark = WITH_PLAIN_HTTP


@pytest.fixture
def regctl(way: Way, login: Login, client_environment: dict[str, str]):
    """Run regctl, logged in, trusting the server's authority."""

    def regctl(*words: object, **options) -> str:
        return run(go_tool("regctl"), *words, environment=client_environment, **options).strip()

    tls = "disabled" if way.is_plain else "enabled"
    regctl("registry", "set", way.registry, "--skip-check", "--tls", tls)
    regctl("registry", "login", way.registry, "--user", login.username, "--pass-stdin", input=login.password)
    return regctl


@pytest.mark.client("regctl", "push", "pull", "list")
def test_push_list_and_pull(regctl, way: Way, images: Layout, tmp_path: Path):
    repository, pulled = way.repository("all"), tmp_path / "pulled"
    regctl("image", "copy", f"ocidir://{images.path}:all", f"{repository}:v1")
    assert regctl("tag", "ls", repository).split() == ["v1"]
    assert regctl("image", "digest", f"{repository}:v1") == images.digest("all")
    regctl("image", "copy", f"{repository}:v1", f"ocidir://{pulled}:all")
    assert Layout(pulled).digest("all") == images.digest("all")
    assert Layout(pulled).digests() == images.digests()


@pytest.mark.client("regctl", "push")
def test_copy_between_repositories(regctl, way: Way, stored: str, images: Layout, registry: Registry):
    regctl("image", "copy", f"{way.repository(stored)}:v1", f"{way.repository('copy')}:v1")
    copied = registry.get_manifest(f"{NAMESPACE}/copy", images.digest("all"))
    assert copied.content == images.blob(images.digest("all"))


@pytest.mark.client("regctl", "delete")
def test_delete_a_tag(regctl, way: Way, stored: str, images: Layout, registry: Registry):
    """The tag alone: its manifest stays."""
    regctl("tag", "delete", f"{way.repository(stored)}:v1")
    assert registry.get_manifest(f"{NAMESPACE}/{stored}", "v1").status_code == 404
    assert registry.get_manifest(f"{NAMESPACE}/{stored}", images.digest("all")).status_code == 200


@pytest.mark.client("regctl", "delete")
def test_delete_a_manifest(regctl, way: Way, stored: str, images: Layout, registry: Registry):
    regctl("manifest", "delete", f"{way.repository(stored)}@{images.digest('all')}")
    for reference in ("v1", images.digest("all")):
        assert registry.get_manifest(f"{NAMESPACE}/{stored}", reference).status_code == 404


@pytest.mark.client("regctl", "push", "pull", "list")
def test_an_attached_artifact(regctl, way: Way, stored: str, images: Layout):
    image = f"{way.repository(stored)}:v1"
    put = ["artifact", "put", "--artifact-type", REPORT, "--subject", image]
    regctl(*put, input='{"findings": []}')
    listed = json.loads(regctl("artifact", "list", "--format", "body", image))
    assert [referrer["artifactType"] for referrer in listed["manifests"]] == [REPORT]
    got = regctl("artifact", "get", "--subject", image, "--filter-artifact-type", REPORT)
    assert got == '{"findings": []}'
    assert regctl("image", "digest", image) == images.digest("all")
