"""cosign signs images with a local key and verifies them."""

import base64
import json
from pathlib import Path

import pytest

from wharf.cloud import NAMESPACE
from wharf.layout import Layout
from wharf.oci import Registry
from wharf.ways import Way

STATEMENT = "https://example.com/statement/v1"
OFFLINE = ["--tlog-upload=false", "--yes"]


@pytest.fixture
def image(way: Way, stored: str, images: Layout) -> str:
    """The index over both images, by digest as it should be signed."""
    return f"{way.repository(stored)}@{images.digest('all')}"


@pytest.mark.client("cosign", "sign/verify", "list")
def test_sign_and_verify(
    cosign, verify, make_key, image: str, images: Layout, registry: Registry, stored: str
):
    """The signature is a tag beside the image's, as cosign 2 writes it by default."""
    key, other = make_key("key"), make_key("other")
    assert not verify(key, image)
    cosign("sign", "--key", f"{key}.key", *OFFLINE, image)
    assert verify(key, image)
    assert not verify(other, image)
    signature = images.digest("all").replace(":", "-") + ".sig"
    assert signature in cosign("tree", image)
    assert registry.tags(f"{NAMESPACE}/{stored}") == [signature, "v1"]


@pytest.mark.client("cosign", "sign/verify")
def test_sign_as_a_referrer(
    cosign, verify, make_key, cosign_environment, image: str, registry: Registry, stored: str
):
    """The signature names the image as its subject and needs no tag."""
    cosign_environment["COSIGN_EXPERIMENTAL"] = "1"
    key = make_key("key")
    cosign("sign", "--key", f"{key}.key", "--registry-referrers-mode", "oci-1-1", *OFFLINE, image)
    assert verify(key, "--experimental-oci11", image)
    assert registry.tags(f"{NAMESPACE}/{stored}") == ["v1"], "the referrers API needs no fallback tag"


@pytest.mark.client("cosign", "sign/verify")
def test_attest_and_verify(cosign, make_key, image: str, tmp_path: Path):
    """A signed statement about the image comes back with its predicate."""
    key, predicate = make_key("key"), tmp_path / "predicate.json"
    predicate.write_text('{"tests": "passed"}')
    cosign("attest", "--key", f"{key}.key", "--type", STATEMENT, "--predicate", predicate, *OFFLINE, image)
    public = ["--key", f"{key}.pub", "--insecure-ignore-tlog=true"]
    envelope = json.loads(cosign("verify-attestation", *public, "--type", STATEMENT, image))
    assert json.loads(base64.b64decode(envelope["payload"]))["predicate"] == {"tests": "passed"}


@pytest.mark.client("cosign", "delete")
def test_clean(cosign, verify, make_key, image: str, registry: Registry, stored: str):
    """`clean` deletes what cosign put beside an image and leaves the image."""
    key = make_key("key")
    cosign("sign", "--key", f"{key}.key", *OFFLINE, image)
    cosign("clean", "--force", image)
    assert not verify(key, image)
    assert registry.tags(f"{NAMESPACE}/{stored}") == ["v1"]


@pytest.mark.client("cosign", "push", "pull", "sign/verify")
def test_save_and_load(cosign, verify, make_key, way: Way, image: str, images: Layout, tmp_path: Path):
    """An image leaves with its signatures, comes back elsewhere, and still verifies."""
    key, saved, again = make_key("key"), tmp_path / "saved", f"{way.repository('again')}:v1"
    cosign("sign", "--key", f"{key}.key", *OFFLINE, image)
    cosign("save", "--dir", saved, image)
    assert images.digests() <= Layout(saved).digests()
    cosign("load", "--dir", saved, again)
    assert verify(key, again)
