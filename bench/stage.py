"""The servers of a run: those that hold content and live as long as it, and those of one round."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from wharf.files import files_below

from bench.certificate import Certificate
from bench.content import Content
from bench.peers import Peer, WharfShared
from bench.rows import AnyRow


class Stage:
    """Use it as a context: at its end no process and no file of it is left."""

    def __enter__(self) -> "Stage":
        self.folder = tempfile.TemporaryDirectory(prefix="bench-")
        self.certificate = Certificate.make(Path(self.folder.name))
        self.contents: dict[tuple[type[Peer], bool], Content] = {}
        self.made: list[Peer] = []
        return self

    def __exit__(self, *_: object) -> None:
        for peer in list(self.made):
            self._discard(peer)
        WharfShared.discard_stores()
        self.folder.cleanup()

    def content(self, kind: type[Peer], row: AnyRow) -> Content:
        """The lasting server of this kind, with what it holds; it may be stopped."""
        key = (kind, row.tls)
        if key not in self.contents:
            self.contents[key] = Content(self._make(kind, row))
        return self.contents[key]

    @contextmanager
    def fresh(self, kind: type[Peer], row: AnyRow) -> Iterator[Content]:
        """A server of this kind that holds nothing; it runs while the block does."""
        peer = self._make(kind, row)
        try:
            peer.start()
            yield Content(peer)
        finally:
            peer.stop()
            for folder in peer.folders:
                _empty(folder)

    def _make(self, kind: type[Peer], row: AnyRow) -> Peer:
        peer = kind(self.certificate if row.tls else None)
        self.made.append(peer)
        return peer

    def _discard(self, peer: Peer) -> None:
        self.made.remove(peer)
        peer.discard()


def _empty(folder: Path) -> None:
    """Free the disk's space, and leave the files until the run ends.

    Without a journal, ext4 uses no place of a deleted file again for minutes, and passes over all of them whenever a file
    is made: the next server would pay for what the one before has left.
    """
    for file in files_below(folder):
        os.truncate(file, 0)
