"""`wharf admin key`: made, switched off and on, and replaced while the server runs."""

from dataclasses import replace

from wharf.account import Account
from wharf.admin import Admin
from wharf.cloud import Cloud, refused
from wharf.server import Server


def with_key(account: Account, made: dict) -> Account:
    return replace(account, secret_id=made["secret_id"], secret_key=made["secret_key"])


def listed(admin: Admin) -> dict[str, dict]:
    return {key["secret_id"]: key for key in admin.ask("key", "list")}


def test_a_second_key_works_beside_the_first(server: Server, admin: Admin, account: Account):
    second = with_key(account, admin.ask("key", "create", account.uin))
    assert second.secret_id != account.secret_id
    for key in (account, second):
        assert Cloud(server, key).call("DescribeRegions").TotalCount > 0
        assert str(listed(admin)[key.secret_id]["uin"]) == account.uin


def test_a_disabled_key_is_refused_until_it_is_enabled(server: Server, admin: Admin, account: Account):
    second = with_key(account, admin.ask("key", "create", account.uin))
    admin.do("key", "disable", second.secret_id)
    assert listed(admin)[second.secret_id]["enabled"] is False
    with refused("AuthFailure.SecretIdNotFound"):
        Cloud(server, second).call("DescribeRegions")
    assert Cloud(server, account).call("DescribeRegions").TotalCount > 0
    admin.do("key", "enable", second.secret_id)
    assert Cloud(server, second).call("DescribeRegions").TotalCount > 0


def test_a_replaced_key_stops_at_once(server: Server, admin: Admin, account: Account):
    fresh = with_key(account, admin.ask("key", "rotate", account.secret_id))
    assert Cloud(server, fresh).call("DescribeRegions").TotalCount > 0
    with refused("AuthFailure.SecretIdNotFound"):
        Cloud(server, account).call("DescribeRegions")
    assert account.secret_id not in listed(admin)


def test_lists_hold_no_secret(admin: Admin, account: Account):
    assert account.secret_id in listed(admin)
    assert account.secret_key not in admin.do("key", "list", "--json")
    assert account.secret_key not in admin.do("key", "list")


def test_an_unknown_key(admin: Admin):
    ended = admin.attempt("key", "disable", "AKID" + "x" * 32)
    assert ended.returncode != 0
    assert "AKID" + "x" * 32 in ended.stderr
