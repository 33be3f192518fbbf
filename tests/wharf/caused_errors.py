"""A pytest plugin: what a whole run caused of the documented errors, for a test that comes last."""

import pytest

from wharf.error_ledger import CAUSED
from wharf.stores_option import EMBEDDED


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What looks at the whole run comes last."""
    items.sort(key=lambda item: "caused_errors" in getattr(item, "fixturenames", ()))


@pytest.fixture
def caused_errors(request: pytest.FixtureRequest) -> dict[str, set[str]]:
    """What the run caused; skips unless it is a whole one."""
    config = request.config
    named = [(config.invocation_params.dir / argument).resolve() for argument in config.args]
    if config.rootpath not in named or config.getoption("--stores") != EMBEDDED:
        pytest.skip("the errors need all tests: pytest tests")
    return CAUSED
