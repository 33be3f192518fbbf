"""JSON Web Tokens (RFC 7519), taken apart and forged."""

import base64
import hashlib
import hmac
import json
import subprocess
from pathlib import Path

from wharf.program import run


def header_of(token: str) -> dict:
    """A token's header, which names the key that signed it."""
    return json.loads(_decoded(token.split(".")[0]))


def claims_of(token: str) -> dict:
    return json.loads(_decoded(token.split(".")[1]))


def signed_part(header: dict, claims: dict) -> str:
    """What a signature is over: header and claims, encoded."""
    return ".".join(_encoded(json.dumps(part).encode()) for part in (header, claims))


def unsigned(header: dict, claims: dict) -> str:
    """A token with an empty signature."""
    return f"{signed_part(header, claims)}."


def signed_with_secret(header: dict, claims: dict, secret: bytes) -> str:
    """A token signed HS256."""
    part = signed_part(header, claims)
    return f"{part}.{_encoded(hmac.digest(secret, part.encode(), hashlib.sha256))}"


def signed_with_key(header: dict, claims: dict, key: Path) -> str:
    """A token signed RS256 with the RSA key in this file."""
    part = signed_part(header, claims)
    command = ["openssl", "dgst", "-sha256", "-sign", key]
    signature = subprocess.run(command, input=part.encode(), capture_output=True, check=True).stdout
    return f"{part}.{_encoded(signature)}"


def rsa_key(folder: Path) -> Path:
    """A new RSA key in a file."""
    key = folder / "forger.pem"
    run("openssl", "genpkey", "-algorithm", "RSA", "-out", key)
    return key


def _encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
