"""The example of docs/service-accounts.md, as it stands there."""

import json
import re
import shlex
import tarfile
from pathlib import Path

from wharf.account import ROOT
from wharf.cloud import Cloud, Login
from wharf.oci import Registry, assert_refused
from wharf.program import REPOSITORY, attempt, go_tool, python_tool, run
from wharf.sdk import REGION
from wharf.server import Server

INSTANCE = "tcr-abcd1234"


def test_the_example_works(own_server: Server, tmp_path: Path):
    owner = Cloud(own_server, ROOT)
    instance = owner.create_instance("acme")
    owner.create_namespace(instance, "team")
    guide = (REPOSITORY / "docs" / "service-accounts.md").read_text().replace("\\\n", "").replace(INSTANCE, instance.id)
    guide = guide.split("## An example")[1].split("\n## ")[0]

    def tccli(line: str) -> dict:
        environment = {
            "HOME": str(tmp_path),
            "TENCENTCLOUD_SECRET_ID": ROOT.secret_id,
            "TENCENTCLOUD_SECRET_KEY": ROOT.secret_key,
            "TENCENTCLOUD_REGION": REGION,
        }
        words = [*shlex.split(line), "--endpoint", own_server.url]
        ended = attempt(python_tool("tccli"), *words, environment=environment)
        assert ended.returncode == 0, ended.stdout + ended.stderr
        return json.loads(ended.stdout)

    make, make_cluster, renew, prolong, describe, stop, end = re.findall(r"^    tccli (.*)$", guide, re.MULTILINE)
    made = tccli(make)
    assert made["Name"] == "tcr$ci"

    (tmp_path / "binary").write_bytes(b"what the build made")
    with tarfile.open(tmp_path / "app.tar", "w") as archive:
        archive.add(tmp_path / "binary", "app")
    (job,) = re.findall(r"```yaml\n(.*?)```", guide, re.DOTALL)
    image = f"{own_server.address}/acme/team/app:1a2b3c4d"
    (variable,) = re.findall(r"^    IMAGE: (.*)$", job, re.MULTILINE)
    variables = {
        "REGISTRY": own_server.address,
        "REGISTRY_USER": made["Name"],
        "REGISTRY_PASSWORD": made["Password"],
        "CI_COMMIT_SHORT_SHA": "1a2b3c4d",
        "HOME": str(tmp_path),
        "PATH": f"{Path(go_tool('crane')).parent}:/usr/bin:/bin",
    }
    script = [f'IMAGE="{variable}"', *re.findall(r"^    - (.*)$", job, re.MULTILINE)]
    said = run("bash", "-euc", "\n".join(script), environment=variables, cwd=tmp_path)

    cluster = tccli(make_cluster)
    puller = Registry(own_server, instance, Login(cluster["Name"], cluster["Password"]))
    pulled = puller.get_manifest("team/app", "1a2b3c4d")
    assert pulled.headers["Docker-Content-Digest"] == said.split()[-1], image
    assert_refused(puller.request("POST", "team/app/blobs/uploads/"), 403, "DENIED")

    first = Registry(own_server, instance, Login(made["Name"], made["Password"]))
    assert first.get("/v2/").status_code == 200
    second = Registry(own_server, instance, Login(made["Name"], tccli(renew)["Password"]))
    assert (first.get("/v2/").status_code, second.get("/v2/").status_code) == (401, 200)
    tccli(prolong)
    assert [account["Name"] for account in tccli(describe)["ServiceAccounts"]] == ["tcr$ci", "tcr$cluster"]
    tccli(stop)
    assert second.get("/v2/").status_code == 401
    tccli(end)
    assert [account["Name"] for account in tccli(describe)["ServiceAccounts"]] == ["tcr$cluster"]
