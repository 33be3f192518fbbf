#!/usr/bin/env python3
"""Runs a command beside a PostgreSQL and an S3 server, which end with it; exits with its status.

    .tools/venv/bin/python tests/with_servers.py [--minio] COMMAND …

The command finds in its environment:

WHARF_TEST_DATABASE_URL     the administrator of the databases; put another name behind the last `/`
WHARF_TEST_STORAGE_URLS     `s3://` addresses, one for each server, with spaces between
AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY    the keys of all of them
"""

import argparse
import os
import signal
import subprocess
import sys

from wharf.object_store import CREDENTIALS, Minio, ObjectStore, Versitygw
from wharf.postgres import Postgres


def main() -> int:
    parser = argparse.ArgumentParser(description="Runs a command beside a PostgreSQL and an S3 server.")
    parser.add_argument("--minio", action="store_true", help="beside minio as well, where it is installed")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    arguments = parser.parse_args()
    if not arguments.command:
        parser.error("name a command")

    # What asks this program to end asks it to stop the servers first.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    with_minio = arguments.minio and Minio.is_installed()
    if arguments.minio and not with_minio:
        print("with_servers: minio is not installed; see tests/tools/README.md", file=sys.stderr)
    return run_beside(Postgres(), [Versitygw(), Minio()] if with_minio else [Versitygw()], arguments.command)


def run_beside(postgres: Postgres, object_stores: list[ObjectStore], command: list[str]) -> int:
    """Start the servers, run the command, stop the servers and return the command's status."""
    try:
        for server in (postgres, *object_stores):
            server.start()
        settings = {
            "WHARF_TEST_DATABASE_URL": postgres.url(),
            "WHARF_TEST_STORAGE_URLS": " ".join(store.create_prefix() for store in object_stores),
            **CREDENTIALS,
        }
        status = subprocess.run(command, env={**os.environ, **settings}).returncode
    except KeyboardInterrupt:
        status = -signal.SIGINT
    finally:
        for server in (postgres, *object_stores):
            server.discard()
    return status if status >= 0 else 128 - status


if __name__ == "__main__":
    sys.exit(main())
