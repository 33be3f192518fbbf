"""ModifyInstanceStorage: an instance's content goes to another store that the configuration names."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tencentcloud.tcr.v20190924 import models

from wharf.account import ROOT, Account
from wharf.admin import Admin
from wharf.cloud import NAMESPACE, Cloud, Instance, refused
from wharf.files import files_below
from wharf.layer import sha256
from wharf.oci import Registry
from wharf.polling import eventually
from wharf.sdk import REGION
from wharf.server import Server
from wharf.signed_request import SignedRequest
from wharf.small_image import SmallImage
from wharf.sub_account import SubAccounts, allow

REPOSITORY = f"{NAMESPACE}/web"


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the store `archive`."""
    return tmp_path_factory.mktemp("archive")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, archive: Path) -> Iterator[Server]:
    """A server with the stores of the run, and one more."""
    made = Server(tmp_path_factory.mktemp("with-stores"))
    try:
        yield made.configure(f'[stores]\narchive = "file:{archive}"\n').start()
        made.stop()
    finally:
        made.discard()


def modify(cloud: Cloud, instance: Instance, target: str, region: str = REGION) -> models.ModifyInstanceStorageResponse:
    return cloud.call(
        "ModifyInstanceStorage", RegistryId=instance.id, TargetRegion=region, TargetStorageName=target
    )


def moves(server: Server) -> list[dict]:
    return Admin(server).ask("storage", "moves")


def test_content_goes_to_the_store_and_back(
    server: Server, cloud: Cloud, instance: Instance, registry: Registry, archive: Path
):
    image = SmallImage.make("moved").push(registry, REPOSITORY, "v1")
    answer = modify(cloud, instance, "archive")
    assert isinstance(answer, models.ModifyInstanceStorageResponse)
    assert isinstance(answer.RequestId, str) and answer.RequestId
    eventually("it is moved", lambda: moves(server) == [])
    files = {file.name for file in files_below(archive / instance.id)}
    assert {sha256(blob).removeprefix("sha256:") for blob in image.blobs} <= files
    assert registry.get_manifest(REPOSITORY, "v1").content == image.manifest
    for blob in image.blobs:
        assert registry.get_blob(REPOSITORY, sha256(blob)).content == blob
    later = SmallImage.make("pushed there").push(registry, REPOSITORY, "v2")
    assert (archive / instance.id / "blobs" / "sha256").is_dir()
    assert cloud.status(instance) == "Running"
    (shown,) = cloud.call("DescribeInstances", Registryids=[instance.id]).Registries
    assert shown.RegionName == REGION, "the instance stays in its region"

    modify(cloud, instance, "default")
    eventually("it is moved back", lambda: moves(server) == [])
    assert files_below(archive / instance.id) == []
    for one in (image, later):
        for blob in one.blobs:
            assert registry.get_blob(REPOSITORY, sha256(blob)).content == blob


def test_a_move_under_way(server: Server, cloud: Cloud, instance: Instance, registry: Registry):
    """It waits for an upload that began before it, and meanwhile nothing else is begun."""
    upload = registry.start_upload(REPOSITORY)
    modify(cloud, instance, "archive")
    for target in ("archive", "default"):
        with refused("ResourceInUse"):
            modify(cloud, instance, target)
    (move,) = moves(server)
    assert (move["instance"], move["from"], move["to"]) == (instance.id, ["default"], "archive")
    title, row = Admin(server).do("storage", "moves").splitlines()
    assert title.split()[:4] == ["INSTANCE", "FROM", "TO", "STATE"]
    assert row.split()[:3] == [instance.id, "default", "archive"]
    content = b"begun before the move"
    assert registry.send_chunk(upload, 0, content).status_code == 202
    assert registry.finish_upload(upload, sha256(content)).status_code == 201
    eventually("it is moved", lambda: moves(server) == [])
    assert registry.get_blob(REPOSITORY, sha256(content)).content == content


def test_the_store_that_it_is_in(cloud: Cloud, instance: Instance):
    with refused("FailedOperation"):
        modify(cloud, instance, "default")


@pytest.mark.parametrize("target", ["nowhere", "Not A Name", "", "x" * 200])
def test_a_store_that_there_is_not(cloud: Cloud, instance: Instance, target: str):
    with refused("InvalidParameterValue"):
        modify(cloud, instance, target)


@pytest.mark.parametrize("region", ["ap-beijing", "nowhere", ""])
def test_another_region(server: Server, cloud: Cloud, instance: Instance, region: str):
    with refused("InvalidParameterValue"):
        modify(cloud, instance, "archive", region)
    assert moves(server) == []


def test_an_instance_that_there_is_not(cloud: Cloud, account: Account, instance: Instance, server: Server):
    for caller, id in [(cloud, "tcr-absent00"), (cloud, "no id"), (Cloud(server, account), instance.id)]:
        with refused("ResourceNotFound"):
            modify(caller, Instance(id, "absent"), "archive")


def test_an_instance_that_is_being_deleted(cloud: Cloud, instance: Instance):
    cloud.call("DeleteInstance", RegistryId=instance.id)
    with pytest.raises(Exception) as caught:
        modify(cloud, instance, "archive")
    assert caught.value.get_code() in ("ResourceUnavailable", "ResourceNotFound")


def test_who_may(server: Server, cloud: Cloud, instance: Instance, tmp_path: Path):
    """A sub-account needs the action on the instance."""
    accounts = SubAccounts(Admin(server), tmp_path)
    resource = f"qcs::tcr:{REGION}:uin/{ROOT.uin}:instance/{instance.id}"
    reader = accounts.create(allow("tcr:Describe*"))
    mover = accounts.create(allow("tcr:ModifyInstanceStorage", resource))
    with refused("UnauthorizedOperation"):
        modify(Cloud(server, reader), instance, "archive")
    with refused("FailedOperation"):
        modify(Cloud(server, mover), instance, "default")


GOOD = {"RegistryId": "tcr-absent00", "TargetRegion": REGION, "TargetStorageName": "archive"}


@pytest.mark.parametrize(
    ("parameters", "code", "name"),
    [
        *[({key: GOOD[key] for key in GOOD if key != left}, "MissingParameter", left) for left in GOOD],
        *[({**GOOD, key: 1}, "InvalidParameter", key) for key in GOOD],
        ({**GOOD, "Colour": "red"}, "UnknownParameter", "Colour"),
    ],
)
def test_parameters(server: Server, parameters: dict, code: str, name: str):
    """What is wrong is named."""
    answer = SignedRequest(ROOT, "ModifyInstanceStorage", parameters).send(server)
    assert answer.code is not None and answer.code.startswith(code), answer.code
    assert name in answer.response["Error"]["Message"]


def test_the_message_names_the_stores(server: Server, instance: Instance):
    wrong = {**GOOD, "RegistryId": instance.id, "TargetStorageName": "nowhere"}
    message = SignedRequest(ROOT, "ModifyInstanceStorage", wrong).send(server).response["Error"]["Message"]
    assert "nowhere" in message and "archive" in message and "default" in message


def test_a_store_by_name_is_tried_step_by_step(server: Server):
    admin = Admin(server)
    assert all(step["ok"] for step in admin.ask("storage", "check", "--store", "archive"))
    for name in ("nowhere", "No Name"):
        ended = admin.attempt("storage", "check", "--store", name)
        assert ended.returncode == 1 and name in ended.stderr
