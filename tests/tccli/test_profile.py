"""tccli as its own documentation has it: a profile, parameters laid out one by one, filters and waiting."""

import json
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from wharf.account import ROOT
from wharf.cloud import Instance
from wharf.program import attempt, python_tool, run
from wharf.sdk import REGION
from wharf.server import Server

PROFILE = "wharf"


@pytest.fixture
def home(server: Server, tmp_path: Path) -> Path:
    """A home whose profile knows the server and the key, and nothing else does."""
    settings = {
        "secretId": ROOT.secret_id,
        "secretKey": ROOT.secret_key,
        "region": REGION,
        "output": "json",
        "tcr.endpoint": server.url,
    }
    words = [word for setting in settings.items() for word in setting]
    command = [python_tool("tccli"), "configure", "set", *words, "--profile", PROFILE]
    run(*command, environment={"HOME": str(tmp_path)})
    return tmp_path


@pytest.fixture
def type_command(home: Path):
    """Run one action of tccli with the profile."""

    def type_command(*words: str) -> CompletedProcess[str]:
        command = [python_tool("tccli"), "tcr", *words, "--profile", PROFILE]
        return attempt(*command, environment={"HOME": str(home)})

    return type_command


@pytest.fixture
def tccli(type_command):
    """Run one action that must succeed and return what it printed, which is JSON."""

    def tccli(*words: str):
        ended = type_command(*words)
        assert ended.returncode == 0, ended.stdout + ended.stderr
        return json.loads(ended.stdout)

    return tccli


def test_unfolded_parameters_and_a_filter(tccli, instance_name: str):
    """Structures and arrays are laid out as names with dots, and one value of the answer is picked."""
    tags = ["--TagSpecification.ResourceType", "instance"]
    for number, (key, value) in enumerate([("team", "web & more"), ("阶段", "测试 1")]):
        tags += [f"--TagSpecification.Tags.{number}.Key", key, f"--TagSpecification.Tags.{number}.Value", value]
    given = ["--RegistryName", instance_name, "--RegistryType", "basic", *tags]
    made = tccli("CreateInstance", "--cli-unfold-argument", *given, "--filter", "RegistryId")

    filters = ["--Filters.0.Name", "RegistryName", "--Filters.0.Values", instance_name]
    filters += ["--Filters.1.Name", "Tags", "--Filters.1.Values", "阶段:测试 1"]
    unfolded = ["DescribeInstances", "--cli-unfold-argument", *filters, "--AllRegion", "True"]
    found = tccli(*unfolded, "--filter", "Registries[].{id: RegistryId, tags: TagSpecification.Tags}")
    (instance,) = found
    assert instance["id"] == made
    assert {tag["Key"]: tag["Value"] for tag in instance["tags"]} == {"team": "web & more", "阶段": "测试 1"}


def test_a_list_unfolded(tccli, instance: Instance):
    words = ["--RegistryIds", "tcr-absent00", instance.id]
    found = tccli("DescribeInstanceStatus", "--cli-unfold-argument", *words, "--filter", "RegistryStatusSet[].Status")
    assert found == ["Running"]


def test_waiting_for_a_status(tccli, instance_name: str):
    made = tccli("CreateInstance", "--RegistryName", instance_name, "--RegistryType", "basic")["RegistryId"]
    until = {"expr": "RegistryStatusSet[0].Status", "to": "Running", "timeout": 30, "interval": 1}
    words = ["--RegistryIds", json.dumps([made]), "--waiter", json.dumps(until)]
    (status,) = tccli("DescribeInstanceStatus", *words)["RegistryStatusSet"]
    assert (status["RegistryId"], status["Status"]) == (made, "Running")


def test_warnings_turned_on(type_command):
    """Nothing here is deprecated, and answers say so by their silence."""
    ended = type_command("DescribeRegions", "--warning")
    assert ended.returncode == 0 and "Warning" not in ended.stderr
    assert json.loads(ended.stdout)["Regions"]


def test_parameters_from_a_file(tccli, home: Path, instance: Instance):
    """The skeleton that tccli prints is filled in and given back."""
    given = home / "parameters.json"
    given.write_text(json.dumps({"RegistryId": instance.id, "NamespaceName": "前端", "Limit": 5, "All": False}))
    assert tccli("DescribeNamespaces", "--cli-input-json", f"file://{given}")["TotalCount"] == 0


@pytest.mark.parametrize("language", ["zh-CN", "en-US"])
def test_an_error_has_its_code_and_message(type_command, instance: Instance, language: str):
    words = ["DeleteNamespace", "--RegistryId", instance.id, "--NamespaceName", "absent", "--language", language]
    ended = type_command(*words)
    assert ended.returncode == 255
    assert ended.stdout == ""
    assert "[TencentCloudSDKException] code:ResourceNotFound" in ended.stderr
    assert "absent" in ended.stderr and "requestId:" in ended.stderr


def test_a_wrong_key(type_command, home: Path):
    run(
        *[python_tool("tccli"), "configure", "set", "secretKey", "not the key", "--profile", PROFILE],
        environment={"HOME": str(home)},
    )
    ended = type_command("DescribeRegions")
    assert ended.returncode == 255
    assert "AuthFailure.SignatureFailure" in ended.stderr
