"""What Wharf promises, and whether it holds."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from bench.machine import DISK, SHA256
from bench.peers import ALL, OURS
from bench.results import Measured, Results

OLD, NEW, FLOOR = "distribution-2.8", "distribution-3.1", "nginx"
WHARF = "wharf"


class Unknown(Exception):
    """Nobody measured what the target is about."""


@dataclass(frozen=True)
class Found:
    """How a target came out: what it was, in words, and whether that is enough."""

    says: str
    holds: bool


@dataclass(frozen=True)
class Target:
    """`look` finds out, or raises `Unknown`."""

    number: str
    promise: str
    look: Callable[[Results], Found]


def at_least(row: str, factor: float, peer: str) -> Callable[[Results], Found]:
    """Wharf's rate is so many times that of one peer."""

    def look(results: Results) -> Found:
        ratio = _get(results, row, WHARF).median / _get(results, row, peer).median
        return Found(f"{ratio:.2f} ×", ratio >= factor)

    return look


def at_least_best(row: str) -> Callable[[Results], Found]:
    """Wharf's rate is no less than that of the fastest peer."""

    def look(results: Results) -> Found:
        best, theirs = max(_peers(results, row), key=lambda found: found[1].median)
        ratio = _get(results, row, WHARF).median / theirs.median
        return Found(f"{ratio:.2f} × {best}", ratio >= 1)

    return look


def cpu_at_most_best(row: str) -> Callable[[Results], Found]:
    """Wharf takes no more CPU time for the same work than the peer with the least."""

    def look(results: Results) -> Found:
        costs = [(peer, one.cpu_per_work) for peer, one in _peers(results, row) if one.cpu_per_work]
        ours = _get(results, row, WHARF).cpu_per_work
        if not costs or ours is None:
            raise Unknown(row)
        best, theirs = min(costs, key=lambda found: found[1])
        return Found(f"{ours:.3f} s, {best} {theirs:.3f} s", ours <= theirs)

    return look


def at_least_machine(row: str, factor: float) -> Callable[[Results], Found]:
    """Wharf's rate is so much of the smaller of the disk's and SHA-256's speed."""

    def look(results: Results) -> Found:
        if not results.speeds:
            raise Unknown("speeds")
        limit = min(results.speeds[DISK], results.speeds[SHA256])
        ratio = _get(results, row, WHARF).median / limit
        return Found(f"{ratio:.2f} × {limit:,.0f} MB/s", ratio >= factor)

    return look


def number_at_least(row: str, limit: float) -> Callable[[Results], Found]:
    def look(results: Results) -> Found:
        value = _get(results, row, WHARF).median
        return Found(f"{value:,.0f}", value >= limit)

    return look


def number_below(row: str, limit: float) -> Callable[[Results], Found]:
    def look(results: Results) -> Found:
        value = _get(results, row, WHARF).median
        return Found(f"{value:,.1f}", value < limit)

    return look


def p99_below(row: str, milliseconds: float) -> Callable[[Results], Found]:
    def look(results: Results) -> Found:
        value = _latency(results, row, "p99") / 1000
        return Found(f"{value:.2f} ms", value < milliseconds)

    return look


def tail_below(row: str, factor: float) -> Callable[[Results], Found]:
    """The 99th percentile is less than so many times the median."""

    def look(results: Results) -> Found:
        ratio = _latency(results, row, "p99") / _latency(results, row, "p50")
        return Found(f"{ratio:.1f} ×", ratio < factor)

    return look


def no_slower(one: str, other: str, factor: float) -> Callable[[Results], Found]:
    """The other row's median latency is less than this factor times the one's."""

    def look(results: Results) -> Found:
        ratio = _latency(results, other, "p50") / _latency(results, one, "p50")
        return Found(f"{ratio:.2f} ×", ratio < factor)

    return look


def _get(results: Results, row: str, peer: str) -> Measured:
    found = results.of(row, peer)
    if found is None or not found.samples:
        raise Unknown(f"{row} of {peer}")
    return found


def _latency(results: Results, row: str, name: str) -> float:
    found = _get(results, row, WHARF).latency(name)
    if found is None:
        raise Unknown(row)
    return found


def _peers(results: Results, row: str) -> list[tuple[str, Measured]]:
    """All that is not Wharf."""
    kinds = [kind for kind in ALL if kind not in OURS]
    found = [(kind.title, one) for kind in kinds if (one := results.of(row, kind.key))]
    if not found:
        raise Unknown(row)
    return found


def _images(clients: int) -> str:
    return f"image-push-{clients}-one"


def _over_tls() -> Iterable[Target]:
    rows = {
        "manifest-tag-32": "manifest GET by tag, 32 connections",
        "blob-256mb-4": "GET of 256 MB, 4 connections",
        "blob-4kb-64": "GET of 4 KB, 64 connections",
        "push-256mb-patch-1": "push of 256 MB, one stream",
        "push-1mb-put-4": "push of 1 MB, 4 clients",
        "image-push-4-one": "small image push, 4 clients",
        "image-push-32-one": "small image push, 32 clients",
        "image-pull-32": "small image pull, 32 clients",
    }
    for row, title in rows.items():
        yield Target("7", f"TLS, {title}: at least the best peer", at_least_best(f"tls-{row}"))


def _manifests() -> Iterable[Target]:
    rows = {"manifest-tag-32": "manifest GET by tag", "manifest-tag-many-32": "the same in 100,000 tags"}
    for row, title in rows.items():
        yield Target("1", f"{title}: 20 × distribution 2.8", at_least(row, 20, OLD))
        yield Target("1", f"{title}: 5 × distribution 3.1", at_least(row, 5, NEW))
        yield Target("1", f"{title}: 0.6 × nginx", at_least(row, 0.6, FLOOR))


def _pages() -> Iterable[Target]:
    listings = {
        "tags": "tag list",
        "describe-images": "DescribeImages",
        "describe-repositories": "DescribeRepositories",
    }
    for name, title in listings.items():
        for page in ("first", "last"):
            yield Target("5", f"{title}, {page} page: p99 under 5 ms", p99_below(f"{name}-{page}", 5))
        promise = f"{title}, last page: median at most 1.5 × the first's"
        yield Target("5", promise, no_slower(f"{name}-first", f"{name}-last", 1.5))


TARGETS = (
    *_manifests(),
    Target("2", "GET of 256 MB, 4 connections: the best peer's throughput", at_least_best("blob-256mb-4")),
    Target("2", "the same: no more CPU for a GB than the best peer", cpu_at_most_best("blob-256mb-4")),
    Target("2", "GET of 4 KB, 64 connections: 10 × distribution 2.8", at_least("blob-4kb-64", 10, OLD)),
    Target("3", "push of 256 MB, one stream: 3 × distribution 2.8", at_least("push-256mb-patch-1", 3, OLD)),
    Target("3", "the same: 0.8 × SHA-256 or the disk", at_least_machine("push-256mb-patch-1", 0.8)),
    Target("3", "push of 1 MB, 4 clients: 5 × distribution 2.8", at_least("push-1mb-put-4", 5, OLD)),
    Target("4", "small image push, 4 clients: 6 × distribution 2.8", at_least(_images(4), 6, OLD)),
    Target("4", "small image push, 32 clients: 8 × distribution 2.8", at_least(_images(32), 8, OLD)),
    Target("4", "the same: p99 under 4 × the median", tail_below(_images(32), 4)),
    Target("4", "small image pull, 32 clients: 10 × distribution 2.8", at_least("image-pull-32", 10, OLD)),
    *_pages(),
    Target("5", "token issue: 2,000 a second", number_at_least("token", 2_000)),
    Target("6", "1,000 pulls at once: memory under 100 MB", number_below("memory-pulls", 100)),
    Target("6", "idle: memory under 60 MB", number_below("memory-idle", 60)),
    Target("6", "start: under 300 ms", number_below("start", 300)),
    Target("6", "program: under 60 MB", number_below("binary", 60)),
    *_over_tls(),
)
