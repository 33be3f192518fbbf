"""Every example request of the API reference is understood, sent as it is printed there."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from tencentcloud.common.common_client import CommonClient
from tencentcloud.common.credential import Credential
from tencentcloud.common.exception import TencentCloudSDKException
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile

from wharf.account import ROOT
from wharf.sdk import REGION
from wharf.server import Server

SPECIFICATION = Path(__file__).parents[2] / "spec" / "tcr-2019-09-24.json"

# How a request that is not understood is answered, whatever comes after the dot.
NOT_UNDERSTOOD = {"InvalidAction", "InvalidParameter", "InvalidParameterValue", "MissingParameter", "UnknownParameter"}


def examples() -> Iterator[tuple[str, str, dict]]:
    """Action, form (`json` or `query`) and parameters of each example."""
    for action, facts in json.loads(SPECIFICATION.read_text())["actions"].items():
        for example in facts.get("examples", []):
            ((form, parameters),) = example["request"].items()
            yield action, form, parameters


def code(server: Server, sign: str, method: str, action: str, parameters: dict) -> str | None:
    connection = HttpProfile(protocol="http", endpoint=server.address, reqMethod=method, reqTimeout=30)
    profile = ClientProfile(signMethod=sign, httpProfile=connection)
    credential = Credential(ROOT.secret_id, ROOT.secret_key)
    try:
        CommonClient("tcr", "2019-09-24", credential, REGION, profile=profile).call_json(action, parameters)
    except TencentCloudSDKException as error:
        return error.get_code()
    return None


@pytest.mark.parametrize("sign", ["TC3-HMAC-SHA256", "HmacSHA1"])
def test_every_example_is_understood(own_server: Server, sign: str):
    """What is implemented does it or says why not; all else is unsupported."""
    answers = [
        (action, code(own_server, sign, "POST" if form == "json" else "GET", action, parameters))
        for action, form, parameters in examples()
    ]
    assert len(answers) == 116
    wrong = [(action, code) for action, code in answers if code and code.split(".")[0] in NOT_UNDERSTOOD]
    assert wrong == []
    supported = {action for action, code in answers if code != "UnsupportedOperation"}
    print(f"{len(supported)} actions have examples and are supported: {', '.join(sorted(supported))}")
    assert {"DescribeRegions", "CreateInstance", "DescribeImages"} <= supported
    # What succeeded did what it says.
    assert ("CreateInstance", None) in answers
    assert ("DeleteImage", "ResourceNotFound.TcrResourceNotFound") in answers or (
        "DeleteImage",
        "ResourceNotFound",
    ) in answers
