"""The Security Token Service through the official Python SDK."""

import json
from urllib.parse import quote

from tencentcloud.common.abstract_model import AbstractModel
from tencentcloud.common.credential import Credential
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile
from tencentcloud.sts.v20180813 import models
from tencentcloud.sts.v20180813.sts_client import StsClient

from wharf.account import Account
from wharf.cloud import REGION
from wharf.server import Server
from wharf.sub_account import Statement, document


class Sts:
    """One account's SDK client for one server."""

    def __init__(self, server: Server, account: Account):
        connection = HttpProfile(protocol="http", endpoint=server.address, reqTimeout=30)
        credential = Credential(account.secret_id, account.secret_key, account.token)
        profile = ClientProfile(httpProfile=connection, language="en-US")
        self.client = StsClient(credential, REGION, profile)
        self.account = account

    def call(self, action: str, **parameters) -> AbstractModel:
        """Call an action with the SDK's typed request and return its typed response."""
        request = getattr(models, f"{action}Request")()
        request.from_json_string(json.dumps(parameters))
        return getattr(self.client, action)(request)

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
