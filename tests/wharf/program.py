"""Other programs, run to their end."""

import os
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
TOOLS = REPOSITORY / ".tools"


def wharf_binary() -> Path:
    """The program under test: WHARF_BIN, or the debug build of this repository."""
    binary = Path(os.environ.get("WHARF_BIN", REPOSITORY / "target" / "debug" / "wharf"))
    if not binary.is_file():
        raise FileNotFoundError(f"{binary} does not exist; build it with `cargo build` or set WHARF_BIN")
    return binary.resolve()


def go_tool(name: str) -> Path:
    """A tool that install.sh built, from tests/tools or a folder of our own."""
    return TOOLS / "bin" / name


def python_tool(name: str) -> Path:
    """A program that a Python package brought into this environment."""
    return Path(sys.prefix) / "bin" / name


def run(*command: object, environment: dict[str, str] | None = None, **options) -> str:
    """Run a program that must succeed and return its standard output."""
    ended = attempt(*command, environment=environment, **options)
    assert ended.returncode == 0, (
        f"{' '.join(map(str, command))}\nexit {ended.returncode}\n{ended.stdout}\n{ended.stderr}"
    )
    return ended.stdout


def attempt(
    *command: object, environment: dict[str, str] | None = None, **options
) -> subprocess.CompletedProcess[str]:
    """Run a program that may fail and return how it ended."""
    return subprocess.run(
        [str(part) for part in command],
        env=clean_environment(environment or {}),
        capture_output=True,
        text=True,
        timeout=100,
        **options,
    )


def clean_environment(settings: dict[str, str]) -> dict[str, str]:
    """This process's environment with these settings, without any WHARF_ setting from outside."""
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("WHARF_")}
    return {**inherited, **settings}
