"""Whether two answers say the same, but for the names in them."""

import re

import requests

# What differs between any two answers.
OWN_TO_EACH = {"date", "x-request-id"}
DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
SESSION = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def essence(answer: requests.Response, *names: str) -> tuple[int, dict[str, str], str]:
    """Status, headers and body, without these names in them and without digests and session ids."""
    headers = {
        key.lower(): _plain(value, names)
        for key, value in answer.headers.items()
        if key.lower() not in OWN_TO_EACH
    }
    return answer.status_code, headers, _plain(answer.text, names)


def code(answer: requests.Response) -> str | None:
    """The first error's code, None for an answer without a body."""
    return answer.json()["errors"][0]["code"] if answer.content else None


def _plain(text: str, names: tuple[str, ...]) -> str:
    for name in names:
        text = text.replace(name, "<name>")
    return DIGEST.sub("<digest>", SESSION.sub("<session>", text))
