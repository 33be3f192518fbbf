"""`wharf admin account`: made, listed, switched off and on while the server runs."""

from wharf.account import ROOT, Account
from wharf.admin import Admin
from wharf.cloud import Cloud, refused
from wharf.oci import Registry
from wharf.server import Server


def listed(admin: Admin) -> dict[str, dict]:
    return {str(account["uin"]): account for account in admin.ask("account", "list")}


def test_a_new_account_is_complete(admin: Admin, account: Account):
    assert account.uin.isdigit() and account.uin != ROOT.uin
    assert account.secret_id.startswith("AKID")
    assert account.secret_key and account.password
    assert listed(admin)[account.uin]["enabled"] is True


def test_root_is_listed(admin: Admin):
    assert listed(admin)[ROOT.uin]["enabled"] is True


def test_a_new_account_works_at_once(server: Server, account: Account, instance_name: str):
    instance = Cloud(server, account).create_instance(instance_name)
    assert Cloud(server, account).login(instance).username == account.uin


def test_a_disabled_account_is_refused_until_it_is_enabled(server: Server, admin: Admin, account: Account):
    cloud = Cloud(server, account)
    admin.do("account", "disable", account.uin)
    assert listed(admin)[account.uin]["enabled"] is False
    with refused("AuthFailure.SecretIdNotFound"):
        cloud.call("DescribeRegions")
    admin.do("account", "enable", account.uin)
    assert cloud.call("DescribeRegions").TotalCount > 0


def test_a_disabled_account_cannot_pull(server: Server, admin: Admin, account: Account, instance_name: str):
    cloud = Cloud(server, account)
    instance = cloud.create_instance(instance_name)
    registry = Registry(server, instance, cloud.login(instance, "longterm"))
    assert registry.get("/v2/").status_code == 200
    admin.do("account", "disable", account.uin)
    assert registry.get("/v2/").status_code == 401


def test_an_unknown_account(admin: Admin):
    ended = admin.attempt("account", "disable", "100000009999")
    assert ended.returncode != 0
    assert "100000009999" in ended.stderr


def test_people_can_read_it_too(admin: Admin, account: Account):
    said = admin.do("account", "list")
    assert account.uin in said and ROOT.uin in said


def test_every_command_speaks_json(admin: Admin, account: Account):
    for command in ("disable", "enable"):
        admin.do("account", command, account.uin, "--json")
        admin.do("key", command, account.secret_id, "--json")
