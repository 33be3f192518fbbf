"""Ranges, lengths and values of parameters, regions and methods: what is not allowed is refused by its name."""

import pytest
import requests

from wharf.account import ROOT
from wharf.cloud import NAMESPACE, Cloud, Instance
from wharf.server import Server
from wharf.signed_request import Answer, SignedRequest, send

PREPAID = {"RegistryChargeType": 1}


@pytest.mark.parametrize(
    ("parameters", "path", "allowed"),
    [
        ({"RegistryType": "huge"}, "RegistryType", "premium"),
        ({"RegistryType": ""}, "RegistryType", "premium"),
        ({"RegistryChargeType": 2}, "RegistryChargeType", "1"),
        ({**PREPAID, "RegistryChargePrepaid": {"Period": 0, "RenewFlag": 0}}, "RegistryChargePrepaid.Period", "60"),
        ({**PREPAID, "RegistryChargePrepaid": {"Period": "61", "RenewFlag": 0}}, "RegistryChargePrepaid.Period", "60"),
        ({**PREPAID, "RegistryChargePrepaid": {"Period": 1, "RenewFlag": 3}}, "RegistryChargePrepaid.RenewFlag", "2"),
        ({**PREPAID, "RegistryChargePrepaid": {"Period": 2**63, "RenewFlag": 0}}, "RegistryChargePrepaid.Period", ""),
        (PREPAID, "RegistryChargePrepaid", ""),
        (
            {"TagSpecification": {"ResourceType": "namespace", "Tags": []}},
            "TagSpecification.ResourceType",
            "instance",
        ),
    ],
)
def test_an_instance_that_is_not_allowed(
    server: Server, cloud: Cloud, instance_name: str, parameters: dict, path: str, allowed: str
):
    parameters = {"RegistryName": instance_name, "RegistryType": "basic", **parameters}
    answer = SignedRequest(ROOT, "CreateInstance", parameters).send(server)
    assert answer.code == "InvalidParameter"
    assert path in answer.message
    assert allowed in answer.message
    assert cloud.call("CheckInstanceName", RegistryName=instance_name).IsValidated


@pytest.mark.parametrize(
    ("action", "parameters", "path"),
    [
        ("CreateRepository", {"RepositoryName": "ab"}, "RepositoryName"),
        ("CreateRepository", {"RepositoryName": "a" * 245}, "RepositoryName"),
        ("CreateRepository", {"RepositoryName": "web", "BriefDescription": "字" * 1001}, "BriefDescription"),
        ("CreateRepository", {"RepositoryName": "web", "Description": "d" * 10_001}, "Description"),
        ("DescribeRepositories", {"SortBy": "colour"}, "SortBy"),
        ("DescribeRepositories", {"Limit": 0}, "Limit"),
        ("DescribeImages", {"RepositoryName": "web", "Offset": -1}, "Offset"),
        ("DescribeNamespaces", {"Filters": [{"Name": "Tags", "Values": []}]}, "Filters.0.Values"),
        ("DescribeNamespaces", {"Filters": [{"Name": "Colour", "Values": ["a"]}]}, "Filters.0.Name"),
        ("CreateNamespace", {"NamespaceName": "made", "IsPublic": True, "Severity": "grim"}, "Severity"),
    ],
)
def test_a_value_that_is_not_allowed(
    server: Server, cloud: Cloud, instance: Instance, action: str, parameters: dict, path: str
):
    where = {"RegistryId": instance.id}
    if action != "DescribeNamespaces":
        where["NamespaceName"] = NAMESPACE
    answer = SignedRequest(ROOT, action, {**where, **parameters}).send(server)
    assert answer.code == "InvalidParameter.ErrorTcrInvalidParameter"
    assert f"`{path}`" in answer.message
    assert cloud.repositories(instance) == []
    found = cloud.call("DescribeNamespaces", RegistryId=instance.id).NamespaceList
    assert [namespace.Name for namespace in found] == [NAMESPACE]


def test_the_ends_of_ranges_are_allowed(server: Server, cloud: Cloud, instance: Instance):
    for name in ("abc", "a" * 244):
        where = {"RegistryId": instance.id, "NamespaceName": NAMESPACE, "RepositoryName": name}
        texts = {"BriefDescription": "字" * 1000, "Description": "d" * 10_000}
        assert SignedRequest(ROOT, "CreateRepository", {**where, **texts}).send(server).code is None
    found = cloud.call("DescribeRepositories", RegistryId=instance.id, Limit=100_000, SortBy="").RepositoryList
    assert sorted(repository.Name for repository in found) == [f"{NAMESPACE}/{'a' * 244}", f"{NAMESPACE}/abc"]


def ask(server: Server, region: str | None) -> Answer:
    request = SignedRequest(ROOT, "DescribeInstances")
    headers = request.headers(server.address)
    del headers["X-TC-Region"]
    if region is not None:
        headers["X-TC-Region"] = region
    return send(server, headers, request.body)


def test_a_region_must_be_named(server: Server):
    for region in (None, ""):
        answer = ask(server, region)
        assert answer.code == "MissingParameter"
        assert "Region" in answer.message


def test_a_region_that_there_is_not(server: Server):
    answer = ask(server, "mars")
    assert answer.code == "UnsupportedRegion"
    assert "`mars`" in answer.message
    assert "ap-guangzhou" in answer.message
    assert ask(server, "ap-guangzhou").code is None


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_a_method_that_there_is_not(server: Server, method: str):
    request = SignedRequest(ROOT, "DescribeRegions")
    headers = request.headers(server.address)
    answer = requests.request(method, f"{server.url}/", headers=headers, data=request.body, timeout=30)
    assert answer.status_code == 200
    assert answer.json()["Response"]["Error"]["Code"] == "UnsupportedProtocol"
