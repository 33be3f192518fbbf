"""DeleteImage and DeleteRepositoryTags: which tags go, and what goes with them."""

import pytest

from wharf.cloud import NAMESPACE, Cloud, Instance, refused
from wharf.complete import assert_complete
from wharf.layer import sha256
from wharf.manifests import attestation, index, put, referrer
from wharf.oci import Registry
from wharf.small_image import SmallImage

REPOSITORY = f"{NAMESPACE}/web"
NOT_FOUND = "ResourceNotFound.TcrResourceNotFound"
SIGNATURE = "application/vnd.example.signature"


def names(instance: Instance) -> dict:
    return {"RegistryId": instance.id, "NamespaceName": NAMESPACE, "RepositoryName": "web"}


def delete_tags(cloud: Cloud, instance: Instance, *tags: str) -> None:
    assert_complete(cloud.call("DeleteRepositoryTags", **names(instance), Tags=list(tags)))


def delete_image(cloud: Cloud, instance: Instance, tag: str) -> None:
    assert_complete(cloud.call("DeleteImage", **names(instance), ImageVersion=tag))


def is_there(registry: Registry, manifest: bytes | str) -> bool:
    """Whether a manifest can be pulled by its tag or digest."""
    reference = manifest if isinstance(manifest, str) else sha256(manifest)
    status = registry.get_manifest(REPOSITORY, reference).status_code
    assert status in (200, 404)
    return status == 200


def signature(registry: Registry, subject: bytes, text: bytes, tag: str | None = None) -> bytes:
    return put(registry, REPOSITORY, referrer(subject, SIGNATURE, text), b"{}", text, tag=tag)


def total(cloud: Cloud, instance: Instance) -> int:
    """The count that a listing answers, which is kept, once it is compared with what is listed."""
    answer = cloud.call("DescribeImages", **names(instance), Limit=100)
    assert len(answer.ImageInfoList) == answer.TotalCount
    return answer.TotalCount


def test_tags_go_together(cloud: Cloud, instance: Instance, registry: Registry):
    """What they pointed at stays under its digest, as after a deletion of tags by the registry."""
    image = SmallImage.make("several tags").push(registry, REPOSITORY, "1", "2", "3")
    delete_tags(cloud, instance, "1", "3")
    assert registry.tags(REPOSITORY) == ["2"]
    assert total(cloud, instance) == 1
    delete_tags(cloud, instance, "2")
    assert registry.get_manifest(REPOSITORY, image.digest).content == image.manifest
    assert (registry.tags(REPOSITORY), total(cloud, instance)) == ([], 0)


def test_twenty_tags_at_most(cloud: Cloud, instance: Instance, registry: Registry):
    tags = [f"t{number:02}" for number in range(21)]
    SmallImage.make("many tags").push(registry, REPOSITORY, *tags)
    for wrong in (tags, []):
        with refused("InvalidParameter.ErrorTcrInvalidParameter", "`Tags`", "20"):
            delete_tags(cloud, instance, *wrong)
    assert total(cloud, instance) == 21
    delete_tags(cloud, instance, *tags[:20])
    assert registry.tags(REPOSITORY) == ["t20"]


def test_a_tag_that_is_named_twice_is_one(cloud: Cloud, instance: Instance, registry: Registry):
    SmallImage.make("twice").push(registry, REPOSITORY, "1", "2")
    delete_tags(cloud, instance, "1", "1")
    assert (registry.tags(REPOSITORY), total(cloud, instance)) == (["2"], 1)


def test_all_tags_or_none(cloud: Cloud, instance: Instance, registry: Registry):
    SmallImage.make("all or none").push(registry, REPOSITORY, "1", "2")
    with refused(NOT_FOUND, "`absent`"):
        delete_tags(cloud, instance, "1", "absent", "2")
    with refused("InvalidParameter.ErrorTcrInvalidParameter", "no tag"):
        delete_tags(cloud, instance, "1", "no tag")
    assert (registry.tags(REPOSITORY), total(cloud, instance)) == (["1", "2"], 2)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"RegistryId": "tcr-absent00"}, "ResourceNotFound"),
        ({"NamespaceName": "absent"}, NOT_FOUND),
        ({"RepositoryName": "absent"}, NOT_FOUND),
        ({"NamespaceName": "Not A Namespace"}, "InvalidParameter"),
        ({"RepositoryName": "Not A Repository"}, "InvalidParameter"),
    ],
)
@pytest.mark.parametrize("action", ["DeleteImage", "DeleteRepositoryTags"])
def test_what_is_not_there(
    cloud: Cloud, instance: Instance, registry: Registry, action: str, changed: dict[str, str], code: str
):
    SmallImage.make("there").push(registry, REPOSITORY, "1")
    tags = {"ImageVersion": "1"} if action == "DeleteImage" else {"Tags": ["1"]}
    # DeleteImage documents the bare code only.
    if code == "InvalidParameter" and action == "DeleteRepositoryTags":
        code = "InvalidParameter.ErrorTcrInvalidParameter"
    (value,) = changed.values()
    with refused(code, value):
        cloud.call(action, **{**names(instance), **changed}, **tags)
    assert total(cloud, instance) == 1


def test_an_image_is_deleted_by_a_tag_only(cloud: Cloud, instance: Instance, registry: Registry):
    image = SmallImage.make("by tag").push(registry, REPOSITORY, "1")
    for wrong in (image.digest, "not a tag", ""):
        with refused("InvalidParameter", wrong):
            delete_image(cloud, instance, wrong)
    with refused(NOT_FOUND, "absent"):
        delete_image(cloud, instance, "absent")
    assert total(cloud, instance) == 1


def test_an_image_goes_with_its_last_tag(cloud: Cloud, instance: Instance, registry: Registry):
    """And then its signature goes too, and what is attached to that."""
    image = SmallImage.make("signed").push(registry, REPOSITORY, "1", "2")
    signed = signature(registry, image.manifest, b"a signature")
    countersigned = signature(registry, signed, b"a countersignature")
    delete_image(cloud, instance, "1")
    assert all(is_there(registry, one) for one in (image.manifest, signed, countersigned))
    delete_image(cloud, instance, "2")
    assert not any(is_there(registry, one) for one in (image.manifest, signed, countersigned))
    found = registry.get(f"{REPOSITORY}/referrers/{image.digest}").json()["manifests"]
    assert (found, total(cloud, instance)) == ([], 0)


def test_a_referrer_with_a_tag_stays(cloud: Cloud, instance: Instance, registry: Registry):
    image = SmallImage.make("signed by tag").push(registry, REPOSITORY, "1")
    tagged = signature(registry, image.manifest, b"a signature", tag="signature")
    delete_image(cloud, instance, "1")
    assert not is_there(registry, image.manifest)
    assert is_there(registry, tagged)
    assert registry.tags(REPOSITORY) == ["signature"]


def test_an_index_takes_its_images_along(cloud: Cloud, instance: Instance, registry: Registry):
    """But for those that have a tag, or that another index lists."""
    alone, tagged, shared = (SmallImage.make(f"part {part}") for part in ("alone", "tagged", "shared"))
    alone.push(registry, REPOSITORY)
    tagged.push(registry, REPOSITORY, "part")
    shared.push(registry, REPOSITORY)
    attested, config = attestation(alone, b"a statement")
    put(registry, REPOSITORY, attested, b"a statement", config)
    signed = signature(registry, alone.manifest, b"a signature of a part")
    whole = index(alone.manifest, tagged.manifest, shared.manifest, attested)
    put(registry, REPOSITORY, whole, tag="all")
    other = put(registry, REPOSITORY, index(shared.manifest), tag="other")
    delete_image(cloud, instance, "all")
    assert not any(is_there(registry, one) for one in (whole, alone.manifest, attested, signed))
    assert all(is_there(registry, one) for one in (tagged.manifest, shared.manifest, other))
    assert (registry.tags(REPOSITORY), total(cloud, instance)) == (["other", "part"], 2)


def test_a_referrer_stays_with_its_subject(cloud: Cloud, instance: Instance, registry: Registry):
    """Also where an index that lists the referrer goes."""
    image = SmallImage.make("stays").push(registry, REPOSITORY, "image")
    signed = signature(registry, image.manifest, b"a signature")
    put(registry, REPOSITORY, index(signed), tag="index")
    delete_image(cloud, instance, "index")
    assert is_there(registry, signed)
    delete_image(cloud, instance, "image")
    assert not is_there(registry, signed)


def test_an_image_that_an_index_lists_stays(cloud: Cloud, instance: Instance, registry: Registry):
    image = SmallImage.make("listed").push(registry, REPOSITORY, "image")
    signed = signature(registry, image.manifest, b"a signature")
    put(registry, REPOSITORY, index(image.manifest), tag="index")
    delete_image(cloud, instance, "image")
    assert is_there(registry, image.manifest) and is_there(registry, signed)
    assert registry.tags(REPOSITORY) == ["index"]
