"""The Security Token Service through the official Python SDK."""

from urllib.parse import quote

from tencentcloud.common.abstract_model import AbstractModel
from tencentcloud.sts.v20180813 import models
from tencentcloud.sts.v20180813.sts_client import StsClient

from wharf.account import Account
from wharf.sdk import SdkClient
from wharf.server import Server
from wharf.sub_account import Statement, document


class Sts(SdkClient):
    """One account's client of STS for one server."""

    def __init__(self, server: Server, account: Account):
        super().__init__(StsClient, models, server, account)

    def federated(self, *statements: Statement, name: str = "ci", **parameters) -> Account:
        """Temporary credentials of the account, narrowed to these statements."""
        policy = quote(document(*statements))
        return self._holder(self.call("GetFederationToken", Name=name, Policy=policy, **parameters))

    def assumed(self, role: str, session: str = "ci", **parameters) -> Account:
        """Temporary credentials of a role, by its ARN."""
        return self._holder(self.call("AssumeRole", RoleArn=role, RoleSessionName=session, **parameters))

    def _holder(self, answer: AbstractModel) -> Account:
        made = answer.Credentials
        return Account(self.account.uin, made.TmpSecretId, made.TmpSecretKey, token=made.Token)
