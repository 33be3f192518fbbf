"""`wharf admin`: accounts and keys from the command line, beside a running server or without one."""

import json
import subprocess

from wharf.account import Account
from wharf.program import attempt, wharf_binary
from wharf.server import Server


class Admin:
    """The command line for one server's data directory."""

    def __init__(self, server: Server):
        self.server = server

    def attempt(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run `wharf admin …` and return how it ended."""
        command = [wharf_binary(), "admin", *words]
        return attempt(*command, environment=self.server.environment, cwd=self.server.directory)

    def do(self, *words: str) -> str:
        """Run `wharf admin …`, which must succeed, and return what it prints."""
        ended = self.attempt(*words)
        assert ended.returncode == 0, f"wharf admin {' '.join(words)}: {ended.stdout}{ended.stderr}"
        return ended.stdout

    def ask(self, *words: str):
        """Run `wharf admin … --json`, which must succeed, and return its answer."""
        return json.loads(self.do(*words, "--json"))

    def create_account(self, name: str) -> Account:
        made = self.ask("account", "create", name)
        return Account(str(made["uin"]), made["secret_id"], made["secret_key"], made["password"])
