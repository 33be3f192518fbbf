"""The README's first push, run as it stands there."""

import json
import os
import re
from pathlib import Path

from wharf.account import ROOT
from wharf.layout import Layout
from wharf.program import REPOSITORY, python_tool, run
from wharf.sdk import REGION
from wharf.server import Server

README_ADDRESS = "127.0.0.1:5000"


def test_the_five_lines_push_and_list_an_image(own_server: Server, images: Layout, tmp_path: Path):
    readme = (REPOSITORY / "README.md").read_text().replace(README_ADDRESS, own_server.address)
    lines = re.search(r"```sh\n(.*?)```", readme, re.DOTALL).group(1)
    wrapper = re.search(r"^ +(wharf_api\(\).*)$", readme, re.MULTILINE).group(1)
    assert len(lines.splitlines()) == 5

    output = run(
        "sh", "-e", "-c", f"{wrapper}\n{lines}",
        cwd=tmp_path,
        environment={
            "HOME": str(tmp_path),
            "PATH": os.pathsep.join([str(python_tool("tccli").parent), os.environ["PATH"]]),
            "TENCENTCLOUD_SECRET_ID": ROOT.secret_id,
            "TENCENTCLOUD_SECRET_KEY": ROOT.secret_key,
            "TENCENTCLOUD_REGION": REGION,
            "IMAGE": f"oci:{images.path}:shell",
        },
    )  # fmt: skip

    listed = json.loads(output[output.rindex('{\n    "ImageInfoList"') :])
    assert [image["ImageVersion"] for image in listed["ImageInfoList"]] == ["1"]
    assert listed["TotalCount"] == 1
