"""Regions: where an instance can be made."""

from collections.abc import Callable

from wharf.account import ROOT
from wharf.cloud import Cloud, Instance, refused
from wharf.complete import assert_complete
from wharf.sdk import REGION
from wharf.server import Server
from wharf.signed_request import SignedRequest

OWN = """
[regions]
east = "901 e"
eu-berlin-1 = "101 ber"
"""


def test_the_region_in_use_is_listed(cloud: Cloud):
    answer = cloud.call("DescribeRegions")
    assert_complete(answer)
    assert answer.TotalCount == len(answer.Regions)
    (region,) = [region for region in answer.Regions if region.RegionName == REGION]
    assert region.Alias == "gz"
    assert region.Status and region.RegionId and region.CreatedAt


def test_an_instance_is_in_the_region_that_was_asked(cloud: Cloud, instance: Instance):
    regions = {region.RegionName: region.RegionId for region in cloud.call("DescribeRegions").Regions}
    (found,) = cloud.call("DescribeInstances", Registryids=[instance.id]).Registries
    assert regions[found.RegionName] == found.RegionId


def test_describing_regions_takes_nothing(server: Server):
    assert SignedRequest(ROOT, "DescribeRegions", {"Limit": 1}).send(server).code == "UnknownParameter"


def test_regions_of_the_configuration(make_server: Callable[..., Server]):
    """They take the place of the reference's everywhere."""
    server = make_server().configure(OWN).start()
    berlin, east, nowhere = (Cloud(server, ROOT, region) for region in ("eu-berlin-1", "east", REGION))
    answer = berlin.call("DescribeRegions")
    assert_complete(answer)
    found = [(region.Id, region.RegionName, region.RegionId, region.Alias) for region in answer.Regions]
    assert found == [(1, "eu-berlin-1", 101, "ber"), (2, "east", 901, "e")]

    instance = berlin.create_instance("berlin")
    (described,) = berlin.call("DescribeInstances").Registries
    assert (described.RegionName, described.RegionId) == ("eu-berlin-1", 101)
    assert berlin.call("CheckInstance", RegistryId=instance.id).RegionId == 101
    assert east.call("DescribeInstances").TotalCount == 0
    assert east.call("DescribeInstances", AllRegion=True).TotalCount == 1
    for action in ("DescribeRegions", "DescribeInstances"):
        with refused("UnsupportedRegion"):
            nowhere.call(action)
    with refused("UnsupportedRegion"):
        nowhere.call("CreateInstance", RegistryName="nowhere", RegistryType="basic")
