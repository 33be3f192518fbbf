"""Signed requests over HTTP/2, where the host is no header."""

import json
from pathlib import Path

import pytest

from wharf.account import ROOT
from wharf.program import run
from wharf.sdk_signed import FORMS, Form, SdkSigner, Wire
from wharf.server import Server

SIGNED = [form for form in FORMS if not form.unsigned_payload]


def send(server: Server, request: Wire, directory: Path) -> dict:
    """What curl is answered. It makes host and length itself."""
    body = directory / "body"
    body.write_bytes(request.body)
    own = ("host", "content-length", "connection")
    headers = [f"{name}: {text.decode()}" for name, text in request.headers if name.lower() not in own]
    words = [word for header in headers for word in ("--header", header)]
    if request.method == "POST":
        words += ["--data-binary", f"@{body}"]
    configuration = directory / "curl"
    configuration.write_text(f'url = "{server.url}{request.target.decode()}"\n')
    command = ["curl", "--silent", "--show-error", "--http2-prior-knowledge", "--config", configuration, *words]
    version, _, answer = run(*command, "--write-out", "%{stderr}%{http_version}").rpartition("\n")
    assert not version
    return json.loads(answer)["Response"]


@pytest.mark.parametrize("form", SIGNED, ids=str)
def test_each_form_is_accepted(server: Server, form: Form, tmp_path: Path):
    request = SdkSigner(server, ROOT, form).sign("CheckInstanceName", {"RegistryName": "未命名 + &"})
    assert send(server, request, tmp_path)["DetailCode"] == 1


@pytest.mark.parametrize("form", SIGNED, ids=str)
def test_for_another_host_it_is_refused(server: Server, form: Form, tmp_path: Path):
    signer = SdkSigner(server, ROOT, form)
    signer.client.profile.httpProfile.endpoint = "tcr.example.com"
    request = signer.sign("CheckInstanceName", {"RegistryName": "x"})
    assert send(server, request, tmp_path)["Error"]["Code"] == "AuthFailure.SignatureFailure"


def test_a_query_of_32_kib(server: Server, tmp_path: Path):
    signer = SdkSigner(server, ROOT, Form("TC3-HMAC-SHA256", "GET"))
    longest = 32 * 1024 - len("RegistryName=")
    for length, code in [(longest, None), (longest + 1, "RequestSizeLimitExceeded")]:
        request = signer.sign("CheckInstanceName", {"RegistryName": "x" * length})
        assert send(server, request, tmp_path).get("Error", {}).get("Code") == code
