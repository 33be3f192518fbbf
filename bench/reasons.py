"""Why Wharf is behind where it is, by row, which Wharf, and peer: said by hand, shown by the report."""

from dataclasses import dataclass
from fnmatch import fnmatchcase

UNKNOWN = "Nobody has said yet why:"


@dataclass(frozen=True)
class Reason:
    """`rows`: names of rows, with wildcards; `ours` and `peer` are servers' keys, with wildcards."""

    rows: tuple[str, ...]
    ours: str
    peer: str
    text: str

    def holds(self, row: str, ours: str, peer: str) -> bool:
        is_row = any(fnmatchcase(row, pattern) for pattern in self.rows)
        return is_row and fnmatchcase(ours, self.ours) and fnmatchcase(peer, self.peer)


# The first that holds is the row's.
REASONS = (
    Reason(
        ("manifest-tag-many-32",),
        "wharf-shared",
        "*",
        "On PostgreSQL nothing is remembered for longer than 200 ms, so each of 100,000 tags is asked of the database"
        " again:",
    ),
    Reason(
        ("manifest-*", "blob-4kb-*", "image-pull-*", "tls-manifest-*", "tls-blob-4kb-*", "tls-image-pull-*"),
        "*",
        "nginx",
        "nginx finds a file by its name and asks nobody. Wharf looks at the token, at whether its holder may still pull"
        " there, and whether the repository still has what is asked for; it counts the pull, gives the request an id"
        " and measures it:",
    ),
    Reason(
        ("blob-1mb-*", "blob-256mb-*", "tls-blob-256mb-*"),
        "wharf-shared",
        "*",
        "Each byte comes from another server, versitygw, which works on the same two cores, and passes through Wharf"
        " (with `storage.redirect` it does not); the peers send local files:",
    ),
    Reason(
        ("push-*", "image-push-*", "tls-push-*", "tls-image-push-*", "mount", "create-repository"),
        "wharf-shared",
        "*",
        "What is pushed is written twice, to the spool and to versitygw, and each transaction is a conversation with"
        " PostgreSQL; all three share two cores, while the peers write local files:",
    ),
    Reason(
        ("blob-*",),
        "wharf",
        "nginx",
        "For each MiB Wharf asks whether it is in memory, so that no thread that others need waits for the disk, and"
        " hands it through the HTTP library; on few connections nothing else fills the pause:",
    ),
    Reason(
        ("start",),
        "*",
        "*",
        "Before it answers, Wharf opens its stores, brings the schema up to date and reads its keys:",
    ),
    Reason(
        ("binary", "memory-*"),
        "*",
        "*",
        "Wharf holds two databases' and four content stores' clients, TLS and the cloud API:",
    ),
)


def why(row: str, ours: str, peer: str) -> str:
    """A sentence that ends with a colon."""
    return next((reason.text for reason in REASONS if reason.holds(row, ours, peer)), UNKNOWN)
