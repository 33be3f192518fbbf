"""Sub-accounts of the root account, and policies for them."""

import itertools
import json
from dataclasses import dataclass
from pathlib import Path

from wharf.account import ROOT, Account
from wharf.admin import Admin

numbers = itertools.count(1)

Statement = dict[str, object]


def statement(effect: str, action: str | list[str], resource: str | list[str], **condition) -> Statement:
    """A statement; `condition` holds its operators."""
    made: Statement = {"effect": effect, "action": action, "resource": resource}
    return {**made, "condition": condition} if condition else made


def allow(action: str | list[str], resource: str | list[str] = "*", **condition) -> Statement:
    return statement("allow", action, resource, **condition)


def deny(action: str | list[str], resource: str | list[str] = "*", **condition) -> Statement:
    return statement("deny", action, resource, **condition)


def document(*statements: Statement) -> str:
    return json.dumps({"version": "2.0", "statement": statements})


@dataclass(frozen=True)
class SubAccounts:
    """Makes sub-accounts and policies by the command line."""

    admin: Admin
    directory: Path

    def create(self, *statements: Statement) -> Account:
        """A sub-account, with a policy of these statements where there are any."""
        made = self.admin.ask("account", "create", f"sub-{next(numbers)}", "--owner", ROOT.uin)
        account = Account(made["uin"], made["secret_id"], made["secret_key"], made["password"])
        if statements:
            self.attach(account, *statements)
        return account

    def attach(self, account: Account, *statements: Statement) -> str:
        """Attach a new policy of these statements, and return its name."""
        name = f"policy-{next(numbers)}"
        self.admin.do("policy", "create", name, str(self.write(name, *statements)))
        self.admin.do("policy", "attach", name, account.uin)
        return name

    def create_role(self, trusted: str, *statements: Statement) -> str:
        """A role of the root account that trusts a principal, with a policy of these statements; its ARN."""
        name = f"role-{next(numbers)}"
        trust = {"effect": "allow", "action": "name/sts:AssumeRole", "principal": {"qcs": [trusted]}}
        made = self.admin.ask("role", "create", name, str(self.write(f"{name}-trust", trust)))
        if statements:
            self.admin.do("policy", "create", name, str(self.write(name, *statements)))
            self.admin.do("role", "attach", name, name)
        return made["arn"]

    def write(self, name: str, *statements: Statement) -> Path:
        """A file with a policy document."""
        file = self.directory / f"{name}.json"
        file.write_text(document(*statements))
        return file
