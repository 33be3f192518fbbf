"""Signatures: what is refused, by which code, and that a refused request changes nothing."""

import time

import pytest

from wharf.account import ROOT, Account
from wharf.cloud import Cloud
from wharf.server import Server
from wharf.signed_request import SignedRequest, send


@pytest.fixture
def request_to_create(instance_name: str) -> SignedRequest:
    """A request that would make an instance."""
    return SignedRequest(ROOT, "CreateInstance", {"RegistryName": instance_name, "RegistryType": "basic"})


@pytest.fixture(autouse=True)
def nothing_changed(cloud: Cloud, instance_name: str, request: pytest.FixtureRequest):
    """After each refusal the instance must not exist."""
    yield
    assert cloud.call("CheckInstanceName", RegistryName=instance_name).IsValidated


def with_changed_signature(authorization: str) -> str:
    last = "0" if authorization[-1] != "0" else "1"
    return authorization[:-1] + last


def test_the_same_request_is_accepted_when_nothing_is_distorted(server: Server):
    answer = SignedRequest(ROOT, "DescribeRegions").send(server)
    assert answer.code is None
    assert answer.response["Regions"]


def test_a_changed_signature(server: Server, request_to_create: SignedRequest):
    headers = request_to_create.headers(server.address)
    headers["Authorization"] = with_changed_signature(headers["Authorization"])
    assert send(server, headers, request_to_create.body).code == "AuthFailure.SignatureFailure"


def test_a_wrong_key(server: Server, request_to_create: SignedRequest):
    request_to_create.account = Account(ROOT.uin, ROOT.secret_id, "not the key", "")
    assert request_to_create.send(server).code == "AuthFailure.SignatureFailure"


def test_a_body_changed_after_signing(server: Server, request_to_create: SignedRequest):
    headers = request_to_create.headers(server.address)
    request_to_create.parameters["RegistryType"] = "premium"
    assert send(server, headers, request_to_create.body).code == "AuthFailure.SignatureFailure"


def test_a_signature_for_another_host(server: Server, request_to_create: SignedRequest):
    headers = request_to_create.headers("tcr.example.com")
    headers["Host"] = server.address
    assert send(server, headers, request_to_create.body).code == "AuthFailure.SignatureFailure"


@pytest.mark.parametrize(
    ("secret_id", "code"),
    [("AKID" + "x" * 32, "AuthFailure.SecretIdNotFound"), ("LTAI" + "x" * 20, "AuthFailure.InvalidSecretId")],
)
def test_an_unknown_key_id(server: Server, request_to_create: SignedRequest, secret_id: str, code: str):
    request_to_create.account = Account("1", secret_id, ROOT.secret_key, "")
    assert request_to_create.send(server).code == code


@pytest.mark.parametrize("minutes", [-6, 6, -60 * 24])
def test_a_timestamp_that_is_off(server: Server, request_to_create: SignedRequest, minutes: int):
    request_to_create.timestamp = int(time.time()) + minutes * 60
    assert request_to_create.send(server).code == "AuthFailure.SignatureExpire"


@pytest.mark.parametrize("minutes", [-4, 4])
def test_a_clock_may_be_a_little_off(server: Server, minutes: int):
    request = SignedRequest(ROOT, "DescribeRegions", timestamp=int(time.time()) + minutes * 60)
    assert request.send(server).code is None


def test_an_unsigned_timestamp_cannot_be_renewed(server: Server, request_to_create: SignedRequest):
    """The timestamp is part of what is signed, so an old request stays old."""
    request_to_create.timestamp = int(time.time()) - 600
    headers = request_to_create.headers(server.address)
    headers["X-TC-Timestamp"] = str(int(time.time()))
    assert send(server, headers, request_to_create.body).code == "AuthFailure.SignatureFailure"


@pytest.mark.parametrize("authorization", ["TC3-HMAC-SHA256 nonsense", "Basic cm9vdDpyb290"])
def test_an_authorization_of_another_form(
    server: Server, request_to_create: SignedRequest, authorization: str
):
    headers = request_to_create.headers(server.address)
    headers["Authorization"] = authorization
    assert send(server, headers, request_to_create.body).code == "AuthFailure.InvalidAuthorization"


def test_no_authorization_at_all(server: Server, request_to_create: SignedRequest):
    headers = request_to_create.headers(server.address)
    del headers["Authorization"]
    assert send(server, headers, request_to_create.body).code is not None
