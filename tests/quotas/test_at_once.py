"""Fifty at once where ten may be: never one too many, never one lost, and each refusal as it is documented."""

from wharf.oci import Registry
from wharf.quota_doors import Doors


def test_namespaces(doors: Doors):
    doors.fill(doors.namespace, doors.namespaces)


def test_repositories_by_the_cloud_api(doors: Doors):
    doors.fill(doors.created_repository, doors.repositories)


def test_repositories_by_first_pushes(doors: Doors):
    doors.fill(doors.pushed_repository, doors.repositories)


def test_repositories_by_both_doors(doors: Doors):
    doors.fill(doors.repository, doors.repositories)


def test_tags(doors: Doors, tagged: Registry):
    doors.fill(doors.tag, doors.tags)


def test_tokens(doors: Doors):
    doors.fill(doors.token, doors.tokens)
