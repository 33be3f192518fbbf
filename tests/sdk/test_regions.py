"""Regions: where an instance can be made."""

from wharf.cloud import Cloud, Instance
from wharf.sdk import REGION


def test_the_region_in_use_is_listed(cloud: Cloud):
    answer = cloud.call("DescribeRegions")
    assert answer.TotalCount == len(answer.Regions)
    (region,) = [region for region in answer.Regions if region.RegionName == REGION]
    assert region.Alias == "gz"
    assert region.Status and region.RegionId and region.CreatedAt


def test_an_instance_is_in_the_region_that_was_asked(cloud: Cloud, instance: Instance):
    regions = {region.RegionName: region.RegionId for region in cloud.call("DescribeRegions").Regions}
    (found,) = cloud.call("DescribeInstances", Registryids=[instance.id]).Registries
    assert regions[found.RegionName] == found.RegionId
