"""The example of docs/temporary-credentials.md, as it stands there."""

import json
import re
import shlex
from pathlib import Path

from wharf.account import ROOT
from wharf.admin import Admin
from wharf.cloud import Cloud, Login
from wharf.oci import Registry, assert_refused
from wharf.program import REPOSITORY, attempt, python_tool
from wharf.sdk import REGION
from wharf.server import Server
from wharf.small_image import SmallImage

INSTANCE = "tcr-abcd1234"


def test_the_example_works(own_server: Server, tmp_path: Path):
    owner = Cloud(own_server, ROOT)
    instance = owner.create_instance("guide")
    owner.create_namespace(instance, "team")
    pushed = Registry(own_server, instance, owner.login(instance))
    image = SmallImage.make("guide").push(pushed, "team/app", "v1")

    guide = (REPOSITORY / "docs" / "temporary-credentials.md").read_text().replace(INSTANCE, instance.id)
    guide = guide.split("## An example")[1].split("\n## ")[0]
    names = ("trust.json", "pull.json", "assume.json")
    for name, document in zip(names, re.findall(r"```json\n(.*?)```", guide, re.DOTALL), strict=True):
        (own_server.directory / name).write_text(document)
    admin = Admin(own_server)
    answers = [admin.ask(*shlex.split(line)) for line in re.findall(r"^    wharf admin (.*)$", guide, re.MULTILINE)]
    (ci,) = (answer for answer in answers if "secret_id" in answer)

    def tccli(line: str, secret_id: str, secret_key: str, token: str | None) -> dict:
        environment = {
            "HOME": str(tmp_path),
            "TENCENTCLOUD_SECRET_ID": secret_id,
            "TENCENTCLOUD_SECRET_KEY": secret_key,
            "TENCENTCLOUD_REGION": REGION,
            **({"TENCENTCLOUD_TOKEN": token} if token else {}),
        }
        words = [*shlex.split(line), "--endpoint", own_server.url]
        ended = attempt(python_tool("tccli"), *words, environment=environment)
        assert ended.returncode == 0, ended.stdout + ended.stderr
        return json.loads(ended.stdout)

    assume, identify, log_in = re.findall(r"^    tccli (.*)$", guide, re.MULTILINE)
    made = tccli(assume, ci["secret_id"], ci["secret_key"], None)["Credentials"]
    credentials = (made["TmpSecretId"], made["TmpSecretKey"], made["Token"])
    assert tccli(identify, *credentials)["Type"] == "CAMRole"
    token = tccli(log_in, *credentials)
    registry = Registry(own_server, instance, Login(token["Username"], token["Token"]))
    assert registry.get_manifest("team/app", "v1").content == image.manifest
    assert_refused(registry.request("POST", "team/app/blobs/uploads/"), 403, "DENIED")
