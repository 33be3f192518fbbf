"""CreateInstance in advance and RenewInstance: what is paid until when, as DescribeInstances shows it."""

import calendar
from datetime import datetime, timedelta, timezone

import pytest

from wharf.account import ROOT
from wharf.cloud import Cloud, Instance, refused
from wharf.complete import assert_complete
from wharf.polling import eventually
from wharf.server import Server
from wharf.signed_request import SignedRequest


def later(moment: datetime, months: int) -> datetime:
    """The same day of a later month in UTC, or that month's last day."""
    month = moment.month - 1 + months
    year, month = moment.year + month // 12, month % 12 + 1
    return moment.replace(year=year, month=month, day=min(moment.day, calendar.monthrange(year, month)[1]))


def period(months: int, flag: int) -> dict:
    return {"Period": months, "RenewFlag": flag}


def described(cloud: Cloud, instance: Instance):
    (found,) = cloud.call("DescribeInstances", Registryids=[instance.id]).Registries
    return found


def end(cloud: Cloud, instance: Instance) -> datetime:
    return datetime.strptime(described(cloud, instance).ExpiredAt, "%Y-%m-%dT%H:%M:%S+08:00").replace(
        tzinfo=timezone(timedelta(hours=8))
    )


def prepaid(cloud: Cloud, name: str, months: int, flag: int) -> Instance:
    return cloud.create_instance(name, RegistryChargeType=1, RegistryChargePrepaid=period(months, flag))


def test_an_instance_paid_in_advance(cloud: Cloud, instance_name: str):
    instance = prepaid(cloud, instance_name, 12, 2)
    answer = cloud.call("DescribeInstances", Registryids=[instance.id])
    assert_complete(answer)
    found = answer.Registries[0]
    assert (found.PayMod, found.RenewFlag, found.Status) == (1, 2, "Running")
    created = datetime.fromisoformat(found.CreatedAt).astimezone(timezone.utc)
    assert end(cloud, instance) == later(created, 12)


def test_an_instance_paid_by_use_has_no_end(cloud: Cloud, instance: Instance):
    found = described(cloud, instance)
    assert (found.PayMod, found.RenewFlag, found.ExpiredAt) == (0, 0, "")


@pytest.mark.parametrize("months", [1, 3, 60])
def test_a_period_follows_the_last(cloud: Cloud, instance_name: str, months: int):
    instance = prepaid(cloud, instance_name, 1, 0)
    created = datetime.fromisoformat(described(cloud, instance).CreatedAt).astimezone(timezone.utc)
    answer = cloud.call(
        "RenewInstance", RegistryId=instance.id, RegistryChargePrepaid=period(months, 1), Flag=0
    )
    assert_complete(answer)
    assert answer.RegistryId == instance.id
    assert end(cloud, instance) == later(created, 1 + months)
    assert described(cloud, instance).RenewFlag == 1


def test_from_paid_by_use_to_paid_in_advance(cloud: Cloud, instance: Instance):
    before = datetime.now(timezone.utc).replace(microsecond=0)
    cloud.call("RenewInstance", RegistryId=instance.id, RegistryChargePrepaid=period(2, 2), Flag=1)
    after = datetime.now(timezone.utc)
    found = described(cloud, instance)
    assert (found.PayMod, found.RenewFlag) == (1, 2)
    assert later(before, 2) <= end(cloud, instance) <= later(after, 2)


def test_the_flag_must_fit(cloud: Cloud, instance: Instance):
    with refused("InvalidParameter"):
        cloud.call("RenewInstance", RegistryId=instance.id, RegistryChargePrepaid=period(1, 0), Flag=0)
    assert described(cloud, instance).PayMod == 0
    cloud.call("RenewInstance", RegistryId=instance.id, RegistryChargePrepaid=period(1, 0), Flag=1)
    paid_until = end(cloud, instance)
    with refused("InvalidParameter"):
        cloud.call("RenewInstance", RegistryId=instance.id, RegistryChargePrepaid=period(1, 0), Flag=1)
    assert end(cloud, instance) == paid_until


@pytest.mark.parametrize(
    ("parameters", "code", "named"),
    [
        ({"RegistryId": None}, "MissingParameter", "RegistryId"),
        ({"Flag": None}, "MissingParameter", "Flag"),
        ({"RegistryChargePrepaid": None}, "MissingParameter", "RegistryChargePrepaid"),
        ({"RegistryChargePrepaid": {"Period": 1}}, "MissingParameter", "RegistryChargePrepaid.RenewFlag"),
        ({"RegistryChargePrepaid": {"RenewFlag": 1}}, "MissingParameter", "RegistryChargePrepaid.Period"),
        ({"RegistryChargePrepaid": period(0, 0)}, "InvalidParameter", "RegistryChargePrepaid.Period"),
        ({"RegistryChargePrepaid": period(61, 0)}, "InvalidParameter", "RegistryChargePrepaid.Period"),
        ({"RegistryChargePrepaid": period(1, 3)}, "InvalidParameter", "RegistryChargePrepaid.RenewFlag"),
        ({"Flag": 2}, "InvalidParameter", "Flag"),
        ({"Flag": "soon"}, "InvalidParameter", "Flag"),
        ({"Colour": "red"}, "UnknownParameter", "Colour"),
        ({"RegistryId": "tcr-absent00"}, "InternalError.ErrNotExist", "tcr-absent00"),
    ],
)
def test_what_is_refused(
    server: Server, cloud: Cloud, instance: Instance, parameters: dict, code: str, named: str
):
    asked = {"RegistryId": instance.id, "RegistryChargePrepaid": period(1, 0), "Flag": 1, **parameters}
    answer = SignedRequest(ROOT, "RenewInstance", asked).send(server)
    assert (answer.code, named in answer.message) == (code, True)
    assert described(cloud, instance).PayMod == 0


def test_a_prepaid_instance_is_deleted(cloud: Cloud, instance_name: str):
    instance = prepaid(cloud, instance_name, 1, 1)
    cloud.call("DeleteInstance", RegistryId=instance.id, DryRun=True)
    assert cloud.status(instance) == "Running"
    cloud.call("DeleteInstance", RegistryId=instance.id)
    eventually("the instance is gone", lambda: cloud.status(instance) is None)
    with refused("InternalError.ErrNotExist"):
        cloud.call("RenewInstance", RegistryId=instance.id, RegistryChargePrepaid=period(1, 0), Flag=0)
