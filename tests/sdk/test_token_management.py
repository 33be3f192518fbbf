"""Long-term tokens: listed, described anew, disabled, deleted, and what that does to who logged in by them."""

import re
import time
from pathlib import Path

import pytest

from wharf.account import ROOT
from wharf.admin import Admin
from wharf.cloud import NAMESPACE, Cloud, Instance, Login, refused
from wharf.oci import Registry, assert_refused
from wharf.server import Server
from wharf.signed_request import SignedRequest
from wharf.small_image import SmallImage
from wharf.sub_account import SubAccounts, allow
from wharf.token_service import TokenService
from wharf.complete import assert_complete

REPOSITORY = f"{NAMESPACE}/web"
SCOPE = f"repository:{REPOSITORY}:pull,push"
TEN_YEARS = 87_600 * 3600 * 1000  # in milliseconds


@pytest.fixture(scope="module")
def listed(server: Server) -> tuple[Cloud, Instance]:
    """An instance with five tokens, `t0` the oldest, which no test changes."""
    cloud = Cloud(server, ROOT)
    instance = cloud.create_instance("token-listings")
    for number in range(5):
        cloud.call("CreateInstanceToken", RegistryId=instance.id, TokenType="longterm", Desc=f"t{number}")
    cloud.call("CreateInstanceToken", RegistryId=instance.id)
    return cloud, instance


def create(cloud: Cloud, instance: Instance, text: str = "ci"):
    return cloud.call("CreateInstanceToken", RegistryId=instance.id, TokenType="longterm", Desc=text)


def change(cloud: Cloud, instance: Instance, token: str, **parameters) -> None:
    answer = cloud.call("ModifyInstanceToken", RegistryId=instance.id, TokenId=token, **parameters)
    assert_complete(answer)


def shown(cloud: Cloud, instance: Instance) -> list[tuple[str, bool]]:
    found = cloud.call("DescribeInstanceToken", RegistryId=instance.id)
    assert found.TotalCount == len(found.Tokens)
    return [(token.Desc, token.Enabled) for token in found.Tokens]


def test_a_new_token_is_described_completely(cloud: Cloud, instance: Instance):
    empty = cloud.call("DescribeInstanceToken", RegistryId=instance.id)
    assert (empty.TotalCount, empty.Tokens) == (0, [])
    made = create(cloud, instance, "for the build")
    assert_complete(made)
    assert_complete(cloud.call("CreateInstanceToken", RegistryId=instance.id, TokenType="temp", Desc="unlisted"))
    found = cloud.call("DescribeInstanceToken", RegistryId=instance.id)
    assert_complete(found)
    (token,) = found.Tokens
    assert (token.Id, token.Desc, token.RegistryId) == (made.TokenId, "for the build", instance.id)
    assert (token.Enabled, token.ExpiredAt) == (True, made.ExpTime)
    assert re.fullmatch(r"[0-9a-v]{20}", token.Id)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+08:00", token.CreatedAt)
    assert abs(token.ExpiredAt - time.time() * 1000 - TEN_YEARS) < 60_000


@pytest.mark.parametrize(
    ("parameters", "found"),
    [
        ({}, "t4 t3 t2 t1 t0"),
        ({"Limit": 2}, "t4 t3"),
        ({"Limit": 2, "Offset": 1}, "t3 t2"),
        ({"Limit": 2, "Offset": 4}, "t0"),
        ({"Limit": 2, "Offset": 5}, ""),
        ({"Offset": 3}, "t1 t0"),
        ({"Limit": 5, "Offset": 0}, "t4 t3 t2 t1 t0"),
        ({"Limit": 5000}, "t4 t3 t2 t1 t0"),
        ({"Limit": 2**63 - 1, "Offset": 2**63 - 1}, ""),
    ],
)
def test_pages_begin_after_so_many_tokens(listed: tuple[Cloud, Instance], parameters: dict, found: str):
    cloud, instance = listed
    answer = cloud.call("DescribeInstanceToken", RegistryId=instance.id, **parameters)
    assert (" ".join(token.Desc for token in answer.Tokens), answer.TotalCount) == (found, 5)


@pytest.mark.parametrize(
    "changes",
    [
        lambda cloud, instance, token: change(cloud, instance, token, Enable=False),
        lambda cloud, instance, token: change(cloud, instance, token, Enable=False, ModifyFlag=2, Desc="unused"),
        lambda cloud, instance, token: cloud.call("DeleteInstanceToken", RegistryId=instance.id, TokenId=token),
    ],
    ids=["disabled", "disabled by flag", "deleted"],
)
def test_what_logged_in_by_it_stops_at_the_next_request(
    server: Server, cloud: Cloud, instance: Instance, registry: Registry, changes
):
    SmallImage.make("taken back").push(registry, REPOSITORY, "v1")
    token, tokens = create(cloud, instance), TokenService(server, instance)
    login = Login(token.Username, token.Token)
    basic, bearer = Registry(server, instance, login), tokens.open(tokens.token(login, SCOPE))
    other = create(cloud, instance, "other")
    stays = Registry(server, instance, Login(other.Username, other.Token))
    for view in (basic, bearer):
        # Twice, as the second is answered from memory.
        for _ in range(2):
            assert view.get_manifest(REPOSITORY, "v1").status_code == 200
        view.start_upload(REPOSITORY)

    changes(cloud, instance, token.TokenId)
    for view in (basic, bearer):
        assert_refused(view.get_manifest(REPOSITORY, "v1"), 401, "UNAUTHORIZED")
        assert_refused(view.request("POST", f"{REPOSITORY}/blobs/uploads/"), 401, "UNAUTHORIZED")
        assert_refused(view.get("/v2/"), 401, "UNAUTHORIZED")
    assert tokens.ask(login, SCOPE).status_code == 401
    assert stays.get_manifest(REPOSITORY, "v1").status_code == 200


def test_one_that_is_enabled_again_works_again(
    server: Server, cloud: Cloud, instance: Instance, registry: Registry
):
    SmallImage.make("enabled").push(registry, REPOSITORY, "v1")
    token, tokens = create(cloud, instance), TokenService(server, instance)
    login = Login(token.Username, token.Token)
    bearer = tokens.open(tokens.token(login, SCOPE))
    for enabled in (True, False, True):
        change(cloud, instance, token.TokenId, Enable=enabled)
        assert shown(cloud, instance) == [("ci", enabled)]
        assert bearer.get_manifest(REPOSITORY, "v1").status_code == (200 if enabled else 401)
    assert Registry(server, instance, login).get_manifest(REPOSITORY, "v1").status_code == 200


def test_the_flag_says_which_of_them_changes(cloud: Cloud, instance: Instance):
    token = create(cloud, instance, "one").TokenId
    change(cloud, instance, token, ModifyFlag=1, Desc="two", Enable=False)
    assert shown(cloud, instance) == [("two", True)]
    change(cloud, instance, token, ModifyFlag=2, Desc="three", Enable=False)
    assert shown(cloud, instance) == [("two", False)]
    change(cloud, instance, token, Desc="four", Enable=True)
    assert shown(cloud, instance) == [("two", True)]
    change(cloud, instance, token, ModifyFlag=1, Desc="")
    assert shown(cloud, instance) == [("", True)]


def test_a_deleted_one_is_gone(cloud: Cloud, instance: Instance):
    token = create(cloud, instance).TokenId
    assert_complete(cloud.call("DeleteInstanceToken", RegistryId=instance.id, TokenId=token))
    assert shown(cloud, instance) == []
    with refused("ResourceNotFound"):
        cloud.call("DeleteInstanceToken", RegistryId=instance.id, TokenId=token)
    with refused("ResourceNotFound"):
        change(cloud, instance, token, Enable=True)


def test_the_token_of_another_instance(cloud: Cloud, instance: Instance, listed: tuple[Cloud, Instance]):
    token = create(cloud, instance).TokenId
    with refused("ResourceNotFound"):
        change(cloud, listed[1], token, Enable=False)
    with refused("ResourceNotFound"):
        cloud.call("DeleteInstanceToken", RegistryId=listed[1].id, TokenId=token)
    assert shown(cloud, instance) == [("ci", True)]


def test_a_sub_account_sees_its_own_and_the_main_account_all(
    server: Server, cloud: Cloud, instance: Instance, registry: Registry, admin: Admin, tmp_path: Path
):
    SmallImage.make("of a sub-account").push(registry, REPOSITORY, "v1")
    of_main = create(cloud, instance, "main").TokenId
    accounts = SubAccounts(admin, tmp_path)
    may = [allow("tcr:*InstanceToken", f"qcs::tcr:::instance/{instance.id}"), allow("tcr:PullRepository")]
    account = accounts.create(*may)
    sub = Cloud(server, account)
    made = create(sub, instance, "own")
    assert made.Username == account.uin
    assert shown(sub, instance) == [("own", True)]
    assert shown(cloud, instance) == [("own", True), ("main", True)]
    for other in (of_main, "absent"):
        with refused("ResourceNotFound"):
            change(sub, instance, other, Enable=False)
        with refused("ResourceNotFound"):
            sub.call("DeleteInstanceToken", RegistryId=instance.id, TokenId=other)
    view = Registry(server, instance, Login(made.Username, made.Token))
    assert view.get_manifest(REPOSITORY, "v1").status_code == 200
    change(cloud, instance, made.TokenId, Enable=False)
    assert view.get_manifest(REPOSITORY, "v1").status_code == 401
    sub.call("DeleteInstanceToken", RegistryId=instance.id, TokenId=made.TokenId)
    assert shown(cloud, instance) == [("main", True)]

    nobody = Cloud(server, accounts.create(allow("tcr:DescribeInstances")))
    for action, parameters in (
        ("DescribeInstanceToken", {}),
        ("CreateInstanceToken", {"TokenType": "longterm"}),
        ("ModifyInstanceToken", {"TokenId": of_main, "Enable": False}),
        ("DeleteInstanceToken", {"TokenId": of_main}),
    ):
        with refused("UnauthorizedOperation"):
            nobody.call(action, RegistryId=instance.id, **parameters)
    assert shown(cloud, instance) == [("main", True)]


@pytest.mark.parametrize(
    ("action", "parameters", "code", "named"),
    [
        ("CreateInstanceToken", {"RegistryId": None}, "MissingParameter", "RegistryId"),
        ("CreateInstanceToken", {"TokenType": "forever"}, "InvalidParameter", "TokenType"),
        ("CreateInstanceToken", {"TokenType": 1}, "InvalidParameter", "TokenType"),
        ("CreateInstanceToken", {"TokenType": "longterm", "Desc": "字" * 1001}, "InvalidParameter", "Desc"),
        ("CreateInstanceToken", {"Colour": "red"}, "UnknownParameter", "Colour"),
        ("DescribeInstanceToken", {"RegistryId": None}, "MissingParameter", "RegistryId"),
        ("DescribeInstanceToken", {"RegistryId": "tcr-absent00"}, "ResourceNotFound", "tcr-absent00"),
        ("DescribeInstanceToken", {"Limit": 0}, "InvalidParameter", "Limit"),
        ("DescribeInstanceToken", {"Limit": -1}, "InvalidParameter", "Limit"),
        ("DescribeInstanceToken", {"Offset": -1}, "InvalidParameter", "Offset"),
        ("DescribeInstanceToken", {"Offset": "many"}, "InvalidParameter", "Offset"),
        ("DescribeInstanceToken", {"TokenId": "x"}, "UnknownParameter", "TokenId"),
        ("ModifyInstanceToken", {"Enable": False}, "MissingParameter", "TokenId"),
        ("ModifyInstanceToken", {"RegistryId": None, "TokenId": "t"}, "MissingParameter", "RegistryId"),
        ("ModifyInstanceToken", {"TokenId": "t"}, "MissingParameter", "Enable"),
        ("ModifyInstanceToken", {"TokenId": "t", "Desc": "new"}, "MissingParameter", "Enable"),
        ("ModifyInstanceToken", {"TokenId": "t", "ModifyFlag": 1, "Enable": True}, "MissingParameter", "Desc"),
        ("ModifyInstanceToken", {"TokenId": "t", "ModifyFlag": 3}, "InvalidParameter", "ModifyFlag"),
        ("ModifyInstanceToken", {"TokenId": "t", "Enable": "perhaps"}, "InvalidParameter", "Enable"),
        ("ModifyInstanceToken", {"TokenId": "t", "Enable": False}, "ResourceNotFound", "`t`"),
        ("DeleteInstanceToken", {}, "MissingParameter", "TokenId"),
        ("DeleteInstanceToken", {"TokenId": "t"}, "ResourceNotFound", "`t`"),
        ("DeleteInstanceToken", {"TokenId": "t", "Force": True}, "UnknownParameter", "Force"),
        ("DeleteInstanceToken", {"RegistryId": "tcr-absent00", "TokenId": "t"}, "ResourceNotFound", "tcr-absent00"),
    ],
)
def test_a_wrong_parameter_is_named_and_changes_nothing(
    server: Server, listed: tuple[Cloud, Instance], action: str, parameters: dict, code: str, named: str
):
    given = {"RegistryId": listed[1].id, **parameters}
    given = {name: value for name, value in given.items() if value is not None}
    answer = SignedRequest(ROOT, action, given).send(server)
    assert answer.code == code, answer
    assert named in answer.message
    assert shown(*listed) == [(f"t{number}", True) for number in (4, 3, 2, 1, 0)]
