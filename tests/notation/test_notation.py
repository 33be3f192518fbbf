"""notation signs images with a local test key and verifies them by a trust policy."""

import json
from pathlib import Path

import pytest

from wharf.cloud import NAMESPACE, Login
from wharf.layout import Layout
from wharf.oci import Registry
from wharf.program import attempt, go_tool, run
from wharf.ways import WITH_PLAIN_HTTP, Way

SIGNATURE = "application/vnd.cncf.notary.signature"
TRUSTED = ["--key", "trusted.example.com"]
POLICY = {
    "version": "1.0",
    "trustPolicies": [
        {
            "name": "tests",
            "registryScopes": ["*"],
            "signatureVerification": {"level": "strict"},
            "trustStores": ["ca:trusted.example.com"],
            "trustedIdentities": ["*"],
        }
    ],
}

pytestmark = WITH_PLAIN_HTTP


@pytest.fixture
def environment(client_environment: dict[str, str], login: Login) -> dict[str, str]:
    user = {"NOTATION_USERNAME": login.username, "NOTATION_PASSWORD": login.password}
    return {**client_environment, **user}


@pytest.fixture
def plain(way: Way) -> list[str]:
    return ["--insecure-registry"] if way.is_plain else []


@pytest.fixture
def notation(environment: dict[str, str], tmp_path: Path):
    """Run notation, with two keys of which the policy trusts one."""

    def notation(*words: object) -> str:
        return run(go_tool("notation"), *words, environment=environment)

    for name in ("trusted.example.com", "stranger.example.com"):
        notation("cert", "generate-test", name)
    (tmp_path / "policy.json").write_text(json.dumps(POLICY))
    notation("policy", "import", tmp_path / "policy.json")
    return notation


@pytest.fixture
def verify(environment: dict[str, str], plain: list[str]):
    """How notation ends that verifies an image."""

    def verify(image: str):
        return attempt(go_tool("notation"), "verify", *plain, image, environment=environment)

    return verify


@pytest.fixture
def image(way: Way, stored: str, images: Layout) -> str:
    """The index over both images, by digest as it should be signed."""
    return f"{way.repository(stored)}@{images.digest('all')}"


@pytest.mark.client("notation", "sign/verify", "list")
@pytest.mark.parametrize("envelope", ["jws", "cose"])
def test_sign_and_verify(
    notation, verify, plain: list[str], image: str, stored: str, registry: Registry, envelope: str
):
    """The signature is found by the referrers API and needs no tag."""
    assert "no signature" in verify(image).stderr
    notation("sign", *TRUSTED, "--signature-format", envelope, "--force-referrers-tag=false", *plain, image)
    verified = verify(image)
    assert verified.returncode == 0, verified.stderr
    assert SIGNATURE in notation("list", *plain, image)
    assert registry.tags(f"{NAMESPACE}/{stored}") == ["v1"]


@pytest.mark.client("notation", "sign/verify", "list")
def test_signatures_by_tag(
    notation, verify, plain: list[str], image: str, stored: str, registry: Registry, images: Layout
):
    """What notation does when nothing is said: an index of signatures under a tag made of the digest."""
    for _ in range(2):
        notation("sign", *TRUSTED, *plain, image)
    assert verify(image).returncode == 0
    assert notation("list", *plain, image).count("sha256:") == 1 + 2, "the image and two signatures"
    tag = images.digest("all").replace(":", "-")
    assert len(registry.get_manifest(f"{NAMESPACE}/{stored}", tag).json()["manifests"]) == 2


@pytest.mark.client("notation", "sign/verify")
def test_an_untrusted_signature(notation, verify, plain: list[str], image: str):
    notation("sign", "--key", "stranger.example.com", *plain, image)
    refused = verify(image)
    assert refused.returncode != 0
    assert "signature verification failed" in refused.stderr
