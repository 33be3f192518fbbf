"""Which resources have which tags, and which keys and values there are."""

import hashlib

import pytest
from tag.conftest import Tags

from wharf.account import ROOT
from wharf.cloud import Cloud, Instance, refused
from wharf.sdk import REGION
from wharf.server import Server

Own = tuple[Tags, Cloud]


@pytest.fixture
def estate(own_account: Own, instance_name: str) -> dict[str, Instance]:
    """Two instances and a namespace with tags, and an instance without."""
    tags, cloud = own_account
    made = {name: cloud.create_instance(f"{instance_name}-{name}") for name in ("one", "two", "bare")}
    cloud.create_namespace(made["one"], "space")
    tags.set(tags.name(made["one"]), team="shop", stage="test")
    tags.set(tags.name(made["two"]), team="garden", stage="test")
    tags.set(tags.name(made["one"], "space"), team="shop")
    return made


def found(tags: Tags, **filters) -> dict[str, dict[str, str]]:
    answer = tags.call("GetResources", **filters)
    return {
        mapping.Resource: {tag.TagKey: tag.TagValue for tag in mapping.Tags}
        for mapping in answer.ResourceTagMappingList
    }


def test_resources_by_their_tags(own_account: Own, estate: dict[str, Instance]):
    tags, _ = own_account
    one, two, space = tags.name(estate["one"]), tags.name(estate["two"]), tags.name(estate["one"], "space")
    everything = {
        one: {"team": "shop", "stage": "test"},
        two: {"team": "garden", "stage": "test"},
        space: {"team": "shop"},
    }
    assert found(tags) == everything
    for filters, expected in [
        ([("team", ["shop"])], {one, space}),
        ([("team", ["shop", "garden"])], {one, two, space}),
        ([("team", ["shop"]), ("stage", ["test"])], {one}),
        ([("stage", [])], {one, two}),
        ([("absent", ["x"])], set()),
    ]:
        given = [{"TagKey": key, "TagValue": values} for key, values in filters]
        assert set(found(tags, TagFilters=given)) == expected
    assert found(tags, ResourceList=[one]) == {one: everything[one]}
    assert found(tags, ResourceList=[tags.name(estate["bare"])]) == {}


def test_resources_page_by_page(own_account: Own, estate: dict[str, Instance]):
    tags, _ = own_account
    pages, token = [], ""
    while True:
        page = tags.call("GetResources", MaxResults=2, PaginationToken=token)
        pages.append([mapping.Resource for mapping in page.ResourceTagMappingList])
        token = page.PaginationToken
        if not token:
            break
    assert [len(page) for page in pages] == [2, 1]
    assert len({resource for page in pages for resource in page}) == 3
    with refused("InvalidParameter.PaginationTokenInvalid"):
        tags.call("GetResources", PaginationToken="x")


def test_rows_of_one_kind_region_and_resource(own_account: Own, estate: dict[str, Instance]):
    tags, _ = own_account
    all_rows = tags.call("DescribeResourceTags")
    assert all_rows.TotalCount == len(all_rows.Rows) == 5
    (row,) = [row for row in all_rows.Rows if row.TagValue == "garden"]
    assert (row.ResourceId, row.ServiceType, row.Category) == (estate["two"].id, "tcr", "Custom")
    assert row.TagKeyMd5 == hashlib.md5(b"team").hexdigest()
    assert row.TagValueMd5 == hashlib.md5(b"garden").hexdigest()
    for parameters, expected in [
        ({"ResourcePrefix": "namespace"}, 1),
        ({"ResourcePrefix": "instance", "ResourceRegion": REGION, "ServiceType": "tcr"}, 4),
        ({"ResourceId": estate["two"].id}, 2),
        ({"ResourceId": f"{estate['one'].id}/space"}, 1),
        ({"ResourceRegion": "ap-shanghai"}, 0),
        ({"ServiceType": "cvm"}, 0),
        ({"CreateUin": int(tags.account.uin)}, 5),
        ({"CreateUin": 1}, 0),
    ]:
        assert tags.call("DescribeResourceTags", **parameters).TotalCount == expected, parameters
    page = tags.call("DescribeResourceTags", Offset=2, Limit=2)
    assert (page.TotalCount, page.Offset, page.Limit) == (5, 2, 2)
    assert [row.TagValue for row in page.Rows] == [row.TagValue for row in all_rows.Rows[2:4]]


def test_several_resources_in_one_request(own_account: Own, estate: dict[str, Instance]):
    tags, _ = own_account
    answer = tags.call(
        "DescribeResourceTagsByResourceIds",
        ServiceType="tcr",
        ResourcePrefix="instance",
        ResourceRegion=REGION,
        ResourceIds=[instance.id for instance in estate.values()] + ["tcr-absent00"],
    )
    assert answer.TotalCount == 4
    assert {tag.ResourceId for tag in answer.Tags} == {estate["one"].id, estate["two"].id}


def test_keys_and_values(own_account: Own, estate: dict[str, Instance]):
    tags, _ = own_account
    keys = tags.call("DescribeTagKeys")
    assert (keys.TotalCount, keys.Tags) == (2, ["stage", "team"])
    assert tags.call("DescribeTagKeys", Category="System").Tags == []
    values = tags.call("DescribeTagValues", TagKeys=["team"])
    assert [(tag.TagKey, tag.TagValue) for tag in values.Tags] == [("team", "garden"), ("team", "shop")]
    all_tags = tags.call("GetTags", MaxResults=2)
    assert len(all_tags.Tags) == 2 and all_tags.PaginationToken
    rest = tags.call("GetTags", MaxResults=2, PaginationToken=all_tags.PaginationToken)
    assert [tag.TagValue for tag in rest.Tags] == ["shop"] and rest.PaginationToken == ""
    assert [tag.TagValue for tag in tags.call("GetTags", TagKeys=["stage"]).Tags] == ["test"]


@pytest.mark.parametrize(
    ("code", "action", "parameters"),
    [
        ("InvalidParameterValue.OffsetInvalid", "DescribeResourceTags", {"Offset": 3, "Limit": 2}),
        ("InvalidParameterValue.ResourcePrefixInvalid", "DescribeResourceTags", {"ResourcePrefix": "image"}),
        ("InvalidParameterValue.RegionInvalid", "DescribeResourceTags", {"ResourceRegion": "nowhere"}),
        ("InvalidParameter", "DescribeTagKeys", {"Limit": 0}),
        ("InvalidParameter", "DescribeTagKeys", {"Category": "Mine"}),
        ("InvalidParameterValue.TagFilters", "GetResources", {"TagFilters": [{"TagKey": "a"}] * 7}),
        (
            "InvalidParameterValue.ServiceTypeInvalid",
            "DescribeResourceTagsByResourceIds",
            {"ServiceType": "cvm", "ResourcePrefix": "instance", "ResourceRegion": "", "ResourceIds": ["x"]},
        ),
    ],
)
def test_what_cannot_be_asked(tags: Tags, code: str, action: str, parameters: dict):
    with refused(code):
        tags.call(action, **parameters)


def test_no_region_is_needed(server: Server):
    assert Tags(server, ROOT, "").call("DescribeTagKeys").TotalCount is not None
