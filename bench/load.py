"""The generator: work described, done, and what came of it."""

import json
import os
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from bench import WORK

THREADS = 2

# As container clients ask for manifests; distribution 2.8 refuses those that nobody asked for.
ACCEPT = ", ".join(
    f"application/vnd.{kind}+json"
    for kind in (
        "docker.distribution.manifest.v2",
        "docker.distribution.manifest.list.v2",
        "oci.image.manifest.v1",
        "oci.image.index.v1",
    )
)

Work = dict


class Failed(Exception):
    """A run in which something was not answered as it must be: its numbers mean nothing."""


@dataclass(frozen=True)
class Outcome:
    """What the generator says of a run: rates in a second, latencies in microseconds."""

    units: int
    requests: int
    errors: int
    first_error: str | None
    seconds: float
    rate: float
    received: int
    sent: int
    latency: dict[str, int] | None


@dataclass(frozen=True)
class Run:
    """Work, and how it is done. `breaks_off`: what runs when the time is up does not count."""

    work: Work
    connections: int
    headers: dict[str, str] = field(default_factory=dict)
    breaks_off: bool = False


def program() -> Path:
    return Path(os.environ.get("BENCH_GENERATOR", WORK / "generator" / "release" / "generator"))


def load(address: str, authority: Path | None, run: Run, seconds: float) -> Outcome:
    """Do a run; fails when any of its requests did."""
    plan = {
        "address": address,
        "authority": str(authority) if authority else None,
        "connections": run.connections,
        "threads": THREADS,
        "seconds": seconds,
        "at_end": "abandon" if run.breaks_off else "finish",
        "headers": {"Accept": ACCEPT, **run.headers},
        "work": run.work,
    }
    ended = subprocess.run(
        [program()], input=json.dumps(plan), capture_output=True, text=True, timeout=seconds + 900
    )
    if ended.returncode != 0:
        raise Failed(f"the generator ended with {ended.returncode}: {ended.stderr.strip()}")
    outcome = Outcome(**json.loads(ended.stdout))
    if outcome.errors:
        raise Failed(f"{outcome.errors} errors, the first: {outcome.first_error}")
    return outcome


def request(method: str, path: str, **rest) -> dict:
    return {"method": method, "path": path, **rest}


def gets(paths: Iterable[str]) -> Work:
    """Each unit is a GET."""
    return each(request("GET", path) for path in paths)


def each(requests: Iterable[dict], once: bool = False, bodies: Iterable[str] = ()) -> Work:
    """Each unit is one of these requests."""
    return sequences(([one] for one in requests), once, bodies)


def sequences(units: Iterable[list[dict]], once: bool = False, bodies: Iterable[str] = ()) -> Work:
    """Each unit is a list of requests, one after the other."""
    return {"kind": "requests", "units": list(units), "bodies": list(bodies), "once": once}


def push_blobs(targets: list[dict], size: int, way: object, seed: int) -> Work:
    """Each unit is a new blob; `way` is put, patch or {"chunks": BYTES}."""
    return {"kind": "push_blobs", "targets": targets, "size": size, "way": way, "seed": seed}


def push_images(targets: list[dict], layer_size: int, seed: int) -> Work:
    """Each unit is a new image in five requests."""
    return {"kind": "push_images", "targets": targets, "layer_size": layer_size, "seed": seed}
