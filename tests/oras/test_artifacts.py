"""oras pushes files as artifacts and attaches more of them."""

import json
from pathlib import Path

import pytest

from wharf.cloud import NAMESPACE
from wharf.layout import Layout
from wharf.oci import Registry
from wharf.ways import Way

REPORT = "application/vnd.example.report.v1"
BILL = "application/vnd.example.bill.v1"


@pytest.fixture
def folder(tmp_path: Path, images: Layout) -> Path:
    """Two files: a small one and one of some MB."""
    layer = images.manifest("data")["layers"][-1]["digest"]
    (tmp_path / "report.json").write_text('{"findings": []}')
    (tmp_path / "layer.tar.gz").write_bytes(images.blob(layer))
    return tmp_path


@pytest.mark.client("oras", "push", "pull")
def test_files(oras, way: Way, folder: Path):
    artifact = f"{way.repository('files')}:v1"
    files = ["report.json:application/json", "layer.tar.gz:application/gzip"]
    oras("push", "--artifact-type", REPORT, artifact, *files, cwd=folder)
    oras("pull", artifact, "--output", folder / "pulled")
    for name in ("report.json", "layer.tar.gz"):
        assert (folder / "pulled" / name).read_bytes() == (folder / name).read_bytes()


@pytest.mark.client("oras", "push", "pull", "list")
def test_what_is_attached(oras, way: Way, stored: str, folder: Path, images: Layout, registry: Registry):
    """The subject's digest stays; its referrers are found by type and need no tag."""
    image = f"{way.repository(stored)}:v1"
    for artifact_type in (REPORT, BILL):
        oras("attach", "--artifact-type", artifact_type, image, "report.json:application/json", cwd=folder)
    assert oras("resolve", image) == images.digest("all")

    everything = json.loads(oras("discover", "--format", "json", image))["referrers"]
    assert {referrer["artifactType"] for referrer in everything} == {REPORT, BILL}
    only = ["--artifact-type", REPORT]
    (report,) = json.loads(oras("discover", "--format", "json", *only, image))["referrers"]
    oras("pull", f"{way.repository(stored)}@{report['digest']}", "--output", folder / "pulled")
    assert (folder / "pulled" / "report.json").read_text() == (folder / "report.json").read_text()
    assert registry.tags(f"{NAMESPACE}/{stored}") == ["v1"]


@pytest.mark.client("oras", "push", "pull")
def test_copy_with_referrers(oras, way: Way, stored: str, folder: Path, images: Layout):
    """`cp --recursive` from one repository to another takes along what is attached."""
    image, copy = f"{way.repository(stored)}:v1", f"{way.repository('copy')}:v1"
    oras("attach", "--artifact-type", BILL, image, "report.json:application/json", cwd=folder)
    oras("cp", "--recursive", image, copy, side="to-")
    assert oras("resolve", copy) == images.digest("all")
    (referrer,) = json.loads(oras("discover", "--format", "json", copy))["referrers"]
    assert referrer["artifactType"] == BILL
