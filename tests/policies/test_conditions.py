"""Conditions on the caller's address and on the time, on both planes."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from wharf.account import ROOT, Account
from wharf.admin import Admin
from wharf.cloud import NAMESPACE, Cloud, Instance, refused
from wharf.oci import Registry
from wharf.server import Server
from wharf.signed_request import SignedRequest, send
from wharf.small_image import SmallImage
from wharf.sub_account import SubAccounts, allow, deny

REPOSITORY = f"{NAMESPACE}/app"
INSIDE, OUTSIDE = "10.1.2.3", "192.0.2.7"
READ = ["tcr:Describe*", "tcr:Pull*"]


@pytest.fixture
def image(registry: Registry) -> SmallImage:
    return SmallImage.make("conditions").push(registry, REPOSITORY, "v1")


def pulls(registry: Registry, **headers: str) -> bool:
    status = registry.get(f"{REPOSITORY}/manifests/v1", headers={"Accept": "*/*", **headers}).status_code
    assert status in (200, 403)
    return status == 200


def at(days: int) -> dict[str, str]:
    """A time so many days from now."""
    return {"qcs:current_time": (datetime.now(UTC) + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")}


@pytest.mark.parametrize(
    ("conditions", "holds"),
    [
        ({"date_less_than": at(1)}, True),
        ({"date_less_than": at(-1)}, False),
        ({"date_greater_than": at(-1), "date_less_than": at(1)}, True),
        ({"date_greater_than": at(1)}, False),
        ({"ip_equal": {"qcs:ip": ["192.0.2.0/24", "127.0.0.0/8"]}}, True),
        ({"ip_equal": {"qcs:ip": "192.0.2.0/24"}}, False),
        ({"ip_not_equal": {"qcs:ip": "127.0.0.1"}}, False),
        ({"ip_equal": {"qcs:ip": "127.0.0.1"}, "date_greater_than": at(1)}, False),
    ],
)
def test_a_statement_counts_while_all_its_conditions_hold(
    server: Server,
    instance: Instance,
    image: SmallImage,
    sub_accounts: SubAccounts,
    conditions: dict,
    holds: bool,
):
    token = allow("tcr:CreateInstanceToken")
    for statements, allowed in (
        ([token, allow("*", **conditions)], holds),
        ([token, allow(READ), deny(READ, **conditions)], not holds),
    ):
        sub = Cloud(server, sub_accounts.create(*statements))
        assert pulls(Registry(server, instance, sub.login(instance))) is allowed
        if allowed:
            assert list(sub.images(instance, NAMESPACE, "app")) == ["v1"]
        else:
            with refused("UnauthorizedOperation"):
                sub.images(instance, NAMESPACE, "app")


def test_the_address_is_that_of_each_request(make_server: Callable[..., Server], tmp_path: Path):
    """Behind a trusted proxy the client's own counts, also for what was allowed to another just before."""
    server = make_server().configure("trusted_proxies = '127.0.0.1'").start()
    owner = Cloud(server, ROOT)
    instance = owner.create_instance("conditions")
    owner.create_namespace(instance, NAMESPACE)
    SmallImage.make("addresses").push(Registry(server, instance, owner.login(instance)), REPOSITORY, "v1")
    inside = {"ip_equal": {"qcs:ip": "10.0.0.0/8"}}
    account = SubAccounts(Admin(server), tmp_path).create(
        allow("tcr:CreateInstanceToken"), allow(READ, **inside)
    )
    registry = Registry(server, instance, Cloud(server, account).login(instance))
    for address in (INSIDE, OUTSIDE, INSIDE, OUTSIDE):
        assert pulls(registry, **{"X-Forwarded-For": address}) is (address == INSIDE)
        code = described(server, account, instance, address)
        assert code == (None if address == INSIDE else "UnauthorizedOperation")


def described(server: Server, account: Account, instance: Instance, address: str) -> str | None:
    """The error's code that a listing of namespaces gets from an address, if any."""
    request = SignedRequest(account, "DescribeNamespaces", {"RegistryId": instance.id})
    headers = {**request.headers(server.address), "X-Forwarded-For": address}
    return send(server, headers, request.body).code
