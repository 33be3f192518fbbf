"""DescribeRepositories and DescribeImages: whole answers, orders, filters, and pages at the edges.

One instance serves the file; nothing here changes what it holds, but for what a test says.
"""

import re
from datetime import datetime

import pytest
from tencentcloud.common.abstract_model import AbstractModel

from wharf.account import ROOT
from wharf.cloud import Cloud, Instance, refused
from wharf.layout import MANIFEST
from wharf.oci import Registry
from wharf.server import Server
from wharf.signed_request import SignedRequest
from wharf.small_image import SmallImage

NAMES = [f"app-{number:03}" for number in range(104)]
TAGS = [f"v{number:03}" for number in range(104)]
# The namespaces `one` with NAMES, and `two` with these.
OTHERS = ["two/app-000", "two/deep/one", "two/web"]
# How DescribeRepositories writes times, as the reference's example does; trailing noughts of the fraction are left out.
TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,6})? \+0000 UTC")


@pytest.fixture(scope="module")
def held(server: Server) -> tuple[Cloud, Instance]:
    """The root account's client and its instance: `one`, `two`, and `one/app-000` with TAGS of one image, `old` of another."""
    cloud = Cloud(server, ROOT)
    instance = cloud.create_instance("listed")
    for namespace in ("one", "two"):
        cloud.create_namespace(instance, namespace, public=namespace == "two")
    for name in [*(f"one/{name}" for name in NAMES), *OTHERS]:
        namespace, path = name.split("/", 1)
        cloud.call(
            "CreateRepository",
            RegistryId=instance.id,
            NamespaceName=namespace,
            RepositoryName=path,
            BriefDescription=f"brief {path}",
            Description=f"all about {path}",
        )
    registry = Registry(server, instance, cloud.login(instance))
    SmallImage.make("old").push(registry, "one/app-000", "old")
    SmallImage.make("many").push(registry, "one/app-000", *TAGS)
    return cloud, instance


def repositories(held: tuple[Cloud, Instance], **parameters) -> tuple[list[str], int]:
    cloud, instance = held
    found = cloud.call("DescribeRepositories", RegistryId=instance.id, **parameters)
    return [one.Name for one in found.RepositoryList], found.TotalCount


def images(held: tuple[Cloud, Instance], **parameters) -> tuple[list[str], int]:
    cloud, instance = held
    names = {"NamespaceName": "one", "RepositoryName": "app-000"}
    found = cloud.call("DescribeImages", RegistryId=instance.id, **names, **parameters)
    return [one.ImageVersion for one in found.ImageInfoList], found.TotalCount


def fields(model: AbstractModel) -> dict[str, type]:
    return {name.removeprefix("_"): type(value) for name, value in vars(model).items()}


def test_a_repository_is_described_whole(held: tuple[Cloud, Instance]):
    cloud, instance = held
    names = {"NamespaceName": "two", "RepositoryName": "web"}
    answer = cloud.call("DescribeRepositories", RegistryId=instance.id, **names)
    assert fields(answer) == {"RepositoryList": list, "TotalCount": int, "RequestId": str}
    (found,) = answer.RepositoryList
    assert fields(found) == {
        "Name": str,
        "Namespace": str,
        "CreationTime": str,
        "Public": bool,
        "Description": str,
        "BriefDescription": str,
        "UpdateTime": str,
    }
    assert (found.Name, found.Namespace, found.Public) == ("two/web", "two", True)
    assert (found.Description, found.BriefDescription) == ("all about web", "brief web")
    assert TIME.fullmatch(found.CreationTime) and TIME.fullmatch(found.UpdateTime)


def test_an_image_is_described_whole(held: tuple[Cloud, Instance]):
    cloud, instance = held
    names = {"NamespaceName": "one", "RepositoryName": "app-000", "ImageVersion": "old"}
    answer = cloud.call("DescribeImages", RegistryId=instance.id, **names)
    assert fields(answer) == {"ImageInfoList": list, "TotalCount": int, "RequestId": str}
    (found,) = answer.ImageInfoList
    kinds = {"Digest": str, "Size": int, "ImageVersion": str, "UpdateTime": str, "Kind": str, "KmsSignature": str}
    assert fields(found) == kinds
    image = SmallImage.make("old")
    assert (found.Digest, found.Size, found.Kind) == (image.digest, image.size, f"Artifact::{MANIFEST}")
    datetime.strptime(found.UpdateTime, "%Y-%m-%dT%H:%M:%S.%fZ")


@pytest.mark.parametrize("key", ["name", "creation_time", "update_time"])
def test_orders_and_their_reverses(held: tuple[Cloud, Instance], key: str):
    forwards = repositories(held, SortBy=key, Limit=100)[0] + repositories(held, SortBy=key, Limit=100, Offset=2)[0]
    assert len(set(forwards)) == len(NAMES) + len(OTHERS)
    backwards = [repositories(held, SortBy=f"-{key}", Limit=50, Offset=page)[0] for page in (1, 2, 3)]
    assert sum(backwards, []) == forwards[::-1]
    made = [*(f"one/{name}" for name in NAMES), *OTHERS]
    # Made in this order, and the first was pushed to after that.
    expected = {"name": sorted(made), "creation_time": made, "update_time": [*made[1:], made[0]]}
    assert forwards == expected[key]
    in_one = repositories(held, SortBy=key, NamespaceName="one", Limit=100, Offset=2)[0]
    assert in_one == [name for name in expected[key] if name.startswith("one/")][100:]


def test_part_of_a_name(held: tuple[Cloud, Instance]):
    assert repositories(held, RepositoryName="app-000", SortBy="-name") == (["two/app-000", "one/app-000"], 2)
    assert repositories(held, RepositoryName="eep/o") == (["two/deep/one"], 1)
    assert repositories(held, RepositoryName="one") == (["two/deep/one"], 1), "of the path, not of the namespace"
    assert repositories(held, RepositoryName="%") == ([], 0)
    assert repositories(held, RepositoryName="app", NamespaceName="two") == (["two/app-000"], 1)
    page, total = repositories(held, RepositoryName="app", Limit=100, Offset=2)
    assert (len(page), total) == (5, 105)


def test_an_image_by_tag_and_digest(held: tuple[Cloud, Instance]):
    many, old = (SmallImage.make(name).digest for name in ("many", "old"))
    assert images(held, ImageVersion="v00", Limit=3) == (["v009", "v008", "v007"], 10)
    assert images(held, ImageVersion="v00", ExactMatch=True) == ([], 0)
    assert images(held, ImageVersion="v007", ExactMatch=True) == (["v007"], 1)
    assert images(held, ImageVersion="v007", ExactMatch=True, Digest=old) == ([], 0)
    assert images(held, ImageVersion="v007", ExactMatch=True, Offset=2) == ([], 1)
    assert images(held, Digest=old) == (["old"], 1)
    assert images(held, Digest=many, Limit=2, Offset=52) == (["v001", "v000"], len(TAGS))
    assert images(held, Digest=many, ImageVersion="10", Limit=10)[1] == sum("10" in tag for tag in TAGS)
    assert images(held, Digest="sha256:" + "0" * 64) == ([], 0)
    assert images(held, ExactMatch=True)[1] == len(TAGS) + 1, "without a tag there is nothing to match"


def test_pages_at_the_edges(held: tuple[Cloud, Instance]):
    for listed, total in ((repositories, len(NAMES) + len(OTHERS)), (images, len(TAGS) + 1)):
        whole = [name for page in (1, 2) for name in listed(held, Limit=100, Offset=page)[0]]
        assert len(whole) == total
        # Nought is the first page too: the reference's example sends it.
        assert listed(held, Limit=20, Offset=0) == listed(held, Limit=20, Offset=1) == (whole[:20], total)
        assert listed(held) == (whole[:20], total)
        assert listed(held, Limit=30, Offset=3) == (whole[60:90], total)
        assert listed(held, Limit=1, Offset=1) == (whole[:1], total)
        assert listed(held, Limit=1, Offset=total) == (whole[-1:], total)
        assert listed(held, Limit=1, Offset=total + 1) == ([], total)
        assert listed(held, Limit=100, Offset=2**62) == ([], total)
        # More than a page may have is cut to what it may have, and pages are counted by that.
        assert listed(held, Limit=101) == (whole[:100], total)
        assert listed(held, Limit=100_000, Offset=2) == (whole[100:], total)
        for wrong in ({"Limit": 0}, {"Limit": -1}, {"Offset": -1}):
            with refused("InvalidParameter.ErrorTcrInvalidParameter"):
                listed(held, **wrong)


def test_numbers_may_be_texts(server: Server, held: tuple[Cloud, Instance]):
    names = {"RegistryId": held[1].id, "NamespaceName": "one", "RepositoryName": "app-000"}
    answer = SignedRequest(ROOT, "DescribeImages", {**names, "Limit": "20", "Offset": "0"}).send(server)
    assert [one["ImageVersion"] for one in answer.response["ImageInfoList"]] == images(held)[0]


def test_wrong_parameters(server: Server, held: tuple[Cloud, Instance]):
    names = {"RegistryId": held[1].id, "NamespaceName": "one", "RepositoryName": "app-000"}
    for action, parameters, code in (
        ("DescribeRepositories", {}, "MissingParameter"),
        ("DescribeImages", {"RegistryId": held[1].id, "NamespaceName": "one"}, "MissingParameter"),
        ("DescribeRepositories", {**names, "SortBy": "size"}, "InvalidParameter.ErrorTcrInvalidParameter"),
        ("DescribeRepositories", {**names, "Limit": "many"}, "InvalidParameter"),
        ("DescribeImages", {**names, "ExactMatch": "perhaps"}, "InvalidParameter"),
        ("DescribeImages", {**names, "Tag": "v1"}, "UnknownParameter"),
    ):
        assert SignedRequest(ROOT, action, parameters).send(server).code == code, (action, parameters)
    with refused("ResourceNotFound.TcrResourceNotFound"):
        repositories(held, NamespaceName="absent")
