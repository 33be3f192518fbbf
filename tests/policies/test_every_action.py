"""A sub-account without policies may call no action that names an instance, nor one that names none."""

import pytest

from isolation.actions import WITH_INSTANCES, WITH_ONE_INSTANCE
from wharf.account import Account
from wharf.cloud import Instance
from wharf.server import Server
from wharf.signed_request import SignedRequest
from wharf.sub_account import SubAccounts

WITHOUT_INSTANCE = [
    ("CheckInstanceName", {"RegistryName": "anything"}),
    ("CreateInstance", {"RegistryName": "anything", "RegistryType": "basic"}),
    ("DescribeInstances", {}),
]


@pytest.fixture(scope="module")
def powerless(sub_accounts: SubAccounts) -> Account:
    return sub_accounts.create()


@pytest.mark.parametrize(
    ("action", "parameters"), WITH_ONE_INSTANCE, ids=[f"{a} {list(p)}" for a, p in WITH_ONE_INSTANCE]
)
def test_one_instance(server: Server, powerless: Account, instance: Instance, action: str, parameters: dict):
    answer = SignedRequest(powerless, action, {"RegistryId": instance.id, **parameters}).send(server)
    assert answer.code == "UnauthorizedOperation", answer
    assert f"tcr:{action}" in answer.message


@pytest.mark.parametrize(("action", "parameter"), WITH_INSTANCES)
def test_several_instances(
    server: Server, powerless: Account, instance: Instance, action: str, parameter: str
):
    answer = SignedRequest(powerless, action, {parameter: [instance.id]}).send(server)
    assert answer.code == "UnauthorizedOperation", answer


@pytest.mark.parametrize(("action", "parameters"), WITHOUT_INSTANCE)
def test_no_instance(server: Server, powerless: Account, action: str, parameters: dict):
    assert SignedRequest(powerless, action, parameters).send(server).code == "UnauthorizedOperation"
