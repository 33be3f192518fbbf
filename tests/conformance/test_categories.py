"""Requirements: the categories of endpoints, each whole."""

import pytest

from conformance.breakage import broken_by, on
from conformance.conftest import Registry
from conformance.content import descriptor, push_artifact
from wharf.layer import sha256
from wharf.oci import location
from wharf.small_image import SmallImage

CONTENT = b"a category's blob"
OCTETS = {"Content-Type": "application/octet-stream"}


@broken_by(on("HEAD", "/blobs/").status(405), on("GET", "/manifests/v1").status(404), on("GET").status(501))
def test_pull_has_all_endpoints(registry: Registry, repository: str, image: SmallImage):
    """MUST: all of Pull, end-2 and end-3 by GET and HEAD."""
    blob = f"{repository}/blobs/{sha256(image.config)}"
    manifests = [f"{repository}/manifests/{reference}" for reference in ("v1", image.digest)]
    for path in (blob, *manifests):
        for method in ("GET", "HEAD"):
            assert registry.request(method, path).status_code == 200, f"{method} {path}"


@broken_by(
    on("POST").status(404),
    on("PATCH").status(405),
    on("PUT", "/blobs/").status(405),
    on("PUT", "/manifests/").status(405),
    on("GET", "/uploads/").status(404),
    on("DELETE").status(405),
)
def test_push_has_all_endpoints(registry: Registry, repository: str):
    """SHOULD, and MUST where the category is claimed: Push, end-4 to end-7, end-11, end-13, end-14."""
    image = SmallImage.make(repository, layers=1)
    uploads = f"{repository}/blobs/uploads/"
    cancelled = location(registry.request("POST", uploads))
    opened = registry.request("POST", f"{uploads}?digest-algorithm=sha256")
    sent = registry.request("PATCH", location(opened), headers=OCTETS, data=image.config)
    statuses = {
        "end-14": registry.request("DELETE", cancelled).status_code,
        "end-4c": opened.status_code,
        "end-5": sent.status_code,
        "end-13": registry.get(location(opened)).status_code,
        "end-6": registry.finish_upload(location(opened), sha256(image.config)).status_code,
        "end-4b": registry.request(
            "POST", f"{uploads}?digest={sha256(image.layers[0])}", headers=OCTETS, data=image.layers[0]
        ).status_code,
        "end-11": registry.request(
            "POST",
            f"{repository}-other/blobs/uploads/?mount={sha256(image.config)}"
            f"&from={registry.name_of(repository)}",
        ).status_code,
        "end-7a": registry.put_manifest(repository, "v1", image.manifest).status_code,
        "end-7b": registry.put_manifest(repository, f"{image.digest}?tag=v2", image.manifest).status_code,
    }
    assert statuses == {
        "end-14": 204,
        "end-4c": 202,
        "end-5": 202,
        "end-13": 204,
        "end-6": 201,
        "end-4b": 201,
        "end-11": 201,
        "end-7a": 201,
        "end-7b": 201,
    }


@pytest.mark.parametrize(
    "query", ["tags/list", "tags/list?n=1&last=a", "referrers", "referrers?artifactType=a/b"]
)
@broken_by(on("GET").status(404), on("GET").status(501))
def test_content_discovery_has_all_endpoints(
    registry: Registry, repository: str, image: SmallImage, query: str
):
    """SHOULD, and MUST where the category is claimed: Content Discovery, end-8 and end-12."""
    push_artifact(registry, repository, subject=descriptor(image.manifest))
    path = query.replace("referrers", f"referrers/{image.digest}")
    assert registry.get(f"{repository}/{path}").status_code == 200


@broken_by(on("DELETE", "/manifests/v1").status(405), on("DELETE", "/blobs/").status(405))
def test_content_management_has_all_endpoints(registry: Registry, repository: str, image: SmallImage):
    """SHOULD, and MUST where the category is claimed: Content Management, end-9 and end-10."""
    for path in ("manifests/v1", f"manifests/{image.digest}", f"blobs/{sha256(image.config)}"):
        assert registry.request("DELETE", f"{repository}/{path}").status_code == 202, path
