"""docs/clients.md says what the client tests of this run did."""

import pytest

from wharf.client_table import ClientTable, committed_lines, promised, write_lines


@pytest.mark.client
def test_the_page_says_what_the_clients_did(request: pytest.FixtureRequest, client_table: ClientTable):
    assert not client_table.failed, "clients failed; the table can only be made from a run that passes"
    if request.config.getoption("write_clients_table"):
        write_lines(client_table.lines())
    assert promised(committed_lines()) == promised(client_table.lines()), (
        "docs/clients.md is out of date: pytest tests -m client --write-clients-table"
    )
