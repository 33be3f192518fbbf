"""`wharf admin`: sub-accounts, policies, and what a policy says of a request."""

import json
import subprocess
from pathlib import Path

import pytest

from wharf.account import ROOT, Account
from wharf.admin import Admin
from wharf.cloud import Cloud
from wharf.polling import eventually
from wharf.program import attempt, wharf_binary
from wharf.server import Server
from wharf.sub_account import SubAccounts, allow, deny, document

RESOURCE = "qcs::tcr:ap-guangzhou::repository/tcr-abcd1234/team/app"


def offline(directory: Path, *words: str, **options) -> subprocess.CompletedProcess[str]:
    """`wharf admin policy test`, where there is no registry."""
    return attempt(wharf_binary(), "admin", "policy", "test", *words, cwd=directory, **options)


def asked(*words: str) -> tuple[str, ...]:
    return ("--action", "tcr:PullRepository", "--resource", RESOURCE, *words)


def test_sub_accounts_are_listed_with_their_owner(admin: Admin, sub_accounts: SubAccounts):
    account = sub_accounts.create()
    listed = {one["uin"]: one["owner_uin"] for one in admin.ask("account", "list")}
    assert listed[account.uin] == ROOT.uin
    assert listed[ROOT.uin] is None
    (row,) = (line for line in admin.do("account", "list").splitlines() if line.startswith(account.uin))
    assert ROOT.uin in row.split()


@pytest.mark.parametrize("owner", ["7", "nobody"])
def test_a_sub_account_of_nobody(admin: Admin, owner: str):
    before = admin.ask("account", "list")
    ended = admin.attempt("account", "create", "orphan", "--owner", owner)
    assert ended.returncode != 0 and owner in ended.stderr
    assert admin.ask("account", "list") == before


def test_a_sub_account_of_a_sub_account(admin: Admin, sub_accounts: SubAccounts):
    account = sub_accounts.create()
    ended = admin.attempt("account", "create", "grandchild", "--owner", account.uin)
    assert ended.returncode != 0 and "sub-account" in ended.stderr


def test_a_sub_account_has_two_keys_at_most(admin: Admin, sub_accounts: SubAccounts):
    account = sub_accounts.create()
    admin.do("key", "create", account.uin)
    ended = admin.attempt("key", "create", account.uin)
    assert ended.returncode != 0 and "limit" in ended.stderr


def test_a_policy_from_its_making_to_its_end(admin: Admin, sub_accounts: SubAccounts):
    account = sub_accounts.create()
    file = sub_accounts.write("life", allow("tcr:*"))
    admin.do("policy", "create", "life", str(file))
    assert admin.do("policy", "show", "life").strip() == file.read_text()
    assert admin.ask("policy", "show", "life")["document"] == json.loads(file.read_text())
    admin.do("policy", "attach", "life", account.uin)
    (listed,) = (policy for policy in admin.ask("policy", "list") if policy["name"] == "life")
    assert (listed["owner_uin"], listed["attached_to"]) == (ROOT.uin, [account.uin])
    assert account.uin in admin.do("policy", "list", "--owner", ROOT.uin)
    ended = admin.attempt("policy", "delete", "life")
    assert ended.returncode != 0 and account.uin in ended.stderr
    assert admin.ask("policy", "detach", "life", account.uin)["attached"] is False
    assert admin.ask("policy", "delete", "life")["deleted"] is True
    assert admin.attempt("policy", "show", "life").returncode != 0


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("policy", "create", "a b", "FILE"), "name: 1 to 128"),
        (("policy", "create", "taken", "FILE"), "`taken` exists"),
        (("policy", "create", "new", "absent.json"), "absent.json"),
        (("policy", "create", "new", "FILE", "--owner", "7"), "no account 7"),
        (("policy", "attach", "absent", "SUB"), "no policy `absent`"),
        (("policy", "attach", "taken", ROOT.uin), "no sub-account"),
        (("policy", "attach", "taken", "7"), "no account 7"),
        (("policy", "detach", "taken", "SUB"), "no policy `taken`"),
        (("policy", "delete", "absent"), "no policy `absent`"),
        (("policy", "test", "--action", "tcr:A", "--resource", "*"), "--document"),
        (("policy", "test", "--uin", ROOT.uin, "--action", "tcr:A", "--resource", "*"), "no sub-account"),
    ],
)
def test_mistakes_are_named_and_change_nothing(
    admin: Admin, sub_accounts: SubAccounts, words: tuple[str, ...], expected: str
):
    file = str(sub_accounts.write("mistakes", allow("tcr:*")))
    if "taken" not in {policy["name"] for policy in admin.ask("policy", "list")}:
        admin.do("policy", "create", "taken", file)
    sub = sub_accounts.create().uin
    before = admin.ask("policy", "list")
    ended = admin.attempt(*({"FILE": file, "SUB": sub}.get(word, word) for word in words))
    assert ended.returncode != 0
    assert expected in ended.stderr
    assert admin.ask("policy", "list") == before


def test_a_wrong_document_is_refused_by_its_part(admin: Admin, sub_accounts: SubAccounts):
    file = sub_accounts.write("wrong", allow(["tcr:*", "oops"]))
    ended = admin.attempt("policy", "create", "wrong", str(file))
    assert ended.returncode != 0
    assert "statement[0].action[1] `oops`" in ended.stderr


def test_the_decision_is_explained_without_a_registry(tmp_path: Path):
    inside = {"ip_equal": {"qcs:ip": "10.0.0.0/8"}}
    team = "qcs::tcr:::repository/tcr-abcd1234/team/*"
    reader = [allow("tcr:Describe*"), allow("tcr:Pull*", team, **inside)]
    (tmp_path / "reader.json").write_text(document(*reader))
    before = {"qcs:current_time": "2020-01-01T00:00:00Z"}
    (tmp_path / "guard.json").write_text(document(deny("tcr:*", date_less_than=before)))
    both = ("--document", "reader.json", "--document", "guard.json")

    def test(*words: str) -> dict:
        ended = offline(tmp_path, *both, *asked(*words), "--json")
        assert ended.returncode == 0, ended.stderr
        return json.loads(ended.stdout)

    allowed = test("--ip", "10.1.2.3")
    assert (allowed["decision"], allowed["policy"], allowed["statement"]) == ("allow", "reader.json", 1)
    outcomes = [statement["outcome"] for statement in allowed["statements"]]
    assert outcomes == ["is for other actions", "allows", "condition date_less_than does not hold"]
    denied = test("--ip", "10.1.2.3", "--time", "2019-06-01T00:00:00Z")
    assert (denied["decision"], denied["policy"], denied["statement"]) == ("explicit_deny", "guard.json", 0)
    for words in (("--ip", "192.0.2.1"), ()):
        nothing = test(*words)
        assert (nothing["decision"], nothing["policy"]) == ("implicit_deny", None)
    assert not any((tmp_path / name).exists() for name in ("data", "wharf.db"))


def test_people_can_read_the_explanation(tmp_path: Path):
    ended = offline(tmp_path, "--document", "-", *asked(), input=document(allow("tcr:*"), deny("tcr:Push*")))
    assert ended.returncode == 0, ended.stderr
    first, _, heading, *rows = ended.stdout.splitlines()
    whole = RESOURCE.replace("::repository", f":uin/{ROOT.uin}:repository")
    assert first.startswith(f"tcr:PullRepository on {whole} is")
    assert first.endswith("is allowed by statement[0] of -")
    assert heading.split() == ["POLICY", "STATEMENT", "OUTCOME"]
    assert [row.split(None, 2)[1:] for row in rows] == [
        ["statement[0]", "allows"],
        ["statement[1]", "is for other actions"],
    ]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("--action", "Pull", "--resource", "*"), "--action"),
        (("--action", "tcr:Pull*", "--resource", "*"), "--action"),
        (("--action", "tcr:A", "--resource", "tcr-abcd1234"), "--resource"),
        (("--action", "tcr:A", "--resource", "qcs::tcr::uin/100000000002:x"), "100000000002"),
        (("--action", "tcr:A", "--resource", "*", "--ip", "here"), "--ip"),
        (("--action", "tcr:A", "--resource", "*", "--time", "soon"), "--time"),
    ],
)
def test_a_question_that_is_none(tmp_path: Path, words: tuple[str, ...], expected: str):
    ended = offline(tmp_path, "--document", "-", *words, input=document(allow("*")))
    assert ended.returncode != 0 and expected in ended.stderr and not ended.stdout


def test_attached_policies_are_tested_as_they_are_kept(admin: Admin, sub_accounts: SubAccounts):
    account: Account = sub_accounts.create(allow("tcr:Pull*"))
    name = sub_accounts.attach(account, deny("tcr:Push*"))
    decided = {
        action: admin.ask("policy", "test", "--uin", account.uin, "--action", action, "--resource", RESOURCE)
        for action in ("tcr:PullRepository", "tcr:PushRepository", "tcr:DeleteImage")
    }
    assert [one["decision"] for one in decided.values()] == ["allow", "explicit_deny", "implicit_deny"]
    assert decided["tcr:PushRepository"]["policy"] == name


def test_a_key_tells_when_it_was_last_used(server: Server, admin: Admin, sub_accounts: SubAccounts):
    account = sub_accounts.create(allow("tcr:DescribeRegions"))

    def last_used() -> str | None:
        (key,) = admin.ask("key", "list", "--uin", account.uin)
        return key["last_used_at"]

    assert last_used() is None
    assert "never" in admin.do("key", "list", "--uin", account.uin)
    Cloud(server, account).call("DescribeRegions")
    used = eventually("the use is noted", last_used)
    assert used in admin.do("key", "list", "--uin", account.uin)


def test_a_request_that_is_refused_is_no_use(server: Server, admin: Admin, sub_accounts: SubAccounts):
    account, other = sub_accounts.create(allow("*")), sub_accounts.create(allow("*"))
    forged = Account(account.uin, account.secret_id, other.secret_key, "")
    with pytest.raises(Exception, match="AuthFailure.SignatureFailure"):
        Cloud(server, forged).call("DescribeRegions")
    # What came after it is noted; so would it be.
    Cloud(server, other).call("DescribeRegions")

    def last_used(whose: Account) -> str | None:
        return admin.ask("key", "list", "--uin", whose.uin)[0]["last_used_at"]

    eventually("the other's use is noted", lambda: last_used(other))
    assert last_used(account) is None
