"""The version of a client, asked from the program itself."""

import re
import shutil

from wharf.program import go_tool, run


def client_version(name: str) -> str:
    """What the program says; for a tool that install.sh built, what Go wrote into it."""
    if go_tool(name).is_file():
        return _module_version(run("go", "version", "-m", go_tool(name)))
    program = shutil.which(name)
    assert program, f"{name} is not installed; run tests/install.sh"
    return _first_version(run(program, "--version"))


def _module_version(build: str) -> str:
    """The version of the module that the program was built from."""
    (words,) = (line.split() for line in build.splitlines() if line.split()[0] == "mod")
    return words[2].removeprefix("v")


def _first_version(said: str) -> str:
    found = re.search(r"\d+\.\d+\.\d+", said)
    assert found, f"no version in: {said}"
    return found.group()
