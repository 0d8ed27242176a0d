"""A snapshot's way to its file: there is all of it or nothing, and nobody else may read it."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO, TextIO, cast

from kubectl_ds.errors import KubectlDsError, UsageError


@contextmanager
def file_at(path: str) -> Iterator[BinaryIO]:
    """A file that can be cut short, and that is at `path` when the block ends well. Mode 0600.

    Raises `UsageError` for a folder, `KubectlDsError` for what cannot be written.
    """
    place = Path(os.path.realpath(path))
    if place.is_dir():
        raise UsageError(f"{path} is a folder", hint="give the name of a file in it")
    try:
        if place.exists() and not place.is_file():
            # A pipe or a device: nothing can take its place.
            with spooled() as spool:
                yield spool
                spool.seek(0)
                with place.open("wb") as device:
                    shutil.copyfileobj(spool, device)
            return
        with _beside(place) as file:
            yield file
    except OSError as error:
        raise KubectlDsError(f"{path} cannot be written: {error.strerror or error}") from None


@contextmanager
def standard_output(stdout: TextIO) -> Iterator[BinaryIO]:
    """A file that can be cut short, and that is copied to standard output when the block ends well."""
    binary: Any = getattr(stdout, "buffer", None)
    if binary is None:
        raise KubectlDsError("standard output takes no bytes here", hint="give -o FILE")
    with spooled() as spool:
        yield spool
        spool.seek(0)
        shutil.copyfileobj(spool, binary)
        binary.flush()


@contextmanager
def _beside(place: Path) -> Iterator[BinaryIO]:
    descriptor, name = tempfile.mkstemp(prefix=f".{place.name}.", dir=place.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, place)
    except BaseException:
        with suppress(OSError):
            os.unlink(name)
        raise


@contextmanager
def spooled() -> Iterator[BinaryIO]:
    """Without a name, so that nothing is left of it whatever happens."""
    with tempfile.TemporaryFile() as spool:
        yield cast("BinaryIO", spool)
