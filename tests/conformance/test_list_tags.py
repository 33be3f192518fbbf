"""Content Discovery: Listing tags (end-8a, end-8b)."""

import pytest

from conformance.breakage import broken_by, on
from conformance.conftest import Registry
from wharf.oci import path_of
from wharf.small_image import SmallImage

LIST = on("GET", "/tags/list")
TAGS = ["0.9", "A", "Z", "a", "b", "v1", "v10", "v2"]


@pytest.fixture
def tagged(registry: Registry, repository: str) -> str:
    """The path of the list of TAGS, which were pushed in another order."""
    SmallImage.make(repository).push(registry, repository, *reversed(TAGS))
    return f"{repository}/tags/list"


@broken_by(LIST.status(204), LIST.status(404))
def test_end_8a_the_list_is_answered_with_200(registry: Registry, tagged: str):
    """MUST: 200 for a repository that exists."""
    assert registry.get(tagged).status_code == 200


@broken_by(LIST.status(404), LIST.json("lists a tag", lambda body: body.update(tags=["latest"])))
def test_end_8a_the_list_may_be_empty(registry: Registry, repository: str):
    """MUST: 200, and no tags, for a repository whose manifests have none."""
    SmallImage.make(repository).push(registry, repository)
    answer = registry.get(f"{repository}/tags/list")
    assert answer.status_code == 200
    assert answer.json()["tags"] == []


@broken_by(
    LIST.json("is in reverse order", lambda body: body["tags"].reverse()),
    LIST.json("orders numbers", lambda body: body.update(tags=[*TAGS[:6], "v2", "v10"])),
)
def test_end_8a_the_list_is_in_order(registry: Registry, tagged: str):
    """MUST: tags are in lexical order, here that of their bytes."""
    tags = registry.get(tagged).json()["tags"]
    assert tags == TAGS


@broken_by(
    LIST.json("has no name", lambda body: body.pop("name")),
    LIST.json("names another repository", lambda body: body.update(name="library/none")),
    LIST.json("has no tags", lambda body: body.pop("tags")),
    LIST.json("holds objects", lambda body: body.update(tags=[{"name": tag} for tag in TAGS])),
    LIST.body(b"0.9 A Z a b"),
)
def test_end_8a_the_body_has_name_and_tags(registry: Registry, repository: str, tagged: str):
    """MUST: the body is a JSON object of the repository's `name` and its `tags`."""
    answer = registry.get(tagged)
    assert answer.text.startswith("{")
    body = answer.json()
    assert body.get("name") in (repository, registry.name_of(repository))
    assert body.get("tags") == TAGS


@pytest.mark.parametrize("size", [1, 3, 7])
@broken_by(LIST.json("lists none", lambda body: body["tags"].clear()) + LIST.without("Link"))
def test_end_8b_n_tags_are_listed(registry: Registry, tagged: str, size: int):
    """MUST: with `n` there are n tags; fewer only with a Link to the rest."""
    answer = registry.get(f"{tagged}?n={size}")
    tags = answer.json()["tags"]
    assert len(tags) == size or (len(tags) < size and "next" in answer.links)


@pytest.mark.parametrize("size", [8, 9, 1000])
@broken_by(LIST.json("lacks a tag", lambda body: body["tags"].pop()))
def test_end_8b_n_of_all_or_more_lists_all(registry: Registry, tagged: str, size: int):
    """MUST: with an `n` that is not less than the number of tags there are all of them."""
    assert registry.get(f"{tagged}?n={size}").json()["tags"] == TAGS


@broken_by(LIST.json("lists one too many", lambda body: body["tags"].append("zz")))
def test_end_8b_no_more_than_n_tags_are_listed(registry: Registry, tagged: str):
    """MUST: with `n` there are n results, not more."""
    assert len(registry.get(f"{tagged}?n=3").json()["tags"]) <= 3


@broken_by(
    LIST.header("Link", "</v2/list?n=3>; rel=previous"),
    LIST.header("Link", "next"),
    LIST.header("Link", "</v2/>; rel=next"),
    LIST.json("repeats a tag", lambda body: body["tags"].insert(0, "0.9")),
)
def test_end_8b_the_link_leads_to_the_rest(registry: Registry, tagged: str):
    """MUST: a Link is RFC 5988's with rel="next". Followed to the end, it shows each tag once."""
    path, seen = f"{tagged}?n=3", []
    while path:
        page = registry.get(path)
        seen += page.json().get("tags", []) if page.status_code == 200 else ["lost"]
        assert len(seen) <= len(TAGS), "a link leads nowhere or back"
        assert "Link" not in page.headers or "next" in page.links, page.headers["Link"]
        path = path_of(page.links["next"]["url"]) if "next" in page.links else None
    assert seen == TAGS


@broken_by(LIST.json("lists a tag", lambda body: body["tags"].append("0.9")), LIST.status(400))
def test_end_8b_n_of_0_is_an_empty_list(registry: Registry, tagged: str):
    """MUST: `n=0` answers an empty list."""
    answer = registry.get(f"{tagged}?n=0")
    assert (answer.status_code, answer.json()["tags"]) == (200, [])


@broken_by(LIST.header("Link", '</v2/list?n=0>; rel="next"'))
def test_end_8b_n_of_0_has_no_link(registry: Registry, tagged: str):
    """MUST NOT: no Link with `n=0`."""
    assert "Link" not in registry.get(f"{tagged}?n=0").headers


@broken_by(LIST.json("begins elsewhere", lambda body: body.update(tags=TAGS[1:4])))
def test_end_8b_without_last_the_list_begins_at_its_start(registry: Registry, tagged: str):
    """Without `last` the first tags come, in order (MUST)."""
    assert registry.get(f"{tagged}?n=3").json()["tags"] == TAGS[:3]


@pytest.mark.parametrize("last", ["0.9", "v1", "v10"])
@broken_by(LIST.json("includes last", lambda body: body["tags"].insert(0, "v1")))
def test_end_8b_last_itself_is_not_listed(registry: Registry, tagged: str, last: str):
    """The list goes on after `last`."""
    assert registry.get(f"{tagged}?n=3&last={last}").json()["tags"] == TAGS[TAGS.index(last) + 1 :][:3]


@broken_by(LIST.json("counts", lambda body: body.update(tags=TAGS[3:5])))
def test_end_8b_last_is_a_tag_and_no_number(registry: Registry, repository: str):
    """MUST NOT: `last` is no position. `last=2` goes on after the tag `2`."""
    SmallImage.make(repository).push(registry, repository, "1", "10", "2", "3", "9")
    tags = registry.get(f"{repository}/tags/list?n=2&last=2").json()["tags"]
    assert tags == ["3", "9"]


@broken_by(LIST.json("is in reverse order", lambda body: body["tags"].reverse()))
def test_end_8b_the_rest_is_in_order(registry: Registry, tagged: str):
    """MUST: what comes after `last` is in lexical order."""
    assert registry.get(f"{tagged}?n=4&last=A").json()["tags"] == TAGS[2:6]


@broken_by(LIST.status(400), LIST.json("is short", lambda body: body["tags"].pop()))
def test_end_8b_last_needs_no_n(registry: Registry, tagged: str):
    """`n` is optional beside `last`."""
    answer = registry.get(f"{tagged}?last=b")
    assert (answer.status_code, answer.json()["tags"]) == (200, TAGS[5:])


@broken_by(LIST.status(200))
def test_end_8a_the_list_of_an_absent_repository_is_404(registry: Registry, repository: str):
    """The endpoint's failure is 404."""
    assert registry.get(f"{repository}-absent/tags/list").status_code == 404
