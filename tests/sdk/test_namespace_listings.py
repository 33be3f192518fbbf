"""DescribeNamespaces: what it shows of each, by name and by cloud tags, in pages whose number is `Offset`."""

import re

import pytest

from wharf.account import ROOT
from wharf.cloud import Cloud, Instance, refused
from wharf.server import Server
from wharf.signed_request import SignedRequest
from wharf.complete import assert_complete

NOT_ALLOWED = "InvalidParameter.ErrorTcrInvalidParameter"
RED, BLUE, PROD = ("team", "red"), ("team", "blue"), ("stage", "prod")
TAGGED = {"a1": [RED, PROD], "a2": [BLUE], "a3": [PROD], "b1": [RED], "b2": []}


@pytest.fixture(scope="module")
def listed(server: Server) -> tuple[Cloud, Instance]:
    """An instance with five namespaces, which no test changes."""
    cloud = Cloud(server, ROOT)
    instance = cloud.create_instance("namespace-listings")
    for name, tags in TAGGED.items():
        pairs = [{"Key": key, "Value": value} for key, value in tags]
        cloud.call(
            "CreateNamespace",
            RegistryId=instance.id,
            NamespaceName=name,
            IsPublic=name == "a1",
            IsAutoScan=name == "a2",
            TagSpecification={"ResourceType": "namespace", "Tags": pairs},
            CVEWhitelistItems=[{"CVEID": f"CVE-{name}"}, {"CVEID": f"CVE-{name}"}, {}],
        )
    return cloud, instance


def names(listed: tuple[Cloud, Instance], **parameters) -> tuple[str, int]:
    cloud, instance = listed
    found = cloud.call("DescribeNamespaces", RegistryId=instance.id, **parameters)
    return " ".join(one.Name for one in found.NamespaceList), found.TotalCount


def tags(*values: str) -> dict:
    return {"Name": "Tags", "Values": list(values)}


def test_the_answer_is_complete(listed: tuple[Cloud, Instance]):
    cloud, instance = listed
    answer = cloud.call("DescribeNamespaces", RegistryId=instance.id)
    assert_complete(answer)
    one = answer.NamespaceList[0]
    assert (one.Name, one.Public, one.AutoScan, one.PreventVUL, one.Severity) == ("a1", True, False, False, "")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", one.CreationTime)
    assert one.TagSpecification.ResourceType == "namespace"
    assert [(tag.Key, tag.Value) for tag in one.TagSpecification.Tags] == sorted(TAGGED["a1"])
    assert [item.CVEID for item in one.CVEWhitelistItems] == ["CVE-a1"]
    assert [one.AutoScan for one in answer.NamespaceList] == [False, True, False, False, False]
    assert len({one.NamespaceId for one in answer.NamespaceList}) == 5


@pytest.mark.parametrize(
    ("parameters", "found", "total"),
    [
        ({}, "a1 a2 a3 b1 b2", 5),
        ({"Limit": 2}, "a1 a2", 5),
        ({"Limit": 2, "Offset": 0}, "a1 a2", 5),
        ({"Limit": 2, "Offset": 1}, "a1 a2", 5),
        ({"Limit": 2, "Offset": 3}, "b2", 5),
        ({"Limit": 2, "Offset": 4}, "", 5),
        ({"Limit": 5, "Offset": 1}, "a1 a2 a3 b1 b2", 5),
        ({"Limit": 5, "Offset": 2}, "", 5),
        ({"Limit": 5000, "Offset": 1}, "a1 a2 a3 b1 b2", 5),
        ({"Limit": 1, "Offset": 2, "All": True}, "a1 a2 a3 b1 b2", 5),
        ({"Limit": 1, "Offset": 2, "All": False}, "a2", 5),
        ({"NamespaceName": "b1"}, "b1", 1),
        ({"NamespaceName": "b"}, "b1 b2", 2),
        ({"NamespaceName": "b", "Limit": 1, "Offset": 2}, "b2", 2),
        ({"NamespaceName": "absent"}, "", 0),
        ({"NamespaceName": ""}, "a1 a2 a3 b1 b2", 5),
        ({"NamespaceName": "%"}, "", 0),
        ({"Filters": []}, "a1 a2 a3 b1 b2", 5),
        ({"Filters": [tags("team:red")]}, "a1 b1", 2),
        ({"Filters": [tags("team:red", "team:blue")]}, "a1 a2 b1", 3),
        ({"Filters": [tags("team:red", "team:blue")], "Limit": 2, "Offset": 2}, "b1", 3),
        ({"Filters": [tags("team:red"), tags("stage:prod")]}, "a1", 1),
        ({"Filters": [tags("team:red", "team:blue"), tags("stage:prod", "stage:test")]}, "a1", 1),
        ({"Filters": [tags("team")]}, "a1 a2 b1", 3),
        ({"Filters": [tags("team:green")]}, "", 0),
        ({"Filters": [tags("team:red")], "NamespaceName": "b"}, "b1", 1),
        ({"Filters": [tags("team:red")], "Limit": 1, "All": True}, "a1 b1", 2),
        ({"KmsSignPolicy": False}, "a1 a2 a3 b1 b2", 5),
        ({"KmsSignPolicy": True}, "", 0),
    ],
)
def test_what_is_listed(listed: tuple[Cloud, Instance], parameters: dict, found: str, total: int):
    assert names(listed, **parameters) == (found, total)


@pytest.mark.parametrize(
    ("parameters", "code", "named"),
    [
        ({"Limit": 0}, NOT_ALLOWED, "Limit"),
        ({"Limit": -1}, NOT_ALLOWED, "Limit"),
        ({"Offset": -1}, NOT_ALLOWED, "Offset"),
        ({"Limit": "many"}, "InvalidParameter", "Limit"),
        ({"All": "perhaps"}, "InvalidParameter", "All"),
        ({"Filters": [{"Name": "Colour", "Values": ["a"]}]}, NOT_ALLOWED, "Filters.0.Name"),
        ({"Filters": [{"Name": "Tags", "Values": []}]}, NOT_ALLOWED, "Filters.0.Values"),
        ({"Filters": [{"Name": "Tags"}]}, "MissingParameter", "Filters.0.Values"),
        ({"Colour": "red"}, "UnknownParameter", "Colour"),
    ],
)
def test_a_wrong_parameter_is_named(
    server: Server, listed: tuple[Cloud, Instance], parameters: dict, code: str, named: str
):
    given = {"RegistryId": listed[1].id, **parameters}
    answer = SignedRequest(ROOT, "DescribeNamespaces", given).send(server)
    assert answer.code == code, answer
    assert named in answer.message


def test_one_without_an_instance(cloud: Cloud):
    with refused("MissingParameter"):
        cloud.call("DescribeNamespaces")


@pytest.mark.parametrize(
    ("parameters", "code", "named"),
    [
        ({"IsPublic": None}, "MissingParameter", "IsPublic"),
        ({"NamespaceName": None}, "MissingParameter", "NamespaceName"),
        ({"RegistryId": None}, "MissingParameter", "RegistryId"),
        ({"IsPublic": "perhaps"}, "InvalidParameter", "IsPublic"),
        ({"Severity": "grim"}, NOT_ALLOWED, "Severity"),
        ({"Colour": "red"}, "UnknownParameter", "Colour"),
    ],
)
def test_one_that_cannot_be_made(
    server: Server, listed: tuple[Cloud, Instance], parameters: dict, code: str, named: str
):
    given = {"RegistryId": listed[1].id, "NamespaceName": "more", "IsPublic": False, **parameters}
    given = {name: value for name, value in given.items() if value is not None}
    answer = SignedRequest(ROOT, "CreateNamespace", given).send(server)
    assert answer.code == code, answer
    assert named in answer.message
    assert names(listed)[1] == 5


@pytest.mark.parametrize("missing", ["RegistryId", "NamespaceName"])
def test_one_that_cannot_be_removed(listed: tuple[Cloud, Instance], missing: str):
    cloud, instance = listed
    given = {"RegistryId": instance.id, "NamespaceName": "a1"}
    del given[missing]
    with refused("MissingParameter"):
        cloud.call("DeleteNamespace", **given)
    assert names(listed)[1] == 5
