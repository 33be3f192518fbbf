"""Service accounts: made, listed, changed and removed, with every error that a caller can cause."""

import re
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from tencentcloud.common.exception import TencentCloudSDKException

from conftest import fresh_name
from wharf.account import ROOT, Account
from wharf.admin import Admin
from wharf.cloud import NAMESPACE, Cloud, Instance, Login, refused
from wharf.oci import Registry
from wharf.server import Server
from wharf.service_account import ALL, CREATE, PULL, PUSH, create, delete, modify, other_password, permissions
from wharf.signed_request import SignedRequest
from wharf.sub_account import SubAccounts, allow

ABSENT = "tcr-absent00"
DAY = 86_400_000  # ExpiresAt counts milliseconds.
SECONDS_OF_DELAY = 60


@pytest.fixture(scope="module")
def owner(server: Server) -> Cloud:
    return Cloud(server, ROOT)


@pytest.fixture(scope="module")
def place(owner: Cloud) -> Instance:
    """The instance that these tests share, with two namespaces; each test has accounts of its own."""
    made = owner.create_instance(fresh_name("service-accounts"), "premium")
    for namespace in (NAMESPACE, "other"):
        owner.create_namespace(made, namespace)
    return made


@pytest.fixture
def name() -> str:
    return fresh_name("robot")


def described(cloud: Cloud, instance: Instance, *names: str, **parameters):
    """The accounts of these names, in the order of the answer."""
    answer = cloud.call(
        "DescribeServiceAccounts",
        RegistryId=instance.id,
        Filters=[{"Name": "ServiceAccountName", "Values": list(names)}],
        **parameters,
    )
    assert answer.TotalCount == len(answer.ServiceAccounts)
    return answer.ServiceAccounts


def logs_in(server: Server, instance: Instance, login: Login) -> bool:
    status = Registry(server, instance, login, by_host=True).get("/v2/").status_code
    assert status in (200, 401)
    return status == 200


def milliseconds(moment: float) -> int:
    return int(moment * 1000)


def is_china_time(text: str) -> bool:
    moment = datetime.fromisoformat(text)
    age = time.time() - moment.timestamp()
    return moment.utcoffset() == timedelta(hours=8) and -1 <= age < SECONDS_OF_DELAY


def test_a_new_account_is_answered_whole_and_logs_in(
    server: Server, owner: Cloud, place: Instance, name: str
):
    made = owner.call(
        "CreateServiceAccount",
        RegistryId=place.id,
        Name=name,
        Permissions=permissions({NAMESPACE: ALL}),
        Duration=10,
    )
    assert made.Name == f"tcr${name}"
    assert re.fullmatch(r"[A-Za-z0-9]{32}", made.Password)
    assert type(made.ExpiresAt) is int
    assert abs(made.ExpiresAt - milliseconds(time.time()) - 10 * DAY) < SECONDS_OF_DELAY * 1000
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+08:00", made.CreateTime)
    assert is_china_time(made.CreateTime)
    assert made.RequestId
    assert logs_in(server, place, Login(made.Name, made.Password))
    assert not logs_in(server, place, Login(made.Name, made.Password[:-1]))


def test_an_account_is_described_whole(owner: Cloud, place: Instance, name: str):
    may = {"other": [PUSH, PULL], NAMESPACE: [PULL]}
    end = milliseconds(time.time()) + DAY
    create(owner, place, name, may, Description="for the build", ExpiresAt=end, Disable=True)
    (found,) = described(owner, place, f"tcr${name}", EmbedPermission=True)
    assert (found.Name, found.Description, found.Disable) == (f"tcr${name}", "for the build", True)
    assert found.ExpiresAt == end
    assert found.CreateTime == found.UpdateTime
    assert is_china_time(found.CreateTime)
    assert [(p.Resource, p.Actions) for p in found.Permissions] == [("other", [PULL, PUSH]), (NAMESPACE, [PULL])]


def test_what_is_not_said_has_its_default(server: Server, owner: Cloud, place: Instance, name: str):
    login = create(owner, place, name, {NAMESPACE: [PULL]})
    (found,) = described(owner, place, login.username)
    assert (found.Description, found.Disable, found.ExpiresAt, found.Permissions) == ("", False, -1, [])
    assert logs_in(server, place, login)


@pytest.mark.parametrize("given", [{"Duration": -1}, {"ExpiresAt": -1}, {"Duration": -1, "ExpiresAt": 5}])
def test_an_account_without_an_end(owner: Cloud, place: Instance, name: str, given: dict):
    create(owner, place, name, {NAMESPACE: [PULL]}, **given)
    assert described(owner, place, name)[0].ExpiresAt == -1


def test_days_go_over_a_time(owner: Cloud, place: Instance, name: str):
    create(owner, place, name, {NAMESPACE: [PULL]}, Duration=1, ExpiresAt=1)
    left = described(owner, place, name)[0].ExpiresAt - milliseconds(time.time())
    assert abs(left - DAY) < SECONDS_OF_DELAY * 1000


def test_the_prefix_is_put_once_and_may_be_given(owner: Cloud, place: Instance, name: str):
    login = create(owner, place, f"tcr${name}", {NAMESPACE: [PULL]})
    assert login.username == f"tcr${name}"
    for text in (name, f"tcr${name}"):
        assert [found.Name for found in described(owner, place, text)] == [login.username]
        with refused("FailedOperation"):
            create(owner, place, text, {NAMESPACE: [PULL]})


def test_a_namespace_named_twice_has_all_that_was_said(owner: Cloud, place: Instance, name: str):
    twice = permissions({NAMESPACE: [PULL]}) + permissions({NAMESPACE: [PUSH, PUSH]})
    owner.call("CreateServiceAccount", RegistryId=place.id, Name=name, Permissions=twice)
    (found,) = described(owner, place, name, EmbedPermission=True)
    assert [(p.Resource, p.Actions) for p in found.Permissions] == [(NAMESPACE, [PULL, PUSH])]


def test_two_instances_may_use_one_name(server: Server, owner: Cloud, place: Instance, instance: Instance, name: str):
    here, there = (create(owner, one, name, {NAMESPACE: [PULL]}) for one in (place, instance))
    assert logs_in(server, place, here) and logs_in(server, instance, there)
    assert not logs_in(server, instance, here) and not logs_in(server, place, there)
    delete(owner, place, here)
    assert logs_in(server, instance, there)


@pytest.mark.parametrize(
    "wrong",
    [
        {"Name": ""},
        {"Name": "Upper"},
        {"Name": "tcr$tcr$twice"},
        {"Name": "two--dashes"},
        {"Name": "x" * 129},
        {"Permissions": []},
        {"Permissions": permissions({NAMESPACE: []})},
        {"Permissions": permissions({NAMESPACE: ["tcr:DeleteImage"]})},
        {"Permissions": permissions({NAMESPACE: ["PullRepository"]})},
        {"Permissions": permissions({"*": [PULL]})},
        {"Duration": 0},
        {"Duration": -2},
        {"Duration": 36_501},
        {"ExpiresAt": 0},
        {"ExpiresAt": 1676897989000},
        {"ExpiresAt": 253_402_300_800_000},
        {"Description": "x" * 1001},
        {"Disable": "perhaps"},
        {"Duration": "ten"},
        {"Permissions": {"Resource": NAMESPACE, "Actions": [PULL]}},
    ],
    ids=str,
)
def test_a_wrong_value_makes_no_account(server: Server, owner: Cloud, place: Instance, name: str, wrong: dict):
    right = {"RegistryId": place.id, "Name": name, "Permissions": permissions({NAMESPACE: [PULL]})}
    answer = SignedRequest(ROOT, "CreateServiceAccount", {**right, **wrong}).send(server)
    assert answer.code == "InvalidParameter", answer.response
    # It is named, or what kind of a name it is no name of.
    message = answer.response["Error"]["Message"]
    assert any(said in message for said in (*wrong, "service account name", "namespace name")), message
    assert described(owner, place, name) == []


@pytest.mark.parametrize(
    ("action", "parameters", "missing"),
    [
        ("CreateServiceAccount", {"Name": "x", "Permissions": permissions({NAMESPACE: [PULL]})}, "RegistryId"),
        ("CreateServiceAccount", {"RegistryId": ABSENT, "Permissions": permissions({NAMESPACE: [PULL]})}, "Name"),
        ("CreateServiceAccount", {"RegistryId": ABSENT, "Name": "x"}, "Permissions"),
        (
            "CreateServiceAccount",
            {"RegistryId": ABSENT, "Name": "x", "Permissions": [{"Resource": NAMESPACE}]},
            "Actions",
        ),
        ("DescribeServiceAccounts", {}, "RegistryId"),
        ("ModifyServiceAccount", {"RegistryId": ABSENT}, "Name"),
        ("ModifyServiceAccountPassword", {"RegistryId": ABSENT, "Name": "x"}, "Random"),
        ("ModifyServiceAccountPassword", {"RegistryId": ABSENT, "Random": True}, "Name"),
        ("DeleteServiceAccount", {"RegistryId": ABSENT}, "Name"),
    ],
)
def test_a_missing_parameter(server: Server, action: str, parameters: dict, missing: str):
    answer = SignedRequest(ROOT, action, parameters).send(server)
    assert answer.code == "MissingParameter"
    assert missing in answer.response["Error"]["Message"]


ACTIONS = {
    "CreateServiceAccount": {"Name": "some", "Permissions": permissions({NAMESPACE: [PULL]})},
    "DescribeServiceAccounts": {},
    "ModifyServiceAccount": {"Name": "some", "Description": "changed"},
    "ModifyServiceAccountPassword": {"Name": "some", "Random": True},
    "DeleteServiceAccount": {"Name": "some"},
}


@pytest.mark.parametrize(("action", "parameters"), ACTIONS.items(), ids=list(ACTIONS))
def test_what_every_action_refuses(
    server: Server, owner: Cloud, place: Instance, account: Account, action: str, parameters: dict
):
    whole = {"RegistryId": place.id, **parameters}
    assert SignedRequest(ROOT, action, {**whole, "Unknown": 1}).send(server).code == "UnknownParameter"
    assert SignedRequest(ROOT, action, {**whole, "RegistryId": 7}).send(server).code == "InvalidParameter"
    for nobodys in (ABSENT, "acme"):
        with refused("ResourceNotFound"):
            owner.call(action, **{**whole, "RegistryId": nobodys})
    with refused("ResourceNotFound"):
        Cloud(server, account).call(action, **whole)


@pytest.mark.parametrize("action", ["ModifyServiceAccount", "ModifyServiceAccountPassword", "DeleteServiceAccount"])
def test_an_account_that_is_not_there(owner: Cloud, place: Instance, action: str):
    with refused("ResourceNotFound"):
        owner.call(action, RegistryId=place.id, **ACTIONS[action])
    with refused("InvalidParameter"):
        owner.call(action, RegistryId=place.id, **{**ACTIONS[action], "Name": "No Name"})


@pytest.mark.parametrize(("action", "parameters"), ACTIONS.items(), ids=list(ACTIONS))
def test_who_may_not(server: Server, owner: Cloud, place: Instance, tmp_path, action: str, parameters: dict):
    accounts = SubAccounts(Admin(server), tmp_path)
    instance = f"qcs::tcr:::instance/{place.id}"
    may_other = accounts.create(allow(["tcr:CreateNamespace"]), allow(f"tcr:{action}", instance + "0"))
    with refused("UnauthorizedOperation"):
        Cloud(server, may_other).call(action, RegistryId=place.id, **parameters)
    may = Cloud(server, accounts.create(allow(f"tcr:{action}", instance)))
    # The account is not there, or is: whoever may is told.
    try:
        may.call(action, RegistryId=place.id, **parameters)
    except TencentCloudSDKException as error:
        assert error.get_code() == "ResourceNotFound", error
    if action == "CreateServiceAccount":
        owner.call("DeleteServiceAccount", RegistryId=place.id, Name="some")


def test_a_namespace_that_is_not_there(owner: Cloud, place: Instance, name: str):
    with refused("ResourceNotFound"):
        create(owner, place, name, {NAMESPACE: [PULL], "absent": [PULL]})
    assert described(owner, place, name) == []
    login = create(owner, place, name, {NAMESPACE: [PULL]})
    with refused("ResourceNotFound"):
        modify(owner, place, login, Description="new", Permissions=permissions({"absent": [PULL]}))
    (found,) = described(owner, place, name, EmbedPermission=True)
    assert (found.Description, found.Permissions[0].Resource) == ("", NAMESPACE)


def test_a_change_leaves_what_it_does_not_name(server: Server, owner: Cloud, place: Instance, name: str):
    login = create(owner, place, name, {NAMESPACE: [PULL]}, Description="first", Duration=3)
    (before,) = described(owner, place, name, EmbedPermission=True)
    time.sleep(1.1)  # UpdateTime counts seconds.
    for change, expected in [
        ({"Description": "second"}, ("second", False, before.ExpiresAt, [(NAMESPACE, [PULL])])),
        ({"Disable": True}, ("second", True, before.ExpiresAt, [(NAMESPACE, [PULL])])),
        ({"ExpiresAt": before.ExpiresAt + 7}, ("second", True, before.ExpiresAt + 7, [(NAMESPACE, [PULL])])),
        (
            {"Permissions": permissions({"other": [CREATE]}), "Description": ""},
            ("", True, before.ExpiresAt + 7, [("other", [CREATE])]),
        ),
        ({"Disable": False, "Duration": -1}, ("", False, -1, [("other", [CREATE])])),
    ]:
        modify(owner, place, login, **change)
        (found,) = described(owner, place, name, EmbedPermission=True)
        may = [(permission.Resource, permission.Actions) for permission in found.Permissions]
        assert (found.Description, found.Disable, found.ExpiresAt, may) == expected
        assert found.CreateTime == before.CreateTime < found.UpdateTime
        assert logs_in(server, place, login) != found.Disable


@pytest.mark.parametrize(
    "wrong",
    [
        {"Duration": 0},
        {"ExpiresAt": 1676897989},
        {"Permissions": []},
        {"Permissions": permissions({NAMESPACE: ["tcr:Everything"]})},
        {"Description": "x" * 1001},
    ],
    ids=str,
)
def test_a_wrong_value_changes_nothing(owner: Cloud, place: Instance, name: str, wrong: dict):
    login = create(owner, place, name, {NAMESPACE: [PULL]}, Disable=True)
    with refused("InvalidParameter"):
        modify(owner, place, login, Disable=False, **wrong)
    assert described(owner, place, name)[0].Disable is True


def test_an_account_is_disabled_and_enabled_again(server: Server, owner: Cloud, place: Instance, name: str):
    login = create(owner, place, name, {NAMESPACE: [PULL]})
    for disabled in (True, False):
        modify(owner, place, login, Disable=disabled)
        assert logs_in(server, place, login) != disabled


def test_a_random_password(server: Server, owner: Cloud, place: Instance, name: str):
    login = create(owner, place, name, {NAMESPACE: [PULL]})
    # A password that is given beside does not count.
    answer = owner.call(
        "ModifyServiceAccountPassword", RegistryId=place.id, Name=name, Random=True, Password="NewPass123"
    )
    assert re.fullmatch(r"[A-Za-z0-9]{32}", answer.Password) and answer.Password != login.password
    assert answer.RequestId
    assert logs_in(server, place, Login(login.username, answer.Password))
    assert not logs_in(server, place, login)
    assert not logs_in(server, place, Login(login.username, "NewPass123"))


@pytest.mark.parametrize("password", ["NewPass123", "aB3aB3aB", "aB3aB" * 4, "aB3:%&/$§"])
def test_a_password_of_ones_own(server: Server, owner: Cloud, place: Instance, name: str, password: str):
    login = create(owner, place, name, {NAMESPACE: [PULL]})
    answer = owner.call(
        "ModifyServiceAccountPassword", RegistryId=place.id, Name=name, Random=False, Password=password
    )
    assert answer.Password == password
    encoded = password.encode().decode("latin-1")  # The HTTP client sends its text as Latin 1.
    assert logs_in(server, place, Login(login.username, encoded))
    assert not logs_in(server, place, login)


@pytest.mark.parametrize(
    "password", ["aB3aB3a", "aB3aB" * 4 + "x", "newpass123", "NEWPASS123", "NewPassword", "aB3aB3aB\t", "", None]
)
def test_a_password_that_breaks_the_rules(
    server: Server, owner: Cloud, place: Instance, name: str, password: str | None
):
    login = create(owner, place, name, {NAMESPACE: [PULL]})
    given = {} if password is None else {"Password": password}
    request = {"RegistryId": place.id, "Name": name, "Random": False, **given}
    answer = SignedRequest(ROOT, "ModifyServiceAccountPassword", request).send(server)
    assert answer.code == "InvalidParameter"
    assert not password or password not in answer.response["Error"]["Message"]
    assert logs_in(server, place, login)


def test_an_account_goes(server: Server, owner: Cloud, place: Instance, name: str):
    login = create(owner, place, name, {NAMESPACE: [PULL]})
    assert owner.call("DeleteServiceAccount", RegistryId=place.id, Name=name).RequestId
    assert described(owner, place, name) == []
    assert not logs_in(server, place, login)
    with refused("ResourceNotFound"):
        delete(owner, place, login)
    again = create(owner, place, name, {NAMESPACE: [PULL]})
    assert logs_in(server, place, again) and not logs_in(server, place, login)


def names(cloud: Cloud, instance: Instance, **paging) -> tuple[list[str], int]:
    answer = cloud.call("DescribeServiceAccounts", RegistryId=instance.id, **paging)
    return [found.Name.removeprefix("tcr$") for found in answer.ServiceAccounts], answer.TotalCount


def test_pages(owner: Cloud, instance: Instance):
    """`Offset` counts accounts; a limit above 100 is taken for 100."""
    assert names(owner, instance) == ([], 0)
    made = [f"robot-{number:03}" for number in range(22)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda name: create(owner, instance, name, {NAMESPACE: [PULL]}), reversed(made)))
    assert names(owner, instance) == (made[:20], 22)
    assert names(owner, instance, Limit=1) == (made[:1], 22)
    assert names(owner, instance, Offset=1, Limit=10) == (made[1:11], 22)
    assert names(owner, instance, Offset=20, Limit=10) == (made[20:], 22)
    assert names(owner, instance, Offset=22) == ([], 22)
    assert names(owner, instance, Limit=101) == (made, 22)
    assert names(owner, instance, All=True, Offset=3, Limit=1) == (made, 22)
    assert names(owner, instance, All=False, Limit=2) == (made[:2], 22)
    for wrong in ({"Limit": 0}, {"Limit": -1}, {"Offset": -1}):
        with refused("InvalidParameter"):
            names(owner, instance, **wrong)
    owner.call("DeleteServiceAccount", RegistryId=instance.id, Name=made[0])
    assert names(owner, instance, Limit=1) == (made[1:2], 21)


def test_filters_name_whole_names(owner: Cloud, place: Instance, name: str):
    first, second = (create(owner, place, f"{name}{end}", {NAMESPACE: [PULL]}).username for end in ("", "-b"))

    def found(*filters: list[str], **paging) -> tuple[list[str], int]:
        conditions = [{"Name": "ServiceAccountName", "Values": values} for values in filters]
        return names(owner, place, Filters=conditions, **paging)

    assert found([first]) == ([name], 1)
    assert found([second, name, second, "absent", "No Name"]) == ([name, f"{name}-b"], 2)
    assert found([first], [second]) == ([name, f"{name}-b"], 2)
    assert found([first, second], Offset=1, Limit=5) == ([f"{name}-b"], 2)
    assert found(["absent"]) == ([], 0) == found([""])
    for wrong in ([{"Name": "Description", "Values": ["x"]}], [{"Name": "ServiceAccountName", "Values": []}]):
        with refused("InvalidParameter"):
            names(owner, place, Filters=wrong)


def test_the_edition_bounds_how_many_there_are(make_server):
    server = make_server()
    server.directory.mkdir(exist_ok=True)
    (server.directory / "wharf.toml").write_text('[quotas]\nbasic = "service_accounts=3"\n')
    owner = Cloud(server.start(), ROOT)
    instance = owner.create_instance("bounded")
    owner.create_namespace(instance, NAMESPACE)

    def attempt(number: int) -> str | None:
        try:
            create(owner, instance, f"robot-{number}", {NAMESPACE: [PULL]})
        except TencentCloudSDKException as error:
            return error.get_code()
        return None

    with ThreadPoolExecutor(6) as pool:
        codes = list(pool.map(attempt, range(6)))
    assert sorted(codes, key=str) == [None] * 3 + ["OperationDenied.QuotaOverLimit"] * 3
    there, total = names(owner, instance)
    assert total == 3 == len(there)
    owner.call("DeleteServiceAccount", RegistryId=instance.id, Name=there[0])
    assert attempt(7) is None
    # A name that is taken is told as such, however many there are.
    assert attempt(7) == "FailedOperation"


def test_an_instance_that_is_going_has_none(owner: Cloud, instance: Instance):
    login = create(owner, instance, "last", {NAMESPACE: [PULL]})
    owner.call("DeleteInstance", RegistryId=instance.id)
    with pytest.raises(TencentCloudSDKException) as caught:
        other_password(owner, instance, login)
    # It is being deleted, or it is gone.
    assert caught.value.get_code() in ("OperationDenied", "ResourceNotFound")


def test_a_password_is_shown_once(server: Server, owner: Cloud, place: Instance, name: str):
    login = create(owner, place, name, {NAMESPACE: ALL}, Duration=7)
    asked = SignedRequest(
        ROOT, "DescribeServiceAccounts", {"RegistryId": place.id, "All": True, "EmbedPermission": True}
    ).send(server)
    assert login.username in str(asked.response) and login.password not in str(asked.response)
    chosen = {"RegistryId": place.id, "Name": name, "Random": False}
    owner.call("ModifyServiceAccountPassword", **chosen, Password="Chosen1234")

    def noted(action: str) -> dict:
        events = Admin(server).ask("audit", "list", "--action", action, "--resource", place.id)["events"]
        (event,) = [event for event in events if event["parameters"]["Name"] == name]
        return event

    made = {"RegistryId": place.id, "Name": name, "Duration": 7}
    assert noted("CreateServiceAccount")["parameters"] == made
    assert noted("ModifyServiceAccountPassword")["parameters"] == chosen
    told = str(Admin(server).ask("audit", "list", "--limit", "1000")) + server.log.read_text()
    assert name in told and login.password not in told and "Chosen1234" not in told
