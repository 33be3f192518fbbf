"""Push: what a manifest may refer to."""

import pytest

from conformance.breakage import broken_by, on
from conformance.conftest import Registry
from conformance.content import EMPTY, artifact, descriptor, index
from wharf.layer import sha256
from wharf.layout import INDEX, MANIFEST
from wharf.small_image import SmallImage

PUT = on("PUT", "/manifests/")
ABSENT = descriptor(b"absent")


@broken_by(PUT.status(404), PUT.ignored(201), on("GET", "/manifests/").status(404))
def test_end_7a_a_subject_may_be_absent(registry: Registry, repository: str):
    """MUST: a manifest is taken whose `subject` is not there, so that referrers may come first."""
    registry.push_blob(repository, EMPTY)
    manifest = artifact(subject=ABSENT)
    assert registry.put_manifest(repository, "signature", manifest).status_code == 201
    assert registry.get_manifest(repository, "signature").status_code == 200


@broken_by(PUT.status(404), on("GET", "/manifests/").damaged())
def test_end_7a_a_subject_may_come_after_its_referrer(registry: Registry, repository: str):
    """MUST: a manifest and its referrers are pushed in either order."""
    registry.push_blob(repository, EMPTY)
    subject = artifact(annotations={"name": "subject"})
    referrer = artifact(subject=descriptor(subject))
    assert registry.put_manifest(repository, sha256(referrer), referrer).status_code == 201
    assert registry.put_manifest(repository, sha256(subject), subject).status_code == 201
    assert registry.get_manifest(repository, sha256(subject)).content == subject


def absent_layer(image: SmallImage) -> tuple[bytes, str]:
    return SmallImage(image.config, (b"never pushed",)).manifest, MANIFEST


def absent_config(image: SmallImage) -> tuple[bytes, str]:
    return SmallImage(b'{"never": "pushed"}', image.layers).manifest, MANIFEST


def absent_image(image: SmallImage) -> tuple[bytes, str]:
    return index([image, SmallImage.make("never pushed")]), INDEX


@pytest.mark.parametrize("lacking", [absent_layer, absent_config, absent_image])
@broken_by(
    PUT.status(201),
    PUT.json("has another code", lambda body: body["errors"][0].update(code="MANIFEST_INVALID")),
    PUT.json("has no error", lambda body: body["errors"].clear()),
)
def test_code_5_a_manifest_over_absent_content_is_refused(
    registry: Registry, repository: str, image: SmallImage, lacking
):
    """MUST: a manifest that is rejected for what it refers to gets MANIFEST_BLOB_UNKNOWN."""
    put = registry.put_manifest(repository, "v2", *lacking(image))
    assert 400 <= put.status_code < 500
    assert "MANIFEST_BLOB_UNKNOWN" in [error["code"] for error in put.json()["errors"]]
