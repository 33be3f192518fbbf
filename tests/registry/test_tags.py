"""The list of tags, whole and page by page."""

import pytest

from wharf.cloud import NAMESPACE
from wharf.oci import Registry, assert_refused, path_of
from wharf.small_image import SmallImage

REPOSITORY = f"{NAMESPACE}/web"
TAGS = ["0.1", "a", "b", "v1", "v10", "v2"]


@pytest.fixture(autouse=True)
def image(registry: Registry) -> SmallImage:
    return SmallImage.make("tags").push(registry, REPOSITORY, *reversed(TAGS))


def walk(registry: Registry, size: int) -> list[list[str]]:
    """Follow the links from the first page to the last."""
    pages: list[list[str]] = []
    path: str | None = f"{REPOSITORY}/tags/list?n={size}"
    while path:
        answer = registry.get(path)
        assert answer.status_code == 200, answer.text
        pages.append(answer.json()["tags"])
        assert len(pages) <= len(TAGS) + 1, "the links go in a circle"
        link = answer.links.get("next")
        path = path_of(link["url"]) if link else None
    return pages


def test_all_in_order(registry: Registry):
    answer = registry.get(f"{REPOSITORY}/tags/list")
    assert answer.json()["name"].endswith(REPOSITORY)
    assert answer.json()["tags"] == TAGS
    assert "Link" not in answer.headers


@pytest.mark.parametrize("size", [1, 2, 4, 5])
def test_pages_follow_their_links(registry: Registry, size: int):
    pages = walk(registry, size)
    assert [tag for page in pages for tag in page] == TAGS
    assert all(len(page) == size for page in pages[:-1])


@pytest.mark.parametrize("size", [6, 100])
def test_a_page_that_holds_everything_has_no_link(registry: Registry, size: int):
    assert walk(registry, size) == [TAGS]


def test_after_a_tag(registry: Registry):
    assert registry.get(f"{REPOSITORY}/tags/list?last=b").json()["tags"] == ["v1", "v10", "v2"]
    assert registry.get(f"{REPOSITORY}/tags/list?n=1&last=v1").json()["tags"] == ["v10"]
    assert registry.get(f"{REPOSITORY}/tags/list?last=v1-absent").json()["tags"] == ["v10", "v2"]
    assert registry.get(f"{REPOSITORY}/tags/list?last=zz").json()["tags"] == []


def test_none_at_all(registry: Registry):
    answer = registry.get(f"{REPOSITORY}/tags/list?n=0")
    assert (answer.status_code, answer.json()["tags"]) == (200, [])
    assert "Link" not in answer.headers


@pytest.mark.parametrize("size", ["-1", "many"])
def test_a_page_size_that_is_no_number(registry: Registry, size: str):
    assert registry.get(f"{REPOSITORY}/tags/list?n={size}").status_code == 400


def test_an_unknown_repository(registry: Registry):
    assert_refused(registry.get(f"{NAMESPACE}/absent/tags/list"), 404, "NAME_UNKNOWN")
