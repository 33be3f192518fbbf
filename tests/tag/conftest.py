"""The Tag product through the official Python SDK."""

from collections.abc import Callable

import pytest
from tencentcloud.tag.v20180813 import models
from tencentcloud.tag.v20180813.tag_client import TagClient

from wharf.account import ROOT, Account
from wharf.cloud import Cloud, Instance
from wharf.sdk import REGION, SdkClient
from wharf.server import Server


class Tags(SdkClient):
    """One account's client of the Tag product."""

    def __init__(self, server: Server, account: Account, region: str = REGION):
        super().__init__(TagClient, models, server, account, region)

    def name(self, instance: Instance, namespace: str | None = None, region: str = REGION) -> str:
        """The resource in six segments."""
        begin = f"qcs::tcr:{region}:uin/{self.account.uin}"
        if namespace:
            return f"{begin}:namespace/{instance.id}/{namespace}"
        return f"{begin}:instance/{instance.id}"

    def set(self, resource: str, **tags: str) -> None:
        self.call("ModifyResourceTags", Resource=resource, ReplaceTags=as_list(tags))

    def of(self, instance: Instance, namespace: str | None = None) -> dict[str, str]:
        """The tags of a resource, as Terraform's provider reads them."""
        found = self.call(
            "DescribeResourceTagsByResourceIds",
            ServiceType="tcr",
            ResourcePrefix="namespace" if namespace else "instance",
            ResourceRegion=REGION,
            ResourceIds=[f"{instance.id}/{namespace}" if namespace else instance.id],
            Limit=400,
        )
        assert found.TotalCount == len(found.Tags)
        return {tag.TagKey: tag.TagValue for tag in found.Tags}


def as_list(tags: dict[str, str]) -> list[dict]:
    return [{"TagKey": key, "TagValue": value} for key, value in tags.items()]


@pytest.fixture
def tags(server: Server) -> Tags:
    """The root account's."""
    return Tags(server, ROOT)


@pytest.fixture
def own_account(server: Server, account: Account, cloud_of: Callable[[Account], Cloud]) -> tuple[Tags, Cloud]:
    """An account with nothing but what the test makes, so that its listings hold nothing else."""
    return Tags(server, account), cloud_of(account)


@pytest.fixture
def cloud_of(server: Server) -> Callable[[Account], Cloud]:
    return lambda account: Cloud(server, account)
