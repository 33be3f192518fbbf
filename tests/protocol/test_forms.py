"""Requests in each form that the official SDK sends: both signature methods, GET and POST, JSON, forms and multipart."""

from dataclasses import dataclass

import pytest
from tencentcloud.common.common_client import CommonClient
from tencentcloud.common.credential import Credential
from tencentcloud.common.exception import TencentCloudSDKException
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile

from wharf.account import ROOT, Account
from wharf.cloud import Instance
from wharf.sdk import REGION
from wharf.server import Server

# Characters that mean something to one of the encodings.
AWKWARD = 'a+b &=?/% "quoted" 未命名'


@dataclass(frozen=True)
class Form:
    """How the SDK sends a request."""

    sign: str
    method: str
    multipart: bool = False

    def __str__(self) -> str:
        return f"{self.sign}-{'multipart' if self.multipart else self.method}"

    def call(self, server: Server, action: str, parameters: dict, key: Account = ROOT, token: str | None = None):
        connection = HttpProfile(protocol="http", endpoint=server.address, reqMethod=self.method, reqTimeout=30)
        credential = Credential(key.secret_id, key.secret_key, token)
        profile = ClientProfile(signMethod=self.sign, httpProfile=connection)
        client = CommonClient("tcr", "2019-09-24", credential, REGION, profile=profile)
        if self.multipart:
            # The SDK sends structures as JSON, and of all else texts only.
            kept = (str, list, dict)
            parameters = {name: one if isinstance(one, kept) else str(one) for name, one in parameters.items()}
        return client.call_json(action, parameters, options={"IsMultipart": self.multipart})["Response"]

    def refused(self, *words, **more) -> TencentCloudSDKException:
        with pytest.raises(TencentCloudSDKException) as raised:
            self.call(*words, **more)
        return raised.value


FORMS = [
    *(Form(sign, method) for sign in ("HmacSHA1", "HmacSHA256", "TC3-HMAC-SHA256") for method in ("GET", "POST")),
    Form("TC3-HMAC-SHA256", "POST", multipart=True),
]

pytestmark = pytest.mark.parametrize("form", FORMS, ids=str)


def test_parameters_come_as_they_were_sent(server: Server, instance: Instance, form: Form):
    """Structures, arrays, numbers, truth values, and texts with characters that have to be escaped."""
    made = str(form).lower()
    tags = [{"Key": "k & =", "Value": AWKWARD}, {"Key": "other", "Value": "2"}]
    where = {"RegistryId": instance.id, "NamespaceName": made}
    specification = {"ResourceType": "namespace", "Tags": tags}
    form.call(server, "CreateNamespace", {**where, "IsPublic": True, "TagSpecification": specification})
    found = form.call(server, "DescribeNamespaces", {**where, "Limit": 5, "Offset": 1})
    (namespace,) = found["NamespaceList"]
    assert (found["TotalCount"], namespace["Name"], namespace["Public"]) == (1, made, True)
    assert sorted(namespace["TagSpecification"]["Tags"], key=str) == sorted(tags, key=str)


def test_no_parameters(server: Server, form: Form):
    assert form.call(server, "DescribeRegions", {})["Regions"]


def test_a_wrong_key(server: Server, form: Form):
    wrong = Account(ROOT.uin, ROOT.secret_id, "not the key", "")
    assert form.refused(server, "DescribeRegions", {}, key=wrong).code == "AuthFailure.SignatureFailure"


def test_an_unknown_parameter(server: Server, form: Form):
    error = form.refused(server, "CheckInstanceName", {"RegistryName": "x", "Colour": ["red"]})
    assert error.code == "UnknownParameter"
    assert "Colour" in error.message


def test_a_character_that_no_text_holds(server: Server, form: Form):
    filters = [{"Name": "RegistryName", "Values": ["x"]}, {"Name": "Tags", "Values": ["k:\0"]}]
    error = form.refused(server, "DescribeInstances", {"Filters": filters})
    assert error.code == "InvalidParameter"
    assert "`Filters.1.Values.0`" in error.message


def test_a_key_that_is_not_temporary_goes_without_a_token(server: Server, form: Form):
    error = form.refused(server, "DescribeRegions", {}, token="a token")
    assert error.code == "AuthFailure.TokenFailure"
