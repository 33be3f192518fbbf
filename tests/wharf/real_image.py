"""Two real images and an index over both, made from Debian packages without any registry.

`shell` is a root file system for this machine's architecture with busybox, bash
and perl. `data` holds only packages that fit every architecture and is labelled
with the other one. They share a layer. `all` is the index over both.
"""

import hashlib
import json
import shutil
import tempfile
from pathlib import Path

from wharf import debian
from wharf.layer import Layer, base_layer, package_layer
from wharf.layout import Layout

SHARED = ["tzdata", "netbase", "media-types"]
SHELL = [["busybox-static"], SHARED, ["libc6", "libtinfo6", "bash"], ["libcrypt1", "perl-base"], ["locales"]]
DATA = [SHARED, ["iso-codes"], ["vim-runtime"]]

SHELL_SETTINGS = {
    "Env": ["PATH=/usr/local/bin:/usr/bin:/bin"],
    "Cmd": ["/bin/sh"],
    "WorkingDir": "/root",
    "Labels": {"org.opencontainers.image.title": "shell"},
}
DATA_SETTINGS = {"Labels": {"org.opencontainers.image.title": "data"}}


def real_images(cache: Path) -> Layout:
    """The layout with `shell`, `data` and `all`; built once for a recipe, then taken from `cache`."""
    path = cache / _recipe_key()
    if not path.exists():
        cache.mkdir(parents=True, exist_ok=True)
        workspace = Path(tempfile.mkdtemp(dir=cache, prefix="building-"))
        try:
            _build(workspace)
            (workspace / "layout").rename(path)
        finally:
            shutil.rmtree(workspace)
    return Layout(path)


def other_architecture() -> str:
    """The architecture that `data` is labelled with."""
    return "amd64" if debian.architecture() == "arm64" else "arm64"


def _build(workspace: Path) -> None:
    layout = Layout.create(workspace / "layout")
    built: dict[tuple[str, ...], Layer] = {}
    for packages in [*SHELL, *DATA]:
        if tuple(packages) not in built:
            directory = workspace / "-".join(packages)
            built[tuple(packages)] = package_layer(packages, directory)
    shell = [base_layer(), *(built[tuple(packages)] for packages in SHELL)]
    data = [built[tuple(packages)] for packages in DATA]
    layout.add_index(
        "all",
        [
            layout.add_image("shell", debian.architecture(), shell, SHELL_SETTINGS),
            layout.add_image("data", other_architecture(), data, DATA_SETTINGS),
        ],
    )


def _recipe_key() -> str:
    """Changes with the recipe or with the code that carries it out."""
    sources = [Path(__file__).with_name(name) for name in ("debian.py", "layer.py", "layout.py")]
    recipe = json.dumps([SHELL, DATA, SHELL_SETTINGS, DATA_SETTINGS, debian.architecture()])
    digest = hashlib.sha256(recipe.encode())
    for source in sources:
        digest.update(source.read_bytes())
    return digest.hexdigest()[:16]
