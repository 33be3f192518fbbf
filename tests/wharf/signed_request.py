"""Cloud API requests signed by hand (TC3-HMAC-SHA256), for what no SDK would send."""

import hashlib
import hmac
import json
import time
from dataclasses import dataclass, field

import requests

from wharf import error_ledger
from wharf.account import Account
from wharf.sdk import REGION
from wharf.server import Server

ALGORITHM = "TC3-HMAC-SHA256"
CONTENT_TYPE = "application/json"


@dataclass
class SignedRequest:
    """A request that can be distorted before or after it is signed."""

    account: Account
    action: str
    parameters: dict = field(default_factory=dict)
    timestamp: int = field(default_factory=lambda: int(time.time()))
    version: str = "2019-09-24"
    service: str = "tcr"

    @property
    def body(self) -> str:
        return json.dumps(self.parameters)

    def headers(self, host: str) -> dict[str, str]:
        """The headers of the request, signed for this host and for the parameters of now."""
        return {
            "Host": host,
            "Content-Type": CONTENT_TYPE,
            "X-TC-Action": self.action,
            "X-TC-Timestamp": str(self.timestamp),
            "X-TC-Version": self.version,
            "X-TC-Region": REGION,
            "Authorization": self._authorization(host),
        }

    def send(self, server: Server) -> "Answer":
        """Sign and send the request as it is."""
        answer = send(server, self.headers(server.address), self.body)
        error_ledger.note(self.action, answer.code)
        return answer

    def _authorization(self, host: str) -> str:
        canonical = "\n".join(
            [
                "POST",
                "/",
                "",
                f"content-type:{CONTENT_TYPE}\nhost:{host}\n",
                "content-type;host",
                hashlib.sha256(self.body.encode()).hexdigest(),
            ]
        )
        date = time.strftime("%Y-%m-%d", time.gmtime(self.timestamp))
        scope = f"{date}/{self.service}/tc3_request"
        to_sign = "\n".join(
            [ALGORITHM, str(self.timestamp), scope, hashlib.sha256(canonical.encode()).hexdigest()]
        )
        key = b"TC3" + self.account.secret_key.encode()
        for part in (date, self.service, "tc3_request"):
            key = hmac.digest(key, part.encode(), "sha256")
        signature = hmac.digest(key, to_sign.encode(), "sha256").hex()
        return (
            f"{ALGORITHM} Credential={self.account.secret_id}/{scope}, "
            f"SignedHeaders=content-type;host, Signature={signature}"
        )


@dataclass(frozen=True)
class Answer:
    """A cloud API answer; its envelope has been checked."""

    http: requests.Response
    response: dict

    @property
    def code(self) -> str | None:
        """The error's code, None when the action succeeded."""
        return self.response.get("Error", {}).get("Code")

    @property
    def message(self) -> str:
        return self.response["Error"]["Message"]


def send(server: Server, headers: dict[str, str], body: str | bytes) -> Answer:
    """Send a request with these headers and check what every answer promises."""
    http = requests.post(f"{server.url}/", headers=headers, data=body, timeout=30)
    assert http.status_code == 200, f"{http.status_code}: {http.text}"
    response = http.json()["Response"]
    assert response["RequestId"] == http.headers["X-Request-Id"]
    return Answer(http, response)
