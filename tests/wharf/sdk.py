"""The official Python SDK, for any product."""

import json
from types import ModuleType

from tencentcloud.common.abstract_client import AbstractClient
from tencentcloud.common.abstract_model import AbstractModel
from tencentcloud.common.credential import Credential
from tencentcloud.common.exception import TencentCloudSDKException
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile

from wharf import error_ledger
from wharf.account import Account
from wharf.server import Server

REGION = "ap-guangzhou"


class SdkClient:
    """One account's client of one product, for one server."""

    def __init__(
        self,
        product: type[AbstractClient],
        models: ModuleType,
        server: Server,
        account: Account,
        region: str = REGION,
    ):
        connection = HttpProfile(protocol="http", endpoint=server.address, reqTimeout=30)
        credential = Credential(account.secret_id, account.secret_key, account.token)
        # The SDK asks for Chinese messages where nothing is said.
        profile = ClientProfile(httpProfile=connection, language="en-US")
        self.client = product(credential, region, profile)
        self.models = models
        self.account = account

    def call(self, action: str, **parameters) -> AbstractModel:
        """Call an action with the SDK's typed request and return its typed response."""
        request = getattr(self.models, f"{action}Request")()
        request.from_json_string(json.dumps(parameters))
        try:
            return getattr(self.client, action)(request)
        except TencentCloudSDKException as error:
            error_ledger.note(action, error.get_code())
            raise
