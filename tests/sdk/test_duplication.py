"""DuplicateImage: what a copy has, where it goes, and when it is refused."""

import json

import pytest

from wharf.cloud import NAMESPACE, Cloud, Instance, refused
from wharf.complete import assert_complete
from wharf.layer import sha256
from wharf.layout import INDEX
from wharf.manifests import CHART_CONFIG, attestation, docker_manifest, index, manifest, put, referrer
from wharf.oci import Registry
from wharf.small_image import SmallImage

LIVE = "live"
NOT_FOUND = "ResourceNotFound.TcrResourceNotFound"
INVALID = "InvalidParameter.ErrorTcrInvalidParameter"
CONFLICT = "InternalError.ErrorTcrResourceConflict"


@pytest.fixture
def instance(cloud: Cloud, instance: Instance) -> Instance:
    """With a second namespace, LIVE."""
    cloud.create_namespace(instance, LIVE)
    return instance


@pytest.fixture
def image(registry: Registry) -> SmallImage:
    """An image in the repository `app`, as `1`."""
    return SmallImage.make("duplicated").push(registry, f"{NAMESPACE}/app", "1")


def duplicate(cloud: Cloud, instance: Instance, **parameters) -> None:
    """Copy `app:1` to the tag `1`, but for what is said otherwise."""
    source = {"SourceNamespace": NAMESPACE, "SourceRepo": "app", "SourceReference": "1"}
    parameters = {"RegistryId": instance.id, **source, "DestinationTag": "1", **parameters}
    assert_complete(cloud.call("DuplicateImage", **parameters))


def assert_whole(registry: Registry, repository: str, reference: str, *manifests: bytes) -> None:
    """The first manifest is what the reference names; all of them, and their blobs, can be pulled."""
    assert registry.get_manifest(repository, reference).content == manifests[0]
    for content in manifests:
        assert registry.get_manifest(repository, sha256(content)).content == content
        document = json.loads(content)
        for blob in [*filter(None, [document.get("config")]), *document.get("layers", [])]:
            pulled = registry.get_blob(repository, blob["digest"])
            assert pulled.status_code == 200 and sha256(pulled.content) == blob["digest"]


@pytest.mark.parametrize(
    ("parameters", "repository", "tag"),
    [
        ({"DestinationTag": "2"}, f"{NAMESPACE}/app", "2"),
        ({"DestinationRepo": "deep/er"}, f"{NAMESPACE}/deep/er", "1"),
        ({"DestinationNamespace": LIVE}, f"{LIVE}/app", "1"),
        ({"DestinationNamespace": LIVE, "DestinationRepo": "web", "DestinationTag": "v1"}, f"{LIVE}/web", "v1"),
        ({"DestinationNamespace": "", "DestinationRepo": "", "DestinationTag": "2"}, f"{NAMESPACE}/app", "2"),
    ],
)
@pytest.mark.parametrize("by_digest", [False, True])
def test_where_a_copy_goes(
    cloud: Cloud,
    instance: Instance,
    registry: Registry,
    image: SmallImage,
    parameters: dict,
    repository: str,
    tag: str,
    by_digest: bool,
):
    """The source's names stand in for those that are not said; the repository is made; the source stays."""
    if by_digest:
        parameters = {**parameters, "SourceReference": image.digest}
    duplicate(cloud, instance, **parameters)
    assert_whole(registry, repository, tag, image.manifest)
    assert_whole(registry, f"{NAMESPACE}/app", "1", image.manifest)
    namespace, name = repository.split("/", 1)
    listed = cloud.images(instance, namespace, name)[tag]
    assert (listed.Digest, listed.Size) == (image.digest, image.size)
    assert sorted(cloud.repositories(instance)) == sorted({f"{NAMESPACE}/app", repository})


def test_a_copy_stands_on_its_own(cloud: Cloud, instance: Instance, registry: Registry, image: SmallImage):
    duplicate(cloud, instance, DestinationNamespace=LIVE)
    cloud.call("DeleteRepository", RegistryId=instance.id, NamespaceName=NAMESPACE, RepositoryName="app")
    assert_whole(registry, f"{LIVE}/app", "1", image.manifest)


def test_a_docker_image(cloud: Cloud, instance: Instance, registry: Registry):
    image = SmallImage.make("duplicated as docker")
    content = put(registry, f"{NAMESPACE}/app", docker_manifest(image), *image.blobs, tag="1")
    duplicate(cloud, instance, DestinationNamespace=LIVE)
    assert_whole(registry, f"{LIVE}/app", "1", content)


def test_a_chart(cloud: Cloud, instance: Instance, registry: Registry):
    content = manifest(b'{"name":"web"}', CHART_CONFIG, [(b"a chart", "application/gzip")])
    put(registry, f"{NAMESPACE}/app", content, b'{"name":"web"}', b"a chart", tag="1")
    duplicate(cloud, instance, DestinationNamespace=LIVE)
    assert_whole(registry, f"{LIVE}/app", "1", content)
    assert cloud.images(instance, LIVE, "app")["1"].Kind == f"Artifact::{CHART_CONFIG}"


def test_all_that_belongs_to_an_index(cloud: Cloud, instance: Instance, registry: Registry):
    """Its images, indexes in it, and whatever refers to any of them; no other tags and nothing else."""
    repository = f"{NAMESPACE}/app"
    images = [SmallImage.make(f"part {part}").push(registry, repository) for part in range(2)]
    attested, config = attestation(images[0], b"a statement")
    put(registry, repository, attested, b"a statement", config)
    inner = put(registry, repository, index(images[1].manifest), tag="inner")
    outer = put(registry, repository, index(images[0].manifest, attested, inner), tag="1")
    referrers = []
    for subject, text in ((outer, b"of all"), (images[1].manifest, b"of a part")):
        content = referrer(subject, "application/vnd.example.signature", text)
        referrers.append(put(registry, repository, content, b"{}", text))
    countersigned = referrer(referrers[0], "application/vnd.example.signature", b"of a signature")
    referrers.append(put(registry, repository, countersigned, b"{}", b"of a signature"))
    other = SmallImage.make("another image").push(registry, repository, "other")
    duplicate(cloud, instance, DestinationNamespace=LIVE)
    whole = [outer, *(image.manifest for image in images), attested, inner, *referrers]
    assert_whole(registry, f"{LIVE}/app", "1", *whole)
    (told,) = registry.get(f"{LIVE}/app/referrers/{sha256(outer)}").json()["manifests"]
    assert told["digest"] == sha256(referrers[0])
    assert registry.tags(f"{LIVE}/app") == ["1"]
    assert registry.get_manifest(f"{LIVE}/app", other.digest).status_code == 404
    assert registry.get_blob(f"{LIVE}/app", sha256(other.config)).status_code == 404
    source, copy = (cloud.images(instance, namespace, "app")["1"] for namespace in (NAMESPACE, LIVE))
    assert (source.Size, source.Kind) == (copy.Size, copy.Kind) and copy.Kind == f"Artifact::{INDEX}"


def test_a_tag_is_moved_only_by_override(cloud: Cloud, instance: Instance, registry: Registry, image: SmallImage):
    old = SmallImage.make("in the way").push(registry, f"{LIVE}/app", "1")
    for parameters in ({}, {"Override": False}):
        with refused(CONFLICT, "`1`", f"`{LIVE}/app`"):
            duplicate(cloud, instance, DestinationNamespace=LIVE, **parameters)
    assert_whole(registry, f"{LIVE}/app", "1", old.manifest)
    assert registry.get_manifest(f"{LIVE}/app", image.digest).status_code == 404
    duplicate(cloud, instance, DestinationNamespace=LIVE, Override=True)
    assert_whole(registry, f"{LIVE}/app", "1", image.manifest)
    assert registry.get_manifest(f"{LIVE}/app", old.digest).content == old.manifest, "as after a push"
    assert list(cloud.images(instance, LIVE, "app")) == ["1"]


@pytest.mark.parametrize("may_override", [False, True])
def test_what_is_there_already(
    cloud: Cloud, instance: Instance, registry: Registry, image: SmallImage, may_override: bool
):
    """The same image under the same tag may be copied again, onto itself too."""
    for destination in ({"DestinationNamespace": LIVE}, {"DestinationNamespace": LIVE}, {}):
        duplicate(cloud, instance, **destination, Override=may_override)
    for namespace in (NAMESPACE, LIVE):
        assert_whole(registry, f"{namespace}/app", "1", image.manifest)
        assert list(cloud.images(instance, namespace, "app")) == ["1"]


@pytest.mark.parametrize(
    ("changed", "code", "named"),
    [
        ({"RegistryId": "tcr-absent00"}, "ResourceNotFound", "tcr-absent00"),
        ({"SourceNamespace": "absent"}, NOT_FOUND, "`absent`"),
        ({"SourceRepo": "absent"}, NOT_FOUND, "absent`"),
        ({"SourceReference": "absent"}, NOT_FOUND, "`absent`"),
        ({"SourceReference": sha256(b"absent")}, NOT_FOUND, sha256(b"absent")),
        ({"DestinationNamespace": "absent"}, NOT_FOUND, "`absent`"),
        ({"SourceReference": "no tag"}, INVALID, "no tag"),
        ({"SourceReference": "sha256:none"}, INVALID, "sha256:none"),
        ({"SourceNamespace": "No Name"}, INVALID, "No Name"),
        ({"SourceRepo": "No Name"}, INVALID, "No Name"),
        ({"DestinationNamespace": "No Name"}, INVALID, "No Name"),
        ({"DestinationRepo": "No Name"}, INVALID, "No Name"),
        ({"DestinationTag": "no tag"}, INVALID, "no tag"),
        ({"DestinationTag": sha256(b"a digest")}, INVALID, sha256(b"a digest")),
        ({"DestinationTag": ""}, INVALID, ""),
    ],
)
def test_what_is_refused_changes_nothing(
    cloud: Cloud, instance: Instance, image: SmallImage, changed: dict[str, str], code: str, named: str
):
    with refused(code, named):
        duplicate(cloud, instance, **{"DestinationRepo": "copy", **changed})
    assert cloud.repositories(instance) == [f"{NAMESPACE}/app"]
    assert list(cloud.images(instance, NAMESPACE, "app")) == ["1"]


def test_nothing_of_another_instance(
    cloud: Cloud, instance: Instance, image: SmallImage, instance_name: str
):
    """Source and destination are in the one instance that is named."""
    other = cloud.create_instance(f"{instance_name}-x")
    cloud.create_namespace(other, NAMESPACE)
    with refused(NOT_FOUND, f"{NAMESPACE}/app"):
        duplicate(cloud, other, DestinationTag="2")
