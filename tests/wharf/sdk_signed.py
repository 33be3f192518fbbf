"""Requests that the official SDK made and signed, taken from it where it would send them."""

import io
import json
from dataclasses import dataclass, replace

import requests
from requests.adapters import BaseAdapter
from tencentcloud.common.common_client import CommonClient
from tencentcloud.common.credential import Credential
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile

from wharf.account import Account
from wharf.sdk import REGION
from wharf.server import Server


@dataclass(frozen=True)
class Wire:
    """A request as its bytes, which need not be good HTTP."""

    method: str
    target: bytes
    headers: tuple[tuple[str, bytes], ...]
    body: bytes

    def __bytes__(self) -> bytes:
        lines = [f"{name}: ".encode() + value for name, value in self.headers]
        return b"\r\n".join([self.method.encode() + b" " + self.target + b" HTTP/1.1", *lines, b"", self.body])

    def header(self, name: str) -> bytes | None:
        return next((value for other, value in self.headers if other.lower() == name), None)

    def with_header(self, name: str, value: bytes) -> "Wire":
        changed = ((other, value if other.lower() == name else old) for other, old in self.headers)
        return replace(self, headers=tuple(changed))


@dataclass(frozen=True)
class Form:
    """How the SDK sends a request."""

    sign: str
    method: str
    multipart: bool = False
    unsigned_payload: bool = False

    def __str__(self) -> str:
        kind = "multipart" if self.multipart else self.method
        return f"{self.sign}-{kind}{'-unsigned' if self.unsigned_payload else ''}"

    @property
    def is_flat(self) -> bool:
        """Whether parameters are sent as flat names, which cannot say that a list is empty."""
        return self.method == "GET" or self.sign != "TC3-HMAC-SHA256"


FORMS = [
    *(Form(sign, method) for sign in ("HmacSHA1", "HmacSHA256", "TC3-HMAC-SHA256") for method in ("GET", "POST")),
    Form("TC3-HMAC-SHA256", "POST", multipart=True),
    Form("TC3-HMAC-SHA256", "POST", unsigned_payload=True),
    Form("TC3-HMAC-SHA256", "GET", unsigned_payload=True),
    Form("TC3-HMAC-SHA256", "POST", multipart=True, unsigned_payload=True),
]


class SdkSigner:
    """The SDK's client for one form, whose requests go nowhere."""

    def __init__(self, server: Server, account: Account, form: Form):
        connection = HttpProfile(protocol="http", endpoint=server.address, reqMethod=form.method)
        profile = ClientProfile(signMethod=form.sign, httpProfile=connection)
        profile.unsignedPayload = form.unsigned_payload
        credential = Credential(account.secret_id, account.secret_key)
        self.client = CommonClient("tcr", "2019-09-24", credential, REGION, profile=profile)
        self.form = form
        self.taken = _Taken()
        self.client.request.conn._session.mount("http://", self.taken)

    def sign(self, action: str, parameters: dict) -> Wire:
        """What the SDK sends for this call."""
        self.client.call_json(action, parameters, options={"IsMultipart": self.form.multipart})
        assert self.taken.request is not None
        return self.taken.request


class _Taken(BaseAdapter):
    """Keeps the last request instead of sending it."""

    request: Wire | None = None

    def send(self, request: requests.PreparedRequest, *_: object, **__: object) -> requests.Response:
        body = request.body or b""
        headers = ((name, text if isinstance(text, bytes) else text.encode()) for name, text in request.headers.items())
        target = (request.path_url or "/").encode()
        body = body.encode() if isinstance(body, str) else body
        self.request = Wire(request.method or "", target, tuple(headers), body)
        answer = requests.Response()
        answer.status_code = 200
        answer.headers["Content-Type"] = "application/json"
        answer.raw = io.BytesIO(json.dumps({"Response": {}}).encode())
        return answer

    def close(self) -> None:
        pass
