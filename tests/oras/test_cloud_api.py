"""Artifacts that oras pushed, through the cloud API: described, copied with what is attached, and deleted."""

import json
from pathlib import Path

import pytest

from wharf.cloud import NAMESPACE, Cloud, Instance
from wharf.layout import INDEX, Layout
from wharf.manifests import EMPTY
from wharf.ways import ONLY_BY_PATH, Way

REPORT = "application/vnd.example.report.v1"
BILL = "application/vnd.example.bill.v1"

pytestmark = ONLY_BY_PATH


@pytest.fixture
def report(tmp_path: Path) -> Path:
    (tmp_path / "report.json").write_text('{"findings": []}')
    return tmp_path


def names(instance: Instance, repository: str) -> dict:
    return {"RegistryId": instance.id, "NamespaceName": NAMESPACE, "RepositoryName": repository}


@pytest.mark.client("oras", "push")
def test_an_artifact_is_described(oras, way: Way, cloud: Cloud, instance: Instance, report: Path):
    artifact = f"{way.repository('files')}:v1"
    oras("push", "--artifact-type", REPORT, artifact, "report.json:application/json", cwd=report)
    listed = cloud.images(instance, NAMESPACE, "files")["v1"]
    assert listed.Kind == f"Artifact::{REPORT}"
    told = cloud.call("DescribeImageManifests", **names(instance, "files"), ImageVersion="v1")
    assert json.loads(told.Manifest) == json.loads(oras("manifest", "fetch", artifact))
    assert json.loads(told.Manifest)["config"]["mediaType"] == EMPTY
    assert (json.loads(told.Config), told.Labels) == ("{}", [])
    assert told.Size == len("{}") + len((report / "report.json").read_bytes())


@pytest.mark.client("oras", "push", "pull")
def test_a_copy_has_what_is_attached(
    oras, way: Way, stored: str, cloud: Cloud, instance: Instance, report: Path, images: Layout
):
    """And it has it still when the source is gone."""
    image = f"{way.repository(stored)}:v1"
    oras("attach", "--artifact-type", BILL, image, "report.json:application/json", cwd=report)
    source = {"SourceNamespace": NAMESPACE, "SourceRepo": stored, "SourceReference": "v1"}
    destination = {"DestinationRepo": "copy", "DestinationTag": "stable"}
    cloud.call("DuplicateImage", RegistryId=instance.id, **source, **destination)
    cloud.call("DeleteImage", **names(instance, stored), ImageVersion="v1")

    copy = f"{way.repository('copy')}:stable"
    assert oras("resolve", copy) == images.digest("all")
    (bill,) = json.loads(oras("discover", "--format", "json", copy))["referrers"]
    oras("pull", f"{way.repository('copy')}@{bill['digest']}", "--output", report / "pulled")
    assert (report / "pulled" / "report.json").read_text() == (report / "report.json").read_text()
    oras("cp", "--recursive", copy, "--to-oci-layout", f"{report / 'layout'}:all", side="from-")
    assert Layout(report / "layout").digests() >= images.digests()
    assert cloud.images(instance, NAMESPACE, "copy")["stable"].Kind == f"Artifact::{INDEX}"
