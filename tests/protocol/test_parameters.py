"""Parameters: missing, unknown and ill-typed ones are told apart, named, and change nothing."""

import pytest

from wharf.account import ROOT
from wharf.cloud import NAMESPACE, Cloud, Instance
from wharf.oci import Registry
from wharf.server import Server
from wharf.signed_request import Answer, SignedRequest, send


def call(server: Server, action: str, **parameters) -> Answer:
    return SignedRequest(ROOT, action, parameters).send(server)


def test_an_unknown_action(server: Server):
    assert call(server, "CreateEverything").code == "InvalidAction"


def test_an_unknown_version(server: Server):
    request = SignedRequest(ROOT, "DescribeRegions", version="1999-01-01")
    assert request.send(server).code == "NoSuchVersion"


@pytest.mark.parametrize("missing", ["RegistryName", "RegistryType"])
def test_a_missing_parameter(server: Server, cloud: Cloud, instance_name: str, missing: str):
    parameters = {"RegistryName": instance_name, "RegistryType": "basic"}
    del parameters[missing]
    answer = call(server, "CreateInstance", **parameters)
    assert answer.code == "MissingParameter"
    assert missing in answer.message
    assert cloud.call("CheckInstanceName", RegistryName=instance_name).IsValidated


def test_null_is_missing(server: Server):
    answer = call(server, "CheckInstanceName", RegistryName=None)
    assert answer.code == "MissingParameter"
    assert "RegistryName" in answer.message


def test_an_unknown_parameter(server: Server, cloud: Cloud, instance_name: str):
    answer = call(server, "CreateInstance", RegistryName=instance_name, RegistryType="basic", Colour="red")
    assert answer.code == "UnknownParameter"
    assert "Colour" in answer.message
    assert cloud.call("CheckInstanceName", RegistryName=instance_name).IsValidated


def test_parameter_names_are_exact(server: Server, instance_name: str):
    """`Registryids` of DescribeInstances and `RegistryIds` of its neighbour are two names."""
    assert call(server, "DescribeInstances", Registryids=["tcr-absent00"]).code is None
    assert call(server, "DescribeInstances", RegistryIds=["tcr-absent00"]).code == "UnknownParameter"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("NamespaceName", ["a list"]),
        ("NamespaceName", {"an": "object"}),
        ("IsPublic", "perhaps"),
        ("IsPublic", [True]),
        ("Severity", {"level": "low"}),
        ("TagSpecification", "a text"),
        ("CVEWhitelistItems", "a text"),
    ],
)
def test_an_ill_typed_parameter(server: Server, cloud: Cloud, instance: Instance, name: str, value: object):
    parameters = {"RegistryId": instance.id, "NamespaceName": "ill-typed", "IsPublic": True}
    answer = call(server, "CreateNamespace", **{**parameters, name: value})
    assert answer.code == "InvalidParameter"
    assert name in answer.message
    found = cloud.call("DescribeNamespaces", RegistryId=instance.id).NamespaceList
    assert [namespace.Name for namespace in found] == [NAMESPACE]


@pytest.mark.parametrize(
    ("action", "name", "value"),
    [
        ("DescribeInstances", "Limit", "many"),
        ("DescribeInstances", "Limit", 1.5),
        ("DescribeInstances", "Registryids", [{"an": "object"}]),
        ("DescribeInstances", "AllRegion", "everywhere"),
        ("DescribeInstanceStatus", "RegistryIds", {"an": "object"}),
    ],
)
def test_an_ill_typed_parameter_of_a_query(server: Server, action: str, name: str, value: object):
    answer = call(server, action, **{name: value})
    assert answer.code == "InvalidParameter"
    assert name in answer.message


@pytest.mark.parametrize("body", ["not json", "[1, 2]", '"text"', "{", "\x00"])
def test_a_body_that_is_no_object(server: Server, body: str):
    class Distorted(SignedRequest):
        """Signs and sends a body that no parameters would give."""

        @property
        def body(self) -> str:
            return body

    request = Distorted(ROOT, "DescribeRegions")
    answer = send(server, request.headers(server.address), body)
    assert answer.code in ("InvalidParameter", "InvalidRequest")


def test_text_of_any_language_is_kept(server: Server, cloud: Cloud, instance: Instance, registry: Registry):
    text = "前端 «Ö» 🚢"
    answer = call(
        server,
        "CreateRepository",
        RegistryId=instance.id,
        NamespaceName=NAMESPACE,
        RepositoryName="web",
        Description=text,
    )
    assert answer.code is None
    (found,) = cloud.call("DescribeRepositories", RegistryId=instance.id).RepositoryList
    assert found.Description == text
