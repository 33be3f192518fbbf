"""Push: Pushing manifests with subject (end-7a)."""

import pytest

from conformance.breakage import broken_by, on
from conformance.conftest import Registry
from conformance.content import EMPTY, artifact, descriptor, index
from wharf.layer import sha256
from wharf.layout import INDEX, MANIFEST
from wharf.small_image import SmallImage

PUT = on("PUT", "/manifests/")


@pytest.mark.parametrize("by", ["tag", "digest"])
@pytest.mark.parametrize("kind", ["image", "index"])
@pytest.mark.parametrize("subject", ["present", "absent"])
@broken_by(PUT.without("OCI-Subject"), PUT.header("OCI-Subject", sha256(b"another")))
def test_end_7a_the_subject_is_told(
    registry: Registry, repository: str, image: SmallImage, by: str, kind: str, subject: str
):
    """MUST: OCI-Subject holds the subject's digest: the registry has taken note of it."""
    about = descriptor(image.manifest if subject == "present" else b"absent")
    registry.push_blob(repository, EMPTY)
    manifest = artifact(subject=about) if kind == "image" else index([image], subject=about)
    reference = "signature" if by == "tag" else sha256(manifest)
    put = registry.put_manifest(repository, reference, manifest, MANIFEST if kind == "image" else INDEX)
    assert put.status_code == 201
    assert put.headers.get("OCI-Subject") == about["digest"]


@broken_by(PUT.header("OCI-Subject", sha256(b"another")))
def test_end_7a_without_a_subject_none_is_told(registry: Registry, repository: str, image: SmallImage):
    """MUST: OCI-Subject says that a subject was processed, so it is absent where there is none."""
    assert "OCI-Subject" not in registry.put_manifest(repository, "v2", image.manifest).headers
