"""Which error codes the calls of this run were answered, action by action."""

import json
import re
from collections import defaultdict

from wharf.program import REPOSITORY

FAMILIES = ("instance", "namespace", "repository", "service-account")

CAUSED: dict[str, set[str]] = defaultdict(set)


def note(action: str, code: str | None) -> None:
    """Remember that a call of this action was answered this error; without a code, none."""
    if code:
        CAUSED[action].add(code)


def documented() -> dict[str, set[str]]:
    """The codes that the reference documents for each action that is there."""
    spec = json.loads((REPOSITORY / "spec" / "tcr-2019-09-24.json").read_text())["actions"]
    folder = REPOSITORY / "docs" / "api"
    pages = [page.read_text() for page in sorted(folder.glob("*.md")) if page.stem in FAMILIES]
    actions = [action for page in pages for action in re.findall(r"^## (\w+)$", page, re.MULTILINE)]
    return {action: set(spec[action].get("errors", ())) for action in actions}
