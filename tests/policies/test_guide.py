"""The example of docs/permissions.md, as it stands there."""

import re
import shlex

from wharf.account import ROOT, Account
from wharf.cloud import Cloud, refused
from wharf.oci import Registry, assert_refused
from wharf.program import REPOSITORY
from wharf.server import Server
from wharf.small_image import SmallImage
from wharf.sub_account import SubAccounts

# The instance and the sub-account of the example.
INSTANCE, SUB_ACCOUNT = "tcr-abcd1234", "100000000002"


def test_the_example_works(own_server: Server, own_sub_accounts: SubAccounts):
    guide = (REPOSITORY / "docs" / "permissions.md").read_text().replace("\\\n", "")
    guide = guide.split("## How it is decided")[0]
    owner = Cloud(own_server, ROOT)
    instance = owner.create_instance("guide")
    for namespace in ("team", "other"):
        owner.create_namespace(instance, namespace)
    (document,) = re.findall(r"```json\n(.*?)```", guide, re.DOTALL)
    (own_server.directory / "ci.json").write_text(document.replace(INSTANCE, instance.id))

    admin = own_sub_accounts.admin
    lines = re.findall(r"^    wharf admin (.*)$", guide, re.MULTILINE)
    test, create, make, attach = (shlex.split(line.replace(INSTANCE, instance.id)) for line in lines)
    assert admin.ask(*test)["decision"] == "allow"
    made = admin.ask(*create)
    assert made["uin"] == SUB_ACCOUNT
    admin.do(*make)
    admin.do(*attach)

    sub = Cloud(own_server, Account(made["uin"], made["secret_id"], made["secret_key"], made["password"]))
    login = sub.login(instance)
    assert login.username == SUB_ACCOUNT
    registry = Registry(own_server, instance, login)
    image = SmallImage.make("guide").push(registry, "team/app", "v1")
    assert registry.get_manifest("team/app", "v1").content == image.manifest
    assert list(sub.images(instance, "team", "app")) == ["v1"]
    assert_refused(registry.request("POST", "other/app/blobs/uploads/"), 403, "DENIED")
    with refused("UnauthorizedOperation"):
        sub.create_namespace(instance, "more")
