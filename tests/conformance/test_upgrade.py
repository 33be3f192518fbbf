"""Upgrade Procedures: Enabling the referrers API; the referrers tag schema beside it."""

import pytest

from conformance.breakage import broken_by, on
from conformance.conftest import Registry
from conformance.content import descriptor, index_of, push_artifact
from wharf.layer import sha256
from wharf.layout import INDEX
from wharf.small_image import SmallImage

LIST = on("GET", "/referrers/")
NONE = LIST.json("lists none", lambda body: body["manifests"].clear())


@pytest.fixture
def referrer(registry: Registry, repository: str, image: SmallImage) -> bytes:
    """A referrer of `image`."""
    return push_artifact(registry, repository, subject=descriptor(image.manifest))


@broken_by(NONE, LIST.json("lists it twice", lambda body: body["manifests"].append(body["manifests"][0])))
def test_end_12a_what_the_referrers_tag_lists_is_listed(
    registry: Registry, repository: str, image: SmallImage, referrer: bytes
):
    """MUST: a manifest with a subject that an index under the referrers tag lists is in the answer, once."""
    tag = image.digest.replace(":", "-")
    kept_by_clients = index_of([descriptor(referrer)])
    assert registry.put_manifest(repository, tag, kept_by_clients, INDEX).status_code == 201
    listed = registry.get(f"{repository}/referrers/{image.digest}").json()["manifests"]
    assert [found["digest"] for found in listed] == [sha256(referrer)]


@broken_by(NONE)
def test_end_12a_what_is_pushed_is_listed_at_once(
    registry: Registry, repository: str, image: SmallImage, referrer: bytes
):
    """MUST: each new manifest with a subject is in the answer."""
    listed = registry.get(f"{repository}/referrers/{image.digest}").json()["manifests"]
    assert [found["digest"] for found in listed] == [sha256(referrer)]


@pytest.mark.parametrize(
    "tag", ["sha256-" + "a" * 64, "sha512-" + "a" * 64, "test-algorithm-using-algorithm-s-" + "A" * 64]
)
@broken_by(on("PUT").status(400), on("GET").damaged())
def test_end_7a_clients_can_keep_a_referrers_tag(
    registry: Registry, repository: str, image: SmallImage, tag: str
):
    """Referrers tag schema: each tag of its form can be pushed and pulled."""
    kept_by_clients = index_of([])
    assert registry.put_manifest(repository, tag, kept_by_clients, INDEX).status_code == 201
    assert registry.get_manifest(repository, tag).content == kept_by_clients
