"""How often things are pulled: what counts, what does not, and what a restart or a crash keeps."""

import pytest

from wharf.account import ROOT
from wharf.admin import Admin
from wharf.cloud import NAMESPACE, Cloud, Instance
from wharf.oci import Registry
from wharf.polling import eventually
from wharf.server import Server
from wharf.small_image import SmallImage

REPOSITORY = f"{NAMESPACE}/web"
OTHER = f"{NAMESPACE}/db"

Counts = dict[tuple[str, str | None], int]


def counts(admin: Admin, instance: Instance) -> Counts:
    """Pulls by repository and tag; the tag None stands for the whole repository."""
    pulls = admin.ask("instance", "pulls", instance.id)
    assert all(pull["last_pulled_at"].endswith("Z") for pull in pulls)
    return {(pull["repository"], pull["tag"]): pull["count"] for pull in pulls}


def expect(admin: Admin, instance: Instance, expected: Counts) -> None:
    """Within a few seconds the counts are these, and no others."""
    total = sum(expected.values())
    eventually("the pulls are noted", lambda: sum(counts(admin, instance).values()) >= total)
    assert counts(admin, instance) == expected


def pull(registry: Registry, reference: str, times: int, repository: str = REPOSITORY) -> None:
    for _ in range(times):
        assert registry.get_manifest(repository, reference).status_code == 200


@pytest.fixture
def image(registry: Registry) -> SmallImage:
    return SmallImage.make("pulls").push(registry, REPOSITORY, "v1", "v2")


@pytest.fixture
def own_admin(own_server: Server) -> Admin:
    return Admin(own_server)


@pytest.fixture
def own_instance(own_server: Server) -> Instance:
    cloud = Cloud(own_server, ROOT)
    made = cloud.create_instance("counted")
    cloud.create_namespace(made, NAMESPACE)
    return made


@pytest.fixture
def own_registry(own_server: Server, own_instance: Instance) -> Registry:
    login = Cloud(own_server, ROOT).login(own_instance, "longterm")
    registry = Registry(own_server, own_instance, login)
    SmallImage.make("pulls").push(registry, REPOSITORY, "v1")
    return registry


def test_by_tag_and_by_digest(admin: Admin, instance: Instance, registry: Registry, image: SmallImage):
    SmallImage.make("pulls").push(registry, OTHER, "v1")
    assert counts(admin, instance) == {}
    pull(registry, "v1", 5)
    pull(registry, "v2", 2)
    pull(registry, image.digest, 3)
    pull(registry, "v1", 1, OTHER)
    expected = {
        (REPOSITORY, None): 10,
        (REPOSITORY, "v1"): 5,
        (REPOSITORY, "v2"): 2,
        (OTHER, None): 1,
        (OTHER, "v1"): 1,
    }
    expect(admin, instance, expected)
    pull(registry, "v1", 1)
    expect(admin, instance, {**expected, (REPOSITORY, None): 11, (REPOSITORY, "v1"): 6})


def test_what_is_no_pull(
    admin: Admin, instance: Instance, registry: Registry, anonymous: Registry, image: SmallImage
):
    """One pull comes last, so that what came before has been noted when it is."""
    path = f"{REPOSITORY}/manifests/v1"
    assert registry.head(path).status_code == 200
    assert registry.get(path, headers={"If-None-Match": f'"{image.digest}"'}).status_code == 304
    assert registry.get_manifest(REPOSITORY, "absent").status_code == 404
    assert anonymous.get_manifest(REPOSITORY, "v1").status_code == 401
    assert registry.tags(REPOSITORY) == ["v1", "v2"]
    pull(registry, "v2", 1)
    expect(admin, instance, {(REPOSITORY, None): 1, (REPOSITORY, "v2"): 1})


def test_the_last_pull(admin: Admin, instance: Instance, registry: Registry, image: SmallImage):
    def last(tag: str | None) -> str:
        pulls = admin.ask("instance", "pulls", instance.id)
        return next(pull["last_pulled_at"] for pull in pulls if pull["tag"] == tag)

    for tag in ("v1", "v2"):
        pull(registry, tag, 1)
        eventually("the pull is noted", lambda tag=tag: (REPOSITORY, tag) in counts(admin, instance))
    assert last("v1") <= last("v2") == last(None)


@pytest.mark.parametrize("through", ["the registry", "the cloud API"])
def test_a_deleted_tag_forgets_its_count(
    admin: Admin, cloud: Cloud, instance: Instance, registry: Registry, image: SmallImage, through: str
):
    pull(registry, "v1", 2)
    pull(registry, "v2", 1)
    expect(admin, instance, {(REPOSITORY, None): 3, (REPOSITORY, "v1"): 2, (REPOSITORY, "v2"): 1})
    if through == "the registry":
        assert registry.request("DELETE", f"{REPOSITORY}/manifests/v1").status_code == 202
    else:
        namespace, name = REPOSITORY.split("/")
        parameters = {"NamespaceName": namespace, "RepositoryName": name, "ImageVersion": "v1"}
        cloud.call("DeleteImage", RegistryId=instance.id, **parameters)
    assert counts(admin, instance) == {(REPOSITORY, None): 3, (REPOSITORY, "v2"): 1}
    image.push(registry, REPOSITORY, "v1")
    pull(registry, "v1", 1)
    expect(admin, instance, {(REPOSITORY, None): 4, (REPOSITORY, "v1"): 1, (REPOSITORY, "v2"): 1})


def test_a_deleted_manifest_forgets_the_counts_of_its_tags(
    admin: Admin, instance: Instance, registry: Registry, image: SmallImage
):
    pull(registry, "v1", 2)
    expect(admin, instance, {(REPOSITORY, None): 2, (REPOSITORY, "v1"): 2})
    assert registry.request("DELETE", f"{REPOSITORY}/manifests/{image.digest}").status_code == 202
    assert counts(admin, instance) == {(REPOSITORY, None): 2}


def test_a_tag_that_moves_keeps_its_count(
    admin: Admin, instance: Instance, registry: Registry, image: SmallImage
):
    pull(registry, "v1", 2)
    expect(admin, instance, {(REPOSITORY, None): 2, (REPOSITORY, "v1"): 2})
    SmallImage.make("moved to").push(registry, REPOSITORY, "v1")
    pull(registry, "v1", 1)
    expect(admin, instance, {(REPOSITORY, None): 3, (REPOSITORY, "v1"): 3})


def test_a_deleted_repository_forgets_all(
    admin: Admin, cloud: Cloud, instance: Instance, registry: Registry, image: SmallImage
):
    pull(registry, "v1", 1)
    expect(admin, instance, {(REPOSITORY, None): 1, (REPOSITORY, "v1"): 1})
    namespace, name = REPOSITORY.split("/")
    cloud.call(
        "DeleteRepository",
        RegistryId=instance.id,
        NamespaceName=namespace,
        RepositoryName=name,
        ForceDelete=True,
    )
    assert counts(admin, instance) == {}


def test_a_deleted_tag_is_not_counted_afterwards(
    own_server: Server, own_admin: Admin, own_instance: Instance, own_registry: Registry
):
    """The pull is still in memory when the tag goes."""
    pull(own_registry, "v1", 1)
    assert own_registry.request("DELETE", f"{REPOSITORY}/manifests/v1").status_code == 202
    own_server.stop()
    own_server.start()
    assert counts(own_admin, own_instance) == {(REPOSITORY, None): 1}


def test_a_restart_loses_none(
    own_server: Server, own_admin: Admin, own_instance: Instance, own_registry: Registry
):
    """Those of the last moment included."""
    for round_number in range(1, 4):
        pull(own_registry, "v1", 7)
        own_server.stop()
        own_server.start()
        noted = counts(own_admin, own_instance)
        assert noted == {(REPOSITORY, None): 7 * round_number, (REPOSITORY, "v1"): 7 * round_number}


def test_a_crash_keeps_what_was_noted(
    own_server: Server, own_admin: Admin, own_instance: Instance, own_registry: Registry
):
    """Pulls after that may be lost, and none is counted twice."""
    pull(own_registry, "v1", 7)
    expect(own_admin, own_instance, {(REPOSITORY, None): 7, (REPOSITORY, "v1"): 7})
    pull(own_registry, "v1", 5)
    own_server.kill()
    own_server.start()
    noted = counts(own_admin, own_instance)[REPOSITORY, "v1"]
    assert 7 <= noted <= 12
    pull(own_registry, "v1", 1)
    expect(own_admin, own_instance, {(REPOSITORY, None): noted + 1, (REPOSITORY, "v1"): noted + 1})
