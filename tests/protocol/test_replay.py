"""A request that was signed by method v1 is accepted once."""

import base64
import hashlib
import hmac
import random
import time

import pytest
import requests

from wharf.account import ROOT
from wharf.sdk import REGION
from wharf.server import Server


def signed(server: Server, **changes: object) -> dict[str, object]:
    parameters = {
        "Action": "DescribeRegions",
        "Version": "2019-09-24",
        "Region": REGION,
        "SecretId": ROOT.secret_id,
        "Timestamp": int(time.time()),
        "Nonce": random.getrandbits(62) + 1,
        **changes,
    }
    text = "&".join(f"{name}={parameters[name]}" for name in sorted(parameters))
    text = f"GET{server.address}/?{text}"
    signature = hmac.new(ROOT.secret_key.encode(), text.encode(), hashlib.sha1).digest()
    return {**parameters, "Signature": base64.b64encode(signature).decode()}


def code(server: Server, parameters: dict[str, object]) -> str | None:
    answer = requests.get(f"{server.url}/", parameters, timeout=30).json()["Response"]
    return answer.get("Error", {}).get("Code")


def test_the_same_request_twice(server: Server):
    request = signed(server)
    assert code(server, request) is None
    assert code(server, request) == "AuthFailure.SignatureExpire"


def test_the_same_nonce_at_another_time(server: Server):
    now, nonce = int(time.time()), random.getrandbits(62) + 1
    assert code(server, signed(server, Timestamp=now, Nonce=nonce)) is None
    assert code(server, signed(server, Timestamp=now - 1, Nonce=nonce)) is None


def test_what_was_refused_may_come_again(server: Server):
    request = signed(server)
    assert code(server, {**request, "Signature": "x"}) == "AuthFailure.SignatureFailure"
    assert code(server, request) is None


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"Timestamp": 0}, "AuthFailure.SignatureExpire"),
        ({"Timestamp": "now"}, "InvalidParameter"),
        ({"Nonce": "x"}, "InvalidParameter"),
        ({"Nonce": ""}, "MissingParameter"),
        ({"Action": ""}, "MissingParameter"),
        ({"Version": "1999-01-01"}, "NoSuchVersion"),
        ({"Action": "CreateEverything"}, "InvalidAction"),
        ({"SecretId": "AKIDNOBODYNOBODYNOBODYNOBODYNOBODYNO"}, "AuthFailure.SecretIdNotFound"),
        ({"Region": "mars"}, "UnsupportedRegion"),
    ],
)
def test_what_is_wrong_is_told(server: Server, changes: dict, expected: str):
    assert code(server, signed(server, **changes)) == expected
