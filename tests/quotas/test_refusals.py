"""One more than an edition allows: refused at every door, with the limit in the message, until there is room."""

import pytest

from wharf.cloud import NAMESPACE, Cloud, refused
from wharf.layer import sha256
from wharf.oci import Registry, assert_refused
from wharf.quota_doors import LIMIT, TAGGED, Doors, denied
from wharf.server import Server
from wharf.small_image import SmallImage


@pytest.fixture
def full(doors: Doors) -> Doors:
    """An instance with as many repositories as it may have, `new-0` and so on, with a blob in each."""
    for number in range(LIMIT):
        assert doors.pushed_repository(number)
    return doors


def test_a_push_to_what_is_there_goes_on(full: Doors, registry: Registry):
    image = SmallImage.make("goes on").push(registry, f"{NAMESPACE}/new-0", "v1", "v2")
    assert registry.get_manifest(f"{NAMESPACE}/new-0", "v2").content == image.manifest


def test_a_first_push_is_refused_before_its_bytes_are_sent(full: Doors, registry: Registry):
    assert not denied(registry.request("POST", f"{NAMESPACE}/more/blobs/uploads/"))
    assert f"{NAMESPACE}/more" not in full.repositories()[1]


def test_an_upload_in_one_request_is_refused(full: Doors, registry: Registry):
    digest = sha256(b"content")
    assert not denied(registry.request("POST", f"{NAMESPACE}/more/blobs/uploads/?digest={digest}", data=b"content"))


def test_a_mount_is_refused(full: Doors, registry: Registry):
    source = f"{NAMESPACE}/new-0"
    query = f"?mount={sha256(source.encode())}&from={full.instance.name}/{source}"
    mount = registry.request("POST", f"{NAMESPACE}/more/blobs/uploads/{query}")
    assert not denied(mount)
    query = f"?mount={sha256(source.encode())}&from={full.instance.name}/{source}"
    assert registry.request("POST", f"{NAMESPACE}/new-1/blobs/uploads/{query}").status_code == 201


def test_an_upload_that_began_while_there_was_room(doors: Doors, registry: Registry):
    upload = registry.start_upload(f"{NAMESPACE}/more")
    for number in range(LIMIT):
        assert doors.created_repository(number)
    assert not denied(registry.finish_upload(upload, sha256(b"content"), b"content"))
    assert doors.repositories()[0] == LIMIT


def test_a_manifest_without_blobs_is_refused(full: Doors, registry: Registry):
    index = b'{"schemaVersion": 2, "manifests": []}'
    put = registry.put_manifest(f"{NAMESPACE}/more", "v1", index, "application/vnd.oci.image.index.v1+json")
    assert not denied(put)


def test_a_name_that_is_taken_is_told_apart(full: Doors, cloud: Cloud):
    names = {"RegistryId": full.instance.id, "NamespaceName": NAMESPACE}
    with refused("InternalError.ErrorTcrResourceConflict"):
        cloud.call("CreateRepository", **names, RepositoryName="new-0")


def test_a_deleted_repository_makes_room_for_one(full: Doors, cloud: Cloud):
    names = {"RegistryId": full.instance.id, "NamespaceName": NAMESPACE}
    cloud.call("DeleteRepository", **names, RepositoryName="new-0", ForceDelete=True)
    assert full.pushed_repository(LIMIT)
    assert not full.created_repository(LIMIT + 1)


def test_several_tags_of_one_push_come_all_or_none(doors: Doors, tagged: Registry):
    for number in range(LIMIT - 1):
        assert doors.tag(number)
    image = SmallImage.make("other").push(tagged, TAGGED)
    put = f"{TAGGED}/manifests/{image.digest}?tag=new-0&tag=more-1&tag=more-2"
    headers = {"Content-Type": "application/vnd.oci.image.manifest.v1+json"}
    assert not denied(tagged.request("PUT", put, headers=headers, data=image.manifest))
    assert doors.tags()[0] == LIMIT - 1
    assert tagged.get_manifest(TAGGED, "new-0").content == SmallImage.make("tagged").manifest
    # The last place, and a tag that moves.
    put = put.removesuffix("&tag=more-2")
    assert tagged.request("PUT", put, headers=headers, data=image.manifest).status_code == 201
    assert doors.tags()[0] == LIMIT
    assert tagged.get_manifest(TAGGED, "new-0").content == image.manifest
    assert not doors.tag(LIMIT)


def test_a_deleted_tag_makes_room_for_one(doors: Doors, tagged: Registry):
    for number in range(LIMIT):
        assert doors.tag(number)
    assert tagged.request("DELETE", f"{TAGGED}/manifests/new-0").status_code == 202
    assert doors.tag(LIMIT)
    assert not doors.tag(LIMIT + 1)


def test_each_repository_has_its_own_tags(doors: Doors, tagged: Registry):
    for number in range(LIMIT):
        assert doors.tag(number)
    SmallImage.make("elsewhere").push(tagged, f"{NAMESPACE}/elsewhere", "v1")


def test_a_deleted_namespace_makes_room_for_one(doors: Doors, cloud: Cloud):
    for number in range(LIMIT - 1):
        assert doors.namespace(number)
    cloud.call("DeleteNamespace", RegistryId=doors.instance.id, NamespaceName="new-0")
    assert doors.namespace(LIMIT)
    assert not doors.namespace(LIMIT + 1)


def test_temporary_tokens_are_not_counted_and_a_deleted_one_makes_room(doors: Doors, cloud: Cloud):
    for number in range(LIMIT):
        assert doors.token(number)
    cloud.login(doors.instance)
    token = cloud.call("DescribeInstanceToken", RegistryId=doors.instance.id).Tokens[0]
    cloud.call("ModifyInstanceToken", RegistryId=doors.instance.id, TokenId=token.Id, Enable=False)
    assert not doors.token(LIMIT)
    cloud.call("DeleteInstanceToken", RegistryId=doors.instance.id, TokenId=token.Id)
    assert doors.token(LIMIT)


def test_another_edition_has_its_own_quotas(server: Server, cloud: Cloud, instance_name: str):
    larger = cloud.create_instance(instance_name, "standard")
    for number in range(LIMIT + 1):
        cloud.create_namespace(larger, f"new-{number}")


def test_a_refusal_names_edition_instance_and_limit(full: Doors, registry: Registry):
    answer = registry.request("POST", f"{NAMESPACE}/more/blobs/uploads/")
    assert_refused(answer, 403, "DENIED")
    message = answer.json()["errors"][0]["message"]
    assert all(fact in message for fact in ("basic", full.instance.id, f"{LIMIT} repositories")), message
