"""The official Go SDK: one instance from its creation to an image in it, and all of it away again."""

import json
from dataclasses import dataclass

import pytest

from wharf.account import ROOT
from wharf.cloud import Cloud, Instance
from wharf.program import go_tool, run
from wharf.sdk import REGION
from wharf.server import Server

# What its default is, TLS and with that HTTP/2, and each way to sign.
WAYS = [
    ("https", "TC3-HMAC-SHA256", "POST"),
    ("https", "TC3-HMAC-SHA256", "GET"),
    ("http", "TC3-HMAC-SHA256", "POST"),
    ("http", "HmacSHA256", "POST"),
    ("http", "HmacSHA1", "GET"),
]


@dataclass(frozen=True)
class Way:
    scheme: str
    sign: str
    method: str

    def __str__(self) -> str:
        return f"{self.scheme}-{self.sign}-{self.method}"


@pytest.mark.parametrize("way", [Way(*way) for way in WAYS], ids=str)
def test_the_life_of_an_instance(server: Server, cloud: Cloud, instance_name: str, way: Way):
    settings = {
        "SCHEME": way.scheme,
        "ENDPOINT": server.address,
        "SIGN_METHOD": way.sign,
        "METHOD": way.method,
        "INSTANCE": instance_name,
        "TENCENTCLOUD_SECRET_ID": ROOT.secret_id,
        "TENCENTCLOUD_SECRET_KEY": ROOT.secret_key,
        "TENCENTCLOUD_REGION": REGION,
        "SSL_CERT_FILE": str(server.certificate_authority),
    }
    seen = json.loads(run(go_tool("sdk-go"), environment=settings))
    (image,) = seen["Images"]
    assert (image["ImageVersion"], image["Digest"]) == ("v1", seen["Digest"])
    assert seen["ErrorCodes"] == [
        "FailedOperation.ErrorTcrResourceConflict",
        "ResourceNotFound.TcrResourceNotFound",
        "MissingParameter",
    ]
    assert cloud.status(Instance(seen["RegistryID"], instance_name)) is None
    assert cloud.call("CheckInstanceName", RegistryName=instance_name).IsValidated
