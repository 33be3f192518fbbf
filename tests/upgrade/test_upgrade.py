"""A program starts on what an earlier one left, serves at once, and has lost nothing."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from tencentcloud.tcr.v20190924 import models

from upgrade.conftest import Earlier
from upgrade.recorded import (
    IMAGES,
    OTHERS,
    POSTGRES,
    PRIVATE,
    PUBLIC,
    SCHEMA_1,
    SCHEMA_7,
    TAGS,
    Expected,
)
from wharf.account import ROOT, Account
from wharf.admin import Admin
from wharf.cloud import Cloud
from wharf.layer import sha256
from wharf.oci import Registry, location
from wharf.server import Server
from wharf.small_image import SmallImage
from wharf.token_service import TokenService


def registry_of(server: Server, expected: Expected) -> Registry:
    """The recorded instance as the holder of the recorded token sees it."""
    return Registry(server, expected.instance, expected.login)


def assert_all_is_there(server: Server, expected: Expected) -> None:
    assert_the_accounts_are_there(server, expected)
    assert_the_instance_is_there(server, expected)
    assert_the_content_is_there(server, expected)
    assert_the_pulls_are_there(server, expected)


def assert_the_accounts_are_there(server: Server, expected: Expected) -> None:
    """Both accounts' keys sign, and each sees its own."""
    assert [found.RegistryId for found in instances(server, ROOT)] == [expected.instance.id]
    assert instances(server, expected.account) == []
    accounts = {str(account["uin"]): account for account in Admin(server).ask("account", "list")}
    assert set(accounts) == {ROOT.uin, expected.account.uin}


def instances(server: Server, account: Account) -> list[models.Registry]:
    return Cloud(server, account).call("DescribeInstances").Registries


def assert_the_instance_is_there(server: Server, expected: Expected) -> None:
    """With its state, its tags, its namespaces and its repositories."""
    cloud = Cloud(server, ROOT)
    (found,) = cloud.call("DescribeInstances").Registries
    assert (found.RegistryName, found.Status) == (expected.instance.name, "Running")
    assert tags_of(found) == TAGS
    namespaces = cloud.call("DescribeNamespaces", RegistryId=expected.instance.id).NamespaceList
    assert {namespace.Name: namespace.Public for namespace in namespaces} == {PRIVATE: False, PUBLIC: True}
    assert {namespace.Name: tags_of(namespace) for namespace in namespaces} == {PRIVATE: {}, PUBLIC: TAGS}
    assert sorted(cloud.repositories(expected.instance)) == sorted([IMAGES, OTHERS])


def tags_of(resource) -> dict[str, str]:
    specification = resource.TagSpecification
    return {tag.Key: tag.Value for tag in (specification.Tags if specification else None) or []}


def assert_the_content_is_there(server: Server, expected: Expected) -> None:
    """Every blob and manifest has the bytes that its digest says."""
    registry = registry_of(server, expected)
    for repository, blobs in expected.blobs.items():
        for digest, size in blobs.items():
            content = registry.get_blob(repository, digest).content
            assert (sha256(content), len(content)) == (digest, size)
    tagged = {"v1": expected.image, "latest": expected.image, "all": expected.index}
    for reference, digest in {**tagged, expected.referrer: expected.referrer}.items():
        assert sha256(registry.get_manifest(IMAGES, reference).content) == digest
    assert sorted(registry.tags(IMAGES)) == sorted(tagged)
    images = Cloud(server, ROOT).images(expected.instance, *IMAGES.split("/"))
    assert {tag: image.Digest for tag, image in images.items()} == tagged
    referrers = registry.get(f"{IMAGES}/referrers/{expected.image}").json()["manifests"]
    assert [referrer["digest"] for referrer in referrers] == [expected.referrer]
    service = TokenService(server, expected.instance)
    anybody = service.open(service.token(None, f"repository:{OTHERS}:pull"))
    assert sha256(anybody.get_manifest(OTHERS, "v1").content) == expected.other


def assert_the_pulls_are_there(server: Server, expected: Expected) -> None:
    """No fewer than were counted; looking at the images counts as well."""
    found = Admin(server).ask("instance", "pulls", expected.instance.id)
    counts = {f"{pull['repository']}:{pull['tag'] or ''}": pull["count"] for pull in found}
    assert all(counts[name] >= count for name, count in expected.pulls.items())


def test_everything_is_there(earlier: Earlier):
    """Ready within the usual time, and after a second start as after the first."""
    server = earlier.server
    for _ in range(2):
        server.start()
        assert_all_is_there(server, earlier.expected)
        server.stop()


def test_an_unfinished_upload_goes_on(earlier: Earlier):
    expected = earlier.expected
    registry = registry_of(earlier.server.start(), expected)
    status = registry.get(expected.upload)
    assert (status.status_code, status.headers["Range"]) == (204, f"0-{len(expected.received) - 1}")
    answer = registry.send_chunk(expected.upload, len(expected.received), expected.rest.encode())
    assert answer.status_code == 202, answer.text
    content = (expected.received + expected.rest).encode()
    finished = registry.finish_upload(location(answer), sha256(content))
    assert finished.status_code == 201, finished.text
    assert registry.get_blob(IMAGES, sha256(content)).content == content


def test_new_pushes(earlier: Earlier):
    """Into what is there, and into what is made by the new program; both last."""
    server, expected = earlier.server.start(), earlier.expected
    cloud = Cloud(server, ROOT)
    image = SmallImage.make("after the upgrade").push(registry_of(server, expected), IMAGES, "v1", "v2")
    fresh = cloud.create_instance("fresh")
    cloud.create_namespace(fresh, PRIVATE)
    login = cloud.login(fresh, "longterm")
    image.push(Registry(server, fresh, login), IMAGES, "v1")
    server.stop()
    server.start()
    for registry in (registry_of(server, expected), Registry(server, fresh, login)):
        assert registry.get_manifest(IMAGES, "v1").content == image.manifest
    assert sha256(registry_of(server, expected).get_manifest(IMAGES, "latest").content) == expected.image


def test_the_other_account_goes_on(earlier: Earlier):
    """Its key and its password are what they were: it makes an instance and pushes."""
    server, account = earlier.server.start(), earlier.expected.account
    cloud = Cloud(server, account)
    instance = cloud.create_instance("of-the-other")
    cloud.create_namespace(instance, PRIVATE)
    image = SmallImage.make("other").push(Registry(server, instance, cloud.login(instance)), IMAGES, "v1")
    assert cloud.images(instance, *IMAGES.split("/"))["v1"].Digest == image.digest


@pytest.mark.parametrize("size", [2, 4])
def test_programs_that_start_at_once(make_earlier: Callable[..., Earlier], size: int):
    """On one database one of them changes the schema; all come up."""
    earlier = make_earlier(POSTGRES, size=size)
    with ThreadPoolExecutor(size) as pool:
        list(pool.map(lambda server: server.start(), earlier.servers))
    for server in earlier.servers:
        assert_all_is_there(server, earlier.expected)
    image = SmallImage.make("through one").push(registry_of(earlier.server, earlier.expected), IMAGES, "v2")
    for server in earlier.servers:
        assert registry_of(server, earlier.expected).get_manifest(IMAGES, "v2").content == image.manifest


def test_the_recordings_are_of_their_schema(earlier: Earlier):
    """Nothing that a later program brought is in them."""
    later = {SCHEMA_1: ("upload_segments", "storage_moves", "audit_events"), SCHEMA_7: ("service_accounts",)}
    dump = earlier.recording.dump(earlier.engine).read_text()
    assert "CREATE TABLE" in dump
    assert not [table for table in later[earlier.recording] if table in dump]
