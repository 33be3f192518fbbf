"""Each line of docs/api/ is one that tccli and the server understand."""

import json
import re
import shlex
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from wharf.account import ROOT
from wharf.cloud import Cloud
from wharf.oci import Registry
from wharf.program import REPOSITORY, attempt, python_tool
from wharf.sdk import REGION
from wharf.server import Server
from wharf.small_image import SmallImage

INSTANCE = "tcr-abcd1234"
# What is answered to a line that the action does not understand.
MISUNDERSTOOD = re.compile(
    r"InvalidParameter|MissingParameter|UnknownParameter|UnsupportedOperation|InvalidAction|NoSuch|InternalError$|AuthFailure"
)


def lines() -> list[str]:
    pages = sorted((REPOSITORY / "docs" / "api").glob("*.md"))
    return [line for page in pages for line in re.findall(r"^    tccli (.*)$", page.read_text(), re.MULTILINE)]


def test_every_line_is_understood(make_server: Callable[..., Server], tmp_path: Path):
    """It succeeds, or fails for what it finds: its names are not there, or are already."""
    server = make_server().configure(f'[stores]\narchive = "file:{tmp_path / "archive"}"\n').start()
    owner = Cloud(server, ROOT)
    instance = owner.create_instance("documented")
    owner.create_namespace(instance, "team")
    registry = Registry(server, instance, owner.login(instance))
    SmallImage.make("documented").push(registry, "team/app", "v1")
    environment = {
        "HOME": str(tmp_path),
        "TENCENTCLOUD_SECRET_ID": ROOT.secret_id,
        "TENCENTCLOUD_SECRET_KEY": ROOT.secret_key,
        "TENCENTCLOUD_REGION": REGION,
    }
    # tccli makes its folder at its first call, and does not bear company there.
    attempt(python_tool("tccli"), "--version", environment=environment)

    def misunderstood(line: str) -> str | None:
        words = shlex.split(line.replace(INSTANCE, instance.id))
        ended = attempt(python_tool("tccli"), *words, "--endpoint", server.url, environment=environment)
        if ended.returncode == 0:
            json.loads(ended.stdout)
            return None
        said = ended.stdout + ended.stderr
        code = re.search(r"code:(\S+)", said)
        understood = code and not MISUNDERSTOOD.match(code[1])
        return None if understood else f"tccli {line}\n{said}"

    found = lines()
    assert len(found) >= 25
    with ThreadPoolExecutor(2) as pool:
        answers = [answer for answer in pool.map(misunderstood, found) if answer]
    assert not answers, "\n".join(answers)
