"""The cloud API: another account's instance is answered like one that nobody has, by every action."""

import json

import pytest

from isolation.actions import CHECKING_ONE_INSTANCE, INSTANCE_PARAMETERS, WITH_INSTANCES, WITH_ONE_INSTANCE
from isolation.belongings import ABSENT_ID, ABSENT_NAME, Belongings
from wharf.account import Account
from wharf.cloud import Cloud
from wharf.program import REPOSITORY
from wharf.signed_request import SignedRequest


def essence(belongings: Belongings, account: Account, action: str, parameters: dict) -> tuple:
    """An action's answer as it stands, but for its request id and the instance's id."""
    answer = SignedRequest(account, action, parameters).send(belongings.server)
    told = {key: value for key, value in answer.response.items() if key != "RequestId"}
    text = json.dumps(told, sort_keys=True)
    for name in (belongings.instance.id, ABSENT_ID):
        text = text.replace(name, "<instance>")
    return answer.code, answer.http.status_code, text


@pytest.mark.parametrize(
    ("action", "parameters"), WITH_ONE_INSTANCE, ids=[f"{a} {list(p)}" for a, p in WITH_ONE_INSTANCE]
)
def test_anothers_instance_is_like_none(
    belongings: Belongings, intruder_account: Account, action: str, parameters: dict
):
    there, nowhere = (
        essence(belongings, intruder_account, action, {"RegistryId": instance, **parameters})
        for instance in (belongings.instance.id, ABSENT_ID)
    )
    assert there == nowhere
    assert there[0] is not None, there
    # Some actions document no code but this one for what is not there.
    assert there[0].startswith("ResourceNotFound") or there[0] == "InternalError.ErrNotExist", there


@pytest.mark.parametrize("action", CHECKING_ONE_INSTANCE)
def test_anothers_instance_is_checked_like_none(
    belongings: Belongings, intruder_account: Account, action: str
):
    there, nowhere = (
        essence(belongings, intruder_account, action, {"RegistryId": instance})
        for instance in (belongings.instance.id, ABSENT_ID)
    )
    assert there == nowhere
    assert belongings.cloud.call(action, RegistryId=belongings.instance.id).IsValidated


@pytest.mark.parametrize(("action", "parameter"), WITH_INSTANCES)
def test_lists_hold_no_instance_of_another(
    belongings: Belongings, intruder_account: Account, action: str, parameter: str
):
    there, nowhere = (
        essence(belongings, intruder_account, action, {parameter: [instance]})
        for instance in (belongings.instance.id, ABSENT_ID)
    )
    assert there == nowhere
    assert there[0] is None


def test_no_filter_finds_anothers_instance(belongings: Belongings, intruder: Cloud):
    for name in (belongings.instance.name, ABSENT_NAME):
        found = intruder.call("DescribeInstances", Filters=[{"Name": "RegistryName", "Values": [name]}])
        assert (found.TotalCount, found.Registries) == (0, [])
    for every_region in (True, False):
        everything = intruder.call("DescribeInstances", AllRegion=every_region).Registries
        assert belongings.instance.id not in {registry.RegistryId for registry in everything}


def test_the_table_is_whole(belongings: Belongings, intruder_account: Account):
    """Each action that the server knows and that names an instance has its line."""
    known = {action for action, _ in [*WITH_ONE_INSTANCE, *WITH_INSTANCES]} | set(CHECKING_ONE_INSTANCE)
    missing = []
    for action in actions_naming_an_instance():
        answer = SignedRequest(intruder_account, action, {}).send(belongings.server)
        if answer.code != "UnsupportedOperation" and action not in known:
            missing.append(action)
    assert missing == []


def actions_naming_an_instance() -> list[str]:
    specification = json.loads((REPOSITORY / "spec" / "tcr-2019-09-24.json").read_text())
    actions = specification["actions"]
    named = [
        name
        for name, action in actions.items()
        if INSTANCE_PARAMETERS & {parameter["name"] for parameter in action["input"]}
    ]
    assert len(named) > 50
    return named
