"""Messages are in the language that the request asks for: `X-TC-Language`, or `Language` with signature method v1."""

import re

import pytest
from tencentcloud.common.common_client import CommonClient
from tencentcloud.common.credential import Credential
from tencentcloud.common.exception import TencentCloudSDKException
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile

from wharf.account import ROOT, Account
from wharf.sdk import REGION
from wharf.server import Server
from wharf.signed_request import SignedRequest, send

CHINESE = re.compile(r"[\u4e00-\u9fff]")

FORMS = [(sign, method) for sign in ("TC3-HMAC-SHA256", "HmacSHA1") for method in ("GET", "POST")]

# A request that is refused: by the protocol, by the declaration, by core. Both languages name the same things.
REFUSED = [
    ("CreateEverything", {}, ["CreateEverything"]),
    ("CreateSecurityPolicy", {}, ["CreateSecurityPolicy"]),
    ("CheckInstanceName", {}, ["RegistryName"]),
    ("CheckInstanceName", {"RegistryName": "x", "Colour": "red"}, ["Colour"]),
    ("DescribeInstances", {"Limit": 0}, ["Limit", "1"]),
    ("DescribeInstances", {"Filters": [{"Name": "Colour", "Values": ["red"]}]}, ["Filters.0.Name", "RegistryStatus"]),
    ("DeleteInstance", {"RegistryId": "tcr-absent00"}, ["tcr-absent00"]),
    ("CreateInstance", {"RegistryName": "-", "RegistryType": "basic"}, ["`-`", "50"]),
]


def message(server: Server, language: str, sign: str, method: str, action: str, parameters: dict, key=ROOT) -> str:
    connection = HttpProfile(protocol="http", endpoint=server.address, reqMethod=method, reqTimeout=30)
    profile = ClientProfile(signMethod=sign, httpProfile=connection, language=language)
    client = CommonClient("tcr", "2019-09-24", Credential(key.secret_id, key.secret_key), REGION, profile=profile)
    with pytest.raises(TencentCloudSDKException) as refused:
        client.call_json(action, parameters)
    return refused.value.get_message()


@pytest.mark.parametrize(("sign", "method"), FORMS)
@pytest.mark.parametrize(("action", "parameters", "names"), REFUSED)
def test_each_language_names_the_same(
    server: Server, sign: str, method: str, action: str, parameters: dict, names: list[str]
):
    english = message(server, "en-US", sign, method, action, parameters)
    chinese = message(server, "zh-CN", sign, method, action, parameters)
    assert not CHINESE.search(english)
    assert CHINESE.search(chinese)
    for name in names:
        assert name in english
        assert name in chinese


@pytest.mark.parametrize(("sign", "method"), FORMS)
def test_who_is_not_known_is_told_in_his_language(server: Server, sign: str, method: str):
    wrong = Account(ROOT.uin, ROOT.secret_id, "not the key", "")
    assert CHINESE.search(message(server, "zh-CN", sign, method, "DescribeRegions", {}, wrong))
    assert not CHINESE.search(message(server, "en-US", sign, method, "DescribeRegions", {}, wrong))


@pytest.mark.parametrize(
    ("language", "is_chinese"),
    [(None, False), ("", False), ("de-DE", False), ("zh", False), ("en-US", False), ("zh-CN", True), ("zh-cn", True)],
)
def test_english_where_no_known_language_is_asked_for(server: Server, language: str | None, is_chinese: bool):
    request = SignedRequest(ROOT, "DescribeInstances", {"Limit": -1})
    headers = request.headers(server.address)
    if language is not None:
        headers["X-TC-Language"] = language
    answer = send(server, headers, request.body)
    assert answer.code == "InvalidParameter"
    assert bool(CHINESE.search(answer.message)) == is_chinese


def test_a_request_of_no_form_is_told_in_its_language(server: Server):
    headers = {"Content-Type": "text/plain", "X-TC-Language": "zh-CN"}
    answer = send(server, headers, "x")
    assert answer.code == "UnsupportedProtocol"
    assert CHINESE.search(answer.message)
