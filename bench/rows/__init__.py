"""All rows, in the report's order."""

from bench.rows import blobs, cloud_api, images, listings, manifests, program, pushes
from bench.rows.row import Figure, Row, Unit

AnyRow = Row | Figure

OVER_TLS = (
    "manifest-tag-32",
    "blob-4kb-64",
    "blob-256mb-4",
    "push-1mb-put-4",
    "push-256mb-patch-1",
    "image-push-4-one",
    "image-push-32-one",
    "image-pull-32",
)

_PLAIN: tuple[AnyRow, ...] = (
    *manifests.ROWS,
    *blobs.ROWS,
    *pushes.ROWS,
    *images.ROWS,
    *listings.ROWS,
    *cloud_api.ROWS,
    *program.ROWS,
)

ROWS: tuple[AnyRow, ...] = (
    *_PLAIN,
    *(row.over_tls() for row in _PLAIN if isinstance(row, Row) and row.key in OVER_TLS),
)

__all__ = ["ROWS", "AnyRow", "Figure", "Row", "Unit"]
