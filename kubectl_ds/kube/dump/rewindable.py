"""A gzip file that can go back to a mark: lists that begin again leave nothing of what they had brought."""

import zlib
from typing import Any, BinaryIO, Final, NamedTuple

_GZIP: Final = 31
"""zlib's window bits for a gzip header and trailer; the header names no file and no time."""


class Mark(NamedTuple):
    """A place in the file, and how the text before it was packed."""

    place: int
    packer: Any


class RewindableGzip:
    """Written to a file that can be cut short; `finish` writes the trailer and leaves the file open."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._packer: Any = zlib.compressobj(6, zlib.DEFLATED, _GZIP)

    def write(self, content: bytes) -> None:
        """More of the text."""
        self._file.write(self._packer.compress(content))

    def mark(self) -> Mark:
        """Here `rewind` can come back to."""
        self._file.write(self._packer.flush(zlib.Z_SYNC_FLUSH))
        return Mark(self._file.tell(), self._packer.copy())

    def rewind(self, mark: Mark) -> None:
        """Forget everything since."""
        self._file.seek(mark.place)
        self._file.truncate()
        self._packer = mark.packer.copy()

    def finish(self) -> None:
        """The end of the text."""
        self._file.write(self._packer.flush())
        self._file.flush()
