"""Paging: every item once, in one order, and sane answers at the edges.

Instances are skipped by number (`Offset` 0 is the first). Namespaces,
repositories and images come in pages, and `Offset` is the page's number.
"""

from collections.abc import Callable

import pytest

from wharf.account import Account
from wharf.cloud import NAMESPACE, Cloud, Instance, refused
from wharf.oci import Registry
from wharf.server import Server
from wharf.small_image import SmallImage

ITEMS = [f"item-{number}" for number in range(5)]

# Returns the names on a page and the total count.
Page = Callable[..., tuple[list[str], int]]


@pytest.fixture
def namespaces(cloud: Cloud, instance_name: str) -> Page:
    instance = cloud.create_instance(instance_name)
    for item in ITEMS:
        cloud.create_namespace(instance, item)

    def page(**paging: int) -> tuple[list[str], int]:
        answer = cloud.call("DescribeNamespaces", RegistryId=instance.id, **paging)
        return [found.Name for found in answer.NamespaceList], answer.TotalCount

    return page


@pytest.fixture
def repositories(cloud: Cloud, instance: Instance) -> Page:
    for item in ITEMS:
        cloud.call("CreateRepository", RegistryId=instance.id, NamespaceName=NAMESPACE, RepositoryName=item)

    def page(**paging: int) -> tuple[list[str], int]:
        answer = cloud.call("DescribeRepositories", RegistryId=instance.id, **paging)
        return [
            found.Name.removeprefix(f"{NAMESPACE}/") for found in answer.RepositoryList
        ], answer.TotalCount

    return page


@pytest.fixture
def images(cloud: Cloud, instance: Instance, registry: Registry) -> Page:
    SmallImage.make("paged").push(registry, f"{NAMESPACE}/web", *ITEMS)
    names = {"RegistryId": instance.id, "NamespaceName": NAMESPACE, "RepositoryName": "web"}

    def page(**paging: int) -> tuple[list[str], int]:
        answer = cloud.call("DescribeImages", **names, **paging)
        return [found.ImageVersion for found in answer.ImageInfoList], answer.TotalCount

    return page


@pytest.fixture(params=["namespaces", "repositories", "images"])
def pages(request: pytest.FixtureRequest) -> Page:
    return request.getfixturevalue(request.param)


def test_pages_hold_every_item_once(pages: Page):
    walked = [pages(Limit=2, Offset=number) for number in (1, 2, 3)]
    assert [len(names) for names, _ in walked] == [2, 2, 1]
    assert {total for _, total in walked} == {len(ITEMS)}
    assert [name for names, _ in walked for name in names] == pages(Limit=100, Offset=1)[0]
    assert sorted(name for names, _ in walked for name in names) == ITEMS


def test_a_page_past_the_end_is_empty(pages: Page):
    assert pages(Limit=2, Offset=4) == ([], len(ITEMS))


def test_page_zero_is_the_first(pages: Page):
    assert pages(Limit=2, Offset=0) == pages(Limit=2, Offset=1)


def test_without_a_page_the_first_is_meant(pages: Page):
    assert pages() == pages(Limit=20, Offset=1)


@pytest.mark.parametrize("paging", [{"Limit": -1}, {"Offset": -1}])
def test_negative_numbers_are_refused(cloud: Cloud, instance: Instance, paging: dict[str, int]):
    for action in ("DescribeNamespaces", "DescribeRepositories"):
        with refused("InvalidParameter.ErrorTcrInvalidParameter"):
            cloud.call(action, RegistryId=instance.id, **paging)
    with refused("InvalidParameter"):
        cloud.call("DescribeInstances", **paging)


def test_instances_are_skipped_by_number(server: Server, account: Account, instance_name: str):
    cloud = Cloud(server, account)
    made = {cloud.create_instance(f"{instance_name}-{number}").id for number in range(3)}

    def listed(**paging: int) -> tuple[list[str], int]:
        answer = cloud.call("DescribeInstances", **paging)
        return [found.RegistryId for found in answer.Registries], answer.TotalCount

    everything, total = listed()
    assert (set(everything), total) == (made, 3)
    assert listed(Offset=0, Limit=2) == (everything[:2], 3)
    assert listed(Offset=1, Limit=2) == (everything[1:], 3)
    assert listed(Offset=2, Limit=2) == (everything[2:], 3)
    assert listed(Offset=3, Limit=2) == ([], 3)
