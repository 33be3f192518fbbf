"""How large a request may be in each of its forms: to the byte."""

from dataclasses import replace

import pytest

from wharf.account import ROOT
from wharf.raw_connection import RawAnswer, RawConnection
from wharf.sdk_signed import FORMS, Form, SdkSigner, Wire
from wharf.server import Server

QUERY = 32 * 1024
URL_ENCODED = 1024 * 1024
BODY = 10 * 1024 * 1024
# A request's head with everything in it.
HEAD = 40 * 1024

SIGNED = [form for form in FORMS if not form.unsigned_payload]


def limit(form: Form) -> int:
    if form.method == "GET":
        return QUERY
    return BODY if form.sign == "TC3-HMAC-SHA256" else URL_ENCODED


def size(request: Wire) -> int:
    return len(request.target.partition(b"?")[2]) + len(request.body)


def request_of(server: Server, form: Form, wanted: int) -> Wire:
    """A good request whose parameters have so many bytes. No two signatures of method v1 are of one length."""
    signer = SdkSigner(server, ROOT, form)
    name = ""
    for _ in range(1000):
        request = signer.sign("CheckInstanceName", {"RegistryName": name})
        if size(request) == wanted:
            return request
        name = "x" * (len(name) + wanted - size(request))
    raise AssertionError(f"no request of {wanted} bytes came about")


def answer(server: Server, request: bytes) -> RawAnswer:
    connection = RawConnection(server, seconds=60)
    try:
        return connection.send(request)
    finally:
        connection.close()


@pytest.mark.parametrize("form", SIGNED, ids=str)
def test_as_large_as_the_limit(server: Server, form: Form):
    accepted = answer(server, bytes(request_of(server, form, limit(form))))
    assert (accepted.status, accepted.code) == (200, None)
    assert accepted.response["DetailCode"] == 1


@pytest.mark.parametrize("form", SIGNED, ids=str)
def test_a_byte_more(server: Server, form: Form):
    refused = answer(server, bytes(request_of(server, form, limit(form) + 1)))
    assert (refused.status, refused.code) == (200, "RequestSizeLimitExceeded")
    assert str(limit(form)) in refused.response["Error"]["Message"]


@pytest.mark.parametrize("more", [1024 * 1024, 10 * 1024 * 1024])
def test_a_client_that_sends_too_much_reads_why(server: Server, more: int):
    """It looks for an answer only when it has sent all of it."""
    refused = answer(server, bytes(request_of(server, Form("TC3-HMAC-SHA256", "POST"), BODY + more)))
    assert refused.code == "RequestSizeLimitExceeded"


@pytest.mark.parametrize("form", [form for form in SIGNED if form.method == "POST"], ids=str)
def test_what_announces_far_too_much_is_not_waited_for(server: Server, form: Form):
    request = request_of(server, form, 1000)
    announced = replace(request.with_header("content-length", b"1000000000"), body=b"")
    assert answer(server, bytes(announced)).code == "RequestSizeLimitExceeded"


def padded(server: Server, wanted: int) -> bytes:
    """A request without parameters whose head has so many bytes."""
    request = SdkSigner(server, ROOT, Form("TC3-HMAC-SHA256", "GET")).sign("DescribeRegions", {})
    line = "X-Padding"
    padding = wanted - len(bytes(request)) - len(f"{line}: \r\n")
    return bytes(Wire(request.method, request.target, (*request.headers, (line, b"x" * padding)), b""))


def test_a_head_as_large_as_its_limit(server: Server):
    request = padded(server, HEAD)
    assert len(request) == HEAD
    assert answer(server, request).code is None


@pytest.mark.parametrize("more", [1, 1024, 1024 * 1024])
def test_a_larger_head(server: Server, more: int):
    """It is not read to its end, so that a client that still sends may find the connection reset."""
    try:
        refused = answer(server, padded(server, HEAD + more))
    except (ConnectionResetError, BrokenPipeError):
        pass
    else:
        assert refused.status == 431
    assert answer(server, padded(server, HEAD)).code is None


def test_a_connection_serves_heads_of_all_sizes(server: Server):
    connection = RawConnection(server)
    for wanted in (1024, HEAD, 2048, HEAD - 1, 1024, 20_000, 1024):
        assert connection.send(padded(server, wanted)).code is None
    connection.close()
