"""The Tag product through the official Python SDK."""

import json
from collections.abc import Callable

import pytest
from tencentcloud.common.abstract_model import AbstractModel
from tencentcloud.common.credential import Credential
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile
from tencentcloud.tag.v20180813 import models
from tencentcloud.tag.v20180813.tag_client import TagClient

from wharf.account import ROOT, Account
from wharf.cloud import REGION, Cloud, Instance
from wharf.server import Server


class Tags:
    """One account's client of the Tag product."""

    def __init__(self, server: Server, account: Account, region: str = REGION):
        connection = HttpProfile(protocol="http", endpoint=server.address, reqTimeout=30)
        credential = Credential(account.secret_id, account.secret_key)
        self.client = TagClient(credential, region, ClientProfile(httpProfile=connection))
        self.account = account

    def call(self, action: str, **parameters) -> AbstractModel:
        """Call an action with the SDK's typed request and return its typed response."""
        request = getattr(models, f"{action}Request")()
        request.from_json_string(json.dumps(parameters))
        return getattr(self.client, action)(request)

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
