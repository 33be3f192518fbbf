"""The conformance tests' instance and repositories, and their second life under breakages."""

import itertools
import traceback
from collections.abc import Generator
from pathlib import Path

import pytest
import requests

import wharf.oci
from conformance.breakage import Breakage
from wharf.account import ROOT
from wharf.cloud import NAMESPACE, Cloud, Instance, Login
from wharf.server import Server
from wharf.small_image import SmallImage

HERE = Path(__file__).parent

numbers = itertools.count(1)


class Registry(wharf.oci.Registry):
    """Raw access whose answers a breakage may change before a test sees them."""

    def __init__(self, breakage: Breakage | None, *arguments, **options):
        super().__init__(*arguments, **options)
        self.breakage = breakage

    def request(self, method: str, path: str, headers: dict | None = None, **options) -> requests.Response:
        def send() -> requests.Response:
            return super(Registry, self).request(method, path, headers=headers, **options)

        return self.breakage.answer(method, path, send) if self.breakage else send()

    def name_of(self, repository: str) -> str:
        """The repository's name as this registry's paths have it, between `/v2/` and `/blobs/`."""
        return f"{self.root}/{repository}".removeprefix("/v2/")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run each test as it is, then once under each breakage that it names."""
    breakages = getattr(metafunc.function, "breakages", None)
    if not breakages:
        raise pytest.UsageError(f"{metafunc.definition.nodeid} says with no @broken_by what makes it fail")
    metafunc.parametrize(
        "breakage",
        [None, *breakages],
        ids=["as it is", *(f"broken: {breakage.name}" for breakage in breakages)],
        indirect=True,
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Under each breakage run a test with the first of its parameters only."""
    seen = set()

    def is_needed(item: pytest.Item) -> bool:
        breakage = item.callspec.params.get("breakage") if hasattr(item, "callspec") else None
        run = (item.path, item.originalname, id(breakage)) if breakage else item
        is_first = run not in seen
        seen.add(run)
        return is_first

    items[:] = filter(is_needed, items)


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """Under a breakage, demand that the test fails, by an assertion of this folder."""
    breakage: Breakage | None = pyfuncitem.funcargs["breakage"]
    if breakage is None:
        return (yield)
    try:
        with breakage:
            yield
    except AssertionError as failure:
        raised_in = Path(traceback.extract_tb(failure.__traceback__)[-1].filename)
        if raised_in.parent != HERE:
            raise
        assert breakage.met, f"the test failed before it met the breakage: {failure}"
        return True
    if not breakage.met:
        pytest.fail(f"the test sends no request that the breakage is about: {breakage.name}")
    pytest.fail(f"the test does not notice this breakage: {breakage.name}")


@pytest.fixture
def breakage(request: pytest.FixtureRequest) -> Breakage | None:
    """What goes wrong in this run; only the test's own requests meet it, not its fixtures'."""
    return request.param.fresh() if request.param else None


@pytest.fixture(scope="session")
def instance(server: Server) -> Instance:
    """The instance of all conformance tests, with the private namespace NAMESPACE."""
    cloud = Cloud(server, ROOT)
    made = cloud.create_instance("conformance", registry_type="premium")
    cloud.create_namespace(made, NAMESPACE)
    return made


@pytest.fixture(scope="session")
def login(server: Server, instance: Instance) -> Login:
    return Cloud(server, ROOT).login(instance, "longterm")


@pytest.fixture
def registry(server: Server, instance: Instance, login: Login, breakage: Breakage | None) -> Registry:
    """Raw access as the instance's owner, through the run's breakage."""
    return Registry(breakage, server, instance, login)


@pytest.fixture
def anonymous(server: Server, instance: Instance, breakage: Breakage | None) -> Registry:
    """Raw access without any credentials, through the run's breakage."""
    return Registry(breakage, server, instance)


@pytest.fixture
def repository() -> str:
    """A repository that no other test uses and that does not exist yet."""
    return f"{NAMESPACE}/conformance-{next(numbers)}"


@pytest.fixture
def image(registry: Registry, repository: str) -> SmallImage:
    """An image in `repository` under the tag `v1`."""
    return SmallImage.make(repository, layers=1).push(registry, repository, "v1")
