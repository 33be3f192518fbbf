"""API: Warnings. What every answer to a push and a pull must keep."""

import re

import pytest

from conformance.breakage import broken_by, on
from conformance.conftest import Registry
from wharf.layer import sha256
from wharf.small_image import SmallImage

ANY = on("GET|HEAD|POST|PUT|DELETE")
WARNING = re.compile(r'(\d+) (\S+) "(?:[^"\\]|\\.)*"(?: "([^"]*)")?')
LIMIT = 4096


@pytest.fixture
def warnings(registry: Registry, repository: str, image: SmallImage):
    """Push, pull, list and delete, and return the Warning header of each answer, empty where it has none."""

    def warnings() -> list[str]:
        blob = sha256(image.config)
        answers = [
            registry.get("/v2/"),
            registry.request("POST", f"{repository}/blobs/uploads/?digest={blob}", data=image.config),
            registry.put_manifest(repository, "v2", image.manifest),
            registry.head(f"{repository}/manifests/v2"),
            registry.get_manifest(repository, "v2"),
            registry.get_blob(repository, blob),
            registry.get(f"{repository}/tags/list"),
            registry.get(f"{repository}/referrers/{image.digest}"),
            registry.get(f"{repository}/manifests/absent"),
            registry.request("DELETE", f"{repository}/manifests/v2"),
        ]
        return [answer.headers.get("Warning", "") for answer in answers]

    return warnings


@broken_by(ANY.header("Warning", '199 - "soon"'), ANY.header("Warning", "soon"))
def test_a_warning_has_the_code_299(warnings):
    """MUST: the warn-code is 299."""
    for warning in filter(None, warnings()):
        assert not WARNING.sub("", warning).strip(", "), f"no warning of RFC 7234: {warning}"
        assert {code for code, _, _ in WARNING.findall(warning)} == {"299"}


@broken_by(ANY.header("Warning", '299 wharf "soon"'))
def test_a_warning_has_no_agent(warnings):
    """MUST: the warn-agent is a hyphen."""
    for warning in filter(None, warnings()):
        assert {agent for _, agent, _ in WARNING.findall(warning)} == {"-"}


@broken_by(ANY.header("Warning", '299 - "soon" "Sat, 21 Nov 2026 08:00:00 GMT"'))
def test_a_warning_has_no_date(warnings):
    """MUST NOT: no warn-date."""
    for warning in filter(None, warnings()):
        assert not any(date for _, _, date in WARNING.findall(warning))


@broken_by(ANY.header("Warning", f'299 - "{"x" * LIMIT}"'))
def test_warnings_are_4096_bytes_at_most(warnings):
    """MUST NOT: no more than 4096 bytes of warnings in one answer."""
    assert max(len(warning.encode()) for warning in warnings()) <= LIMIT
