"""tccli: from an instance to its images, over HTTP and TLS, as an administrator types it."""

import json
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from wharf.account import ROOT
from wharf.cloud import NAMESPACE, Instance, Login
from wharf.layout import MANIFEST
from wharf.oci import Registry
from wharf.polling import eventually
from wharf.program import attempt, python_tool
from wharf.sdk import REGION
from wharf.server import Server
from wharf.small_image import SmallImage


@pytest.fixture(params=["http", "https"])
def connection(request: pytest.FixtureRequest, server: Server, tmp_path: Path) -> tuple[str, dict[str, str]]:
    """The endpoint as tccli takes it, and the variables that the way there needs.

    Without a scheme tccli speaks HTTPS and trusts only the authorities that the
    Python package certifi lists. An administrator adds the server's to that
    list; here another certifi stands in, whose list is the server's alone.
    """
    if request.param == "http":
        return server.url, {}
    (tmp_path / "certifi.py").write_text(f"def where(): return {str(server.certificate_authority)!r}\n")
    return server.address, {"PYTHONPATH": str(tmp_path)}


@pytest.fixture
def type_command(connection: tuple[str, dict[str, str]], tmp_path: Path):
    """Run one action of tccli. tccli keeps its files in a home of its own."""
    endpoint, variables = connection
    environment = {
        "HOME": str(tmp_path),
        "TENCENTCLOUD_SECRET_ID": ROOT.secret_id,
        "TENCENTCLOUD_SECRET_KEY": ROOT.secret_key,
        "TENCENTCLOUD_REGION": REGION,
        **variables,
    }

    def type_command(action: str, **parameters: str) -> CompletedProcess[str]:
        words = [word for name, value in parameters.items() for word in (f"--{name}", value)]
        command = [python_tool("tccli"), "tcr", action, *words, "--endpoint", endpoint]
        return attempt(*command, environment=environment)

    return type_command


@pytest.fixture
def tccli(type_command):
    """Run one action that must succeed and return its JSON answer."""

    def tccli(action: str, **parameters: str) -> dict:
        ended = type_command(action, **parameters)
        assert ended.returncode == 0 and ended.stdout.lstrip().startswith("{"), ended.stdout + ended.stderr
        return json.loads(ended.stdout)

    return tccli


def test_from_an_instance_to_its_images(server: Server, tccli, instance_name: str):
    made = tccli("CreateInstance", RegistryName=instance_name, RegistryType="basic")["RegistryId"]

    def is_running() -> bool:
        (status,) = tccli("DescribeInstanceStatus", RegistryIds=json.dumps([made]))["RegistryStatusSet"]
        return status["Status"] == "Running"

    eventually("the instance is Running", is_running)
    (found,) = tccli("DescribeInstances", Registryids=json.dumps([made]))["Registries"]
    assert (found["RegistryId"], found["RegistryName"]) == (made, instance_name)

    tccli("CreateNamespace", RegistryId=made, NamespaceName=NAMESPACE, IsPublic="False")
    token = tccli("CreateInstanceToken", RegistryId=made, TokenType="longterm", Desc="tccli")
    login = Login(token["Username"], token["Token"])
    registry = Registry(server, Instance(made, instance_name), login)
    image = SmallImage.make("tccli").push(registry, f"{NAMESPACE}/web", "v1")

    (listed,) = tccli("DescribeImages", RegistryId=made, NamespaceName=NAMESPACE, RepositoryName="web")[
        "ImageInfoList"
    ]
    assert listed["ImageVersion"] == "v1"
    assert listed["Digest"] == image.digest
    assert listed["Size"] == image.size
    assert listed["Kind"] == f"Artifact::{MANIFEST}"


def test_an_error_names_its_code(type_command, instance: Instance):
    ended = type_command("DeleteNamespace", RegistryId=instance.id, NamespaceName="absent")
    assert ended.returncode != 0
    assert "ResourceNotFound" in ended.stdout + ended.stderr
