"""Registry Proxying."""

import pytest

from conformance.breakage import broken_by, on
from conformance.conftest import Registry
from wharf.layer import sha256
from wharf.small_image import SmallImage

GET = on("GET", "ns=")


@pytest.mark.parametrize("what", ["manifest", "blob", "tags"])
@broken_by(GET.header("OCI-Namespace", "else.example.com"), GET.status(404))
def test_end_2_3_8_ns_is_told_where_it_is_used(
    registry: Registry, repository: str, image: SmallImage, what: str
):
    """SHOULD: a registry that heeds `ns` tells it in OCI-Namespace. One that does not pulls as ever."""
    path = {
        "manifest": f"manifests/{image.digest}",
        "blob": f"blobs/{sha256(image.config)}",
        "tags": "tags/list",
    }[what]
    answer = registry.get(f"{repository}/{path}?ns=registry.example.com")
    assert answer.status_code == 200
    assert answer.headers.get("OCI-Namespace", "registry.example.com") == "registry.example.com"
