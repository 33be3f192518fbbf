"""The Security Token Service: who a caller is, and credentials for a time."""

import dataclasses
from datetime import datetime
from urllib.parse import quote

import pytest
from tencentcloud.common.exception import TencentCloudSDKException

from wharf.account import ROOT, Account
from wharf.admin import Admin
from wharf.cloud import Cloud, refused
from wharf.polling import eventually
from wharf.server import Server
from wharf.sts import Sts
from wharf.sub_account import SubAccounts, allow, document

EVERYBODY = f"qcs::cam::uin/{ROOT.uin}:root"


@pytest.fixture(scope="module")
def sub_accounts(server: Server, tmp_path_factory: pytest.TempPathFactory) -> SubAccounts:
    return SubAccounts(Admin(server), tmp_path_factory.mktemp("sts"))


@pytest.fixture(scope="module")
def asker(sub_accounts: SubAccounts) -> Account:
    """A sub-account that may ask for credentials, and nothing else."""
    return sub_accounts.create(allow("sts:*"))


@pytest.fixture(scope="module")
def sts(server: Server, asker: Account) -> Sts:
    return Sts(server, asker)


def identity(server: Server, account: Account) -> dict[str, str]:
    caller = Sts(server, account).call("GetCallerIdentity")
    return {name: getattr(caller, name) for name in ("Type", "AccountId", "UserId", "PrincipalId", "Arn")}


def test_an_account_is_itself(server: Server):
    assert identity(server, ROOT) == {
        "Type": "CAMUser",
        "AccountId": ROOT.uin,
        "UserId": ROOT.uin,
        "PrincipalId": ROOT.uin,
        "Arn": f"qcs::cam:{ROOT.uin}:uin/{ROOT.uin}",
    }


def test_a_sub_account_is_of_its_owner(server: Server, sub_accounts: SubAccounts):
    account = sub_accounts.create()
    assert identity(server, account) == {
        "Type": "CAMUser",
        "AccountId": ROOT.uin,
        "UserId": account.uin,
        "PrincipalId": account.uin,
        "Arn": f"qcs::cam:{ROOT.uin}:uin/{account.uin}",
    }


def test_a_federated_user_has_a_name(server: Server, sts: Sts, asker: Account):
    assert identity(server, sts.federated(allow("*"), name="pipeline")) == {
        "Type": "CAMUser",
        "AccountId": ROOT.uin,
        "UserId": f"{asker.uin}:pipeline",
        "PrincipalId": asker.uin,
        "Arn": f"qcs::sts:{ROOT.uin}:federated-user/{asker.uin}",
    }


def test_a_role_is_somebody_s(server: Server, sts: Sts, asker: Account, sub_accounts: SubAccounts):
    arn = sub_accounts.create_role(EVERYBODY)
    (made,) = (role for role in sub_accounts.admin.ask("role", "list") if role["arn"] == arn)
    by_number = f"qcs::cam::uin/{ROOT.uin}:role/{made['id']}"
    for name in (arn, by_number):
        assert identity(server, sts.assumed(name, "build-7")) == {
            "Type": "CAMRole",
            "AccountId": ROOT.uin,
            "UserId": f"{made['id']}:build-7",
            "PrincipalId": asker.uin,
            "Arn": f"qcs::sts:{ROOT.uin}:assumed-role/{made['id']}",
        }


@pytest.mark.parametrize(("asked", "seconds"), [({}, 1800), ({"DurationSeconds": 60}, 60)])
def test_when_they_end_is_said_twice(sts: Sts, asked: dict[str, int], seconds: int):
    before = datetime.now().timestamp()
    answer = sts.call("GetFederationToken", Name="ci", Policy=quote(document(allow("*"))), **asked)
    assert 0 <= answer.ExpiredTime - int(before + seconds) <= 30
    assert datetime.fromisoformat(answer.Expiration).timestamp() == answer.ExpiredTime
    assert answer.Expiration.endswith("Z")


def test_credentials_go_with_their_token_only(server: Server, sts: Sts):
    holder, other = sts.federated(allow("*")), sts.federated(allow("*"))
    for token in (None, other.token, f"{holder.token}x", holder.token.swapcase()):
        with refused("AuthFailure.TokenFailure"):
            Cloud(server, dataclasses.replace(holder, token=token)).call("DescribeRegions")
    with refused("AuthFailure.TokenFailure"):
        Cloud(server, dataclasses.replace(ROOT, token=holder.token)).call("DescribeRegions")
    with refused("AuthFailure.SignatureFailure"):
        Cloud(server, dataclasses.replace(holder, secret_key=other.secret_key)).call("DescribeRegions")


def test_credentials_end(server: Server):
    holder = Sts(server, ROOT).federated(allow("*"), DurationSeconds=1)

    def has_ended() -> bool:
        try:
            Cloud(server, holder).call("DescribeRegions")
        except TencentCloudSDKException as refusal:
            assert refusal.get_code() in ("AuthFailure.TokenFailure", "AuthFailure.SecretIdNotFound")
            return True
        return False

    eventually("the credentials end", has_ended)


def test_credentials_make_no_others(server: Server, sts: Sts, sub_accounts: SubAccounts):
    arn = sub_accounts.create_role(EVERYBODY, allow("*"))
    for holder in (sts.federated(allow("*")), sts.assumed(arn)):
        with refused("FailedOperation.TempKeyNotAllowed"):
            Sts(server, holder).federated(allow("*"))
        with refused("FailedOperation.TempKeyNotAllowed"):
            Sts(server, holder).assumed(arn)


def test_what_is_wrong_is_refused(server: Server, sts: Sts, sub_accounts: SubAccounts):
    policy, arn = quote(document(allow("*"))), sub_accounts.create_role(EVERYBODY)
    for code, action, parameters in [
        ("InvalidParameter.StrategyFormatError", "GetFederationToken", {"Name": "ci", "Policy": "%7B%7D"}),
        ("InvalidParameter.ParamError", "GetFederationToken", {"Name": "c i", "Policy": policy}),
        ("InvalidParameter.ParamError", "GetFederationToken", {"Name": "ci", "Policy": "%ff"}),
        ("InvalidParameter.OverTimeError", "AssumeRole", {"RoleArn": arn, "DurationSeconds": 43201}),
        ("InvalidParameter.ParamError", "AssumeRole", {"RoleArn": "reader"}),
        ("ResourceNotFound.RoleNotFound", "AssumeRole", {"RoleArn": f"{arn}-x"}),
        ("MissingParameter", "GetFederationToken", {"Name": "ci"}),
        ("UnsupportedOperation", "GetSessionToken", {}),
    ]:
        more = {"RoleSessionName": "ci"} if action == "AssumeRole" else {}
        with refused(code):
            sts.call(action, **parameters, **more)


def test_who_is_not_trusted_or_may_not_is_refused(server: Server, asker: Account, sub_accounts: SubAccounts):
    arn = sub_accounts.create_role(f"qcs::cam::uin/{ROOT.uin}:uin/{asker.uin}", allow("*"))
    stranger = sub_accounts.create(allow("sts:*"))
    with refused("UnauthorizedOperation"):
        Sts(server, stranger).assumed(arn)
    with refused("UnauthorizedOperation"):
        Sts(server, sub_accounts.create()).federated(allow("*"))
    Sts(server, asker).assumed(arn)


def test_a_deleted_role_acts_no_more(server: Server, sts: Sts, sub_accounts: SubAccounts):
    arn = sub_accounts.create_role(EVERYBODY, allow("*"))
    holder = sts.assumed(arn)
    Cloud(server, holder).call("DescribeInstances")
    sub_accounts.admin.do("role", "delete", arn.rsplit("/", 1)[1])
    with refused("AuthFailure.SecretIdNotFound"):
        Cloud(server, holder).call("DescribeInstances")
