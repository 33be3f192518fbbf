"""DescribeInstances: by id, by conditions, by region, and page by page; how many an account may have."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from tencentcloud.common.exception import TencentCloudSDKException

from wharf.account import ROOT, Account
from wharf.admin import Admin
from wharf.cloud import Cloud, refused
from wharf.complete import assert_complete
from wharf.server import Server

LIMIT = 24


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory):
    """A server on which an account has LIMIT instances at most."""
    bounded = Server(tmp_path_factory.mktemp("listing"))
    bounded.configure(f"[limits]\ninstances_per_account = {LIMIT}\n")
    try:
        yield bounded.start()
        bounded.stop()
    finally:
        bounded.discard()


def tags(**tags: str) -> dict:
    named = [{"Key": key, "Value": value} for key, value in tags.items()]
    return {"TagSpecification": {"ResourceType": "instance", "Tags": named}}


@pytest.fixture(scope="module")
def owner(server: Server) -> Cloud:
    """An account with instances that differ: three in Guangzhou, the oldest first, and one in Shanghai."""
    made = Admin(server).ask("account", "create", "owner of some")
    account = Account(made["uin"], made["secret_id"], made["secret_key"])
    cloud = Cloud(server, account)
    cloud.create_instance("listing-Red", "basic", **tags(team="shop", stage="test"))
    cloud.create_instance("listing-blue", "standard", **tags(team="shop"))
    cloud.create_instance("listing-green", "premium", DeletionProtection=True)
    Cloud(server, account, "ap-shanghai").create_instance("listing-east", **tags(team="depot"))
    return cloud


def listed(cloud: Cloud, *filters: tuple[str, list[str]], **parameters) -> list[str]:
    """The names that a listing holds, without what they have in common."""
    conditions = [{"Name": name, "Values": values} for name, values in filters]
    answer = cloud.call("DescribeInstances", Filters=conditions, **parameters)
    assert_complete(answer)
    names = [registry.RegistryName.removeprefix("listing-") for registry in answer.Registries]
    if "Limit" not in parameters and "Offset" not in parameters:
        assert answer.TotalCount == len(names)
    return names


def test_without_conditions_the_regions_are_listed_newest_first(owner: Cloud):
    assert listed(owner) == ["green", "blue", "Red"]
    assert listed(owner, AllRegion=False) == ["green", "blue", "Red"]
    assert listed(owner, AllRegion=True) == ["east", "green", "blue", "Red"]


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ([("RegistryName", ["listing-blue"])], ["blue"]),
        ([("RegistryName", ["RE"])], ["green", "Red"]),
        ([("RegistryName", ["east"])], []),
        ([("RegistryName", ["red", "blue"])], ["blue", "Red"]),
        ([("RegistryName", ["re"]), ("RegistryName", ["d"])], ["Red"]),
        ([("RegistryStatus", ["Running"])], ["green", "blue", "Red"]),
        ([("RegistryStatus", ["Isolate"])], []),
        ([("RegistryStatus", ["Unhealthy", "Running"])], ["green", "blue", "Red"]),
        ([("TagKey", ["team"])], ["blue", "Red"]),
        ([("TagKey", ["stage"])], ["Red"]),
        ([("TagKey", ["stage", "team"])], ["blue", "Red"]),
        ([("TagKey", ["stage"]), ("TagKey", ["team"])], ["Red"]),
        ([("Tags", ["team:shop"])], ["blue", "Red"]),
        ([("Tags", ["team:depot"])], []),
        ([("Tags", ["team:depot", "stage:test"])], ["Red"]),
        ([("Tags", ["team:shop"]), ("RegistryName", ["blue"])], ["blue"]),
    ],
)
def test_conditions(owner: Cloud, filters: list, names: list[str]):
    assert listed(owner, *filters) == names


def test_conditions_hold_for_ids_too(owner: Cloud):
    everything = owner.call("DescribeInstances", AllRegion=True).Registries
    ids = [registry.RegistryId for registry in everything]
    assert listed(owner, Registryids=ids) == ["east", "green", "blue", "Red"]
    assert listed(owner, Registryids=ids[::-1]) == ["Red", "blue", "green", "east"]
    assert listed(owner, Registryids=[ids[0], ids[0]]) == ["east"]
    assert listed(owner, ("TagKey", ["team"]), Registryids=ids) == ["east", "blue", "Red"]
    assert listed(owner, Registryids=ids, Limit=2, Offset=1) == ["green", "blue"]
    assert listed(owner, Registryids=[]) == ["green", "blue", "Red"]


@pytest.mark.parametrize(
    "parameters",
    [
        {"Limit": 0},
        {"Limit": -1},
        {"Offset": -1},
        {"Filters": [{"Name": "Colour", "Values": ["red"]}]},
        {"Filters": [{"Name": "RegistryName", "Values": []}]},
        {"Filters": [{"Name": "RegistryName", "Values": ["a"] * 11}]},
        {"Filters": [{"Name": "RegistryStatus", "Values": ["Running", "running"]}]},
        {"Registryids": "tcr-12345678"},
    ],
)
def test_what_is_refused(owner: Cloud, parameters: dict):
    with refused("InvalidParameter"):
        owner.call("DescribeInstances", **parameters)


@pytest.fixture(scope="module")
def crowd(server: Server) -> Cloud:
    """An account with as many instances as it may have, of which 50 were asked for at once."""
    cloud = Cloud(server, ROOT)

    def create(number: int) -> str | None:
        try:
            Cloud(server, ROOT).call("CreateInstance", RegistryName=f"crowd-{number:02}", RegistryType="basic")
        except TencentCloudSDKException as error:
            assert str(LIMIT) in error.get_message()
            return error.get_code()
        return None

    with ThreadPoolExecutor(50) as threads:
        codes = list(threads.map(create, range(50)))
    assert sorted(code for code in codes if code) == ["OperationDenied.QuotaOverLimit"] * (50 - LIMIT)
    return cloud


def test_an_account_has_no_more_instances_than_it_may(crowd: Cloud):
    assert crowd.call("DescribeInstances", AllRegion=True).TotalCount == LIMIT
    with refused("OperationDenied.QuotaOverLimit"):
        crowd.call("CreateInstance", RegistryName="one-too-many", RegistryType="basic")
    assert crowd.call("CheckInstanceName", RegistryName="one-too-many").IsValidated


@pytest.mark.parametrize("filters", [[], [{"Name": "RegistryName", "Values": ["crowd"]}]])
def test_pages(crowd: Cloud, filters: list):
    def page(**paging: int) -> list[str]:
        answer = crowd.call("DescribeInstances", Filters=filters, **paging)
        assert answer.TotalCount == LIMIT
        return [registry.RegistryId for registry in answer.Registries]

    everything = page(Limit=100)
    assert len(everything) == len(set(everything)) == LIMIT
    assert page() == page(Offset=0) == page(Limit=20) == everything[:20]
    assert page(Limit=1) == everything[:1]
    assert page(Offset=20) == everything[20:]
    assert page(Offset=LIMIT - 1, Limit=5) == everything[-1:]
    assert page(Offset=LIMIT) == page(Offset=10**15) == []
    assert page(Limit=101) == page(Limit=10**9) == everything
