"""Requests left to chance, signed by the official SDK: each is accepted, and none with one byte of it changed."""

import os
import random
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from protocol.flips import flipped
from protocol.random_calls import Owner
from wharf.admin import Admin
from wharf.raw_connection import RawConnection
from wharf.sdk_signed import FORMS, SdkSigner
from wharf.server import Server

REQUESTS = 10_000
CLIENTS = 8

# Codes of requests that cannot be read, beside those of signatures that do not fit.
MALFORMED = {"InvalidParameter", "InvalidRequest", "MissingParameter", "UnsupportedProtocol"}


@pytest.fixture
def seed() -> Iterator[str]:
    """`WHARF_TEST_SEED` repeats a run. Printed, it is shown when the test fails."""
    seed = os.environ.get("WHARF_TEST_SEED") or str(random.SystemRandom().getrandbits(32))
    print(f"WHARF_TEST_SEED={seed}")
    return seed


@pytest.fixture
def owner(server: Server, admin: Admin) -> Owner:
    return Owner(server, admin, "random-requests")


@pytest.mark.timeout(300)
def test_each_is_accepted_and_none_with_a_byte_changed(server: Server, owner: Owner, seed: str):
    def client(own: int) -> Counter[str]:
        signers = {form: SdkSigner(server, owner.account, form) for form in FORMS}
        connection, codes = RawConnection(server), Counter[str]()
        for number in range(own, REQUESTS, CLIENTS):
            chance = random.Random(f"{seed}-{number}")
            form = chance.choice(FORMS)
            call = owner.call(chance, form)
            request = signers[form].sign(call.action, call.parameters)
            about = f"WHARF_TEST_SEED={seed}, request {number}, {form}, {call}"

            # Before the request itself, after which its nonce would be refused anyway.
            wrong, what = flipped(request, form, chance)
            refused = connection.send(bytes(wrong))
            if refused.status == 200:
                code = refused.code or "accepted"
                assert code.startswith("AuthFailure.") or code in MALFORMED, f"{what} of {about}: {refused}"
                codes[code] += 1
            else:
                assert refused.status == 400, f"{what} of {about}: {refused}"
                codes["400"] += 1

            accepted = connection.send(bytes(request))
            assert accepted.status == 200 and accepted.code is None, f"{about}: {accepted}"
            assert accepted.response[call.field] == call.found, f"{about}: {accepted}"
        connection.close()
        return codes

    with ThreadPoolExecutor(CLIENTS) as clients:
        codes = sum(clients.map(client, range(CLIENTS)), Counter[str]())
    assert codes.total() == REQUESTS, codes
    # The changes came where signatures are looked at, and not only where requests are read.
    assert codes["AuthFailure.SignatureFailure"] > REQUESTS // 4, codes
    print(codes)
