"""Sub-accounts on the shared server."""

from pathlib import Path

import pytest

from wharf.admin import Admin
from wharf.server import Server
from wharf.sub_account import SubAccounts


@pytest.fixture(scope="session")
def sub_accounts(server: Server, tmp_path_factory: pytest.TempPathFactory) -> SubAccounts:
    return SubAccounts(Admin(server), tmp_path_factory.mktemp("policies"))


@pytest.fixture
def own_sub_accounts(own_server: Server, tmp_path: Path) -> SubAccounts:
    """Sub-accounts on a server of the test's own."""
    return SubAccounts(Admin(own_server), tmp_path)
