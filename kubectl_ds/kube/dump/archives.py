"""Tar and zip archives as the files of a dump. Nothing is unpacked."""

import os
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from kubectl_ds.errors import KubectlDsError
from kubectl_ds.kube.dump.bounds import Budget, Readable, Reopen, Unpacked
from kubectl_ds.kube.dump.files import Wanted, damaged, safe_name


class TarArchive:
    """A tar file, plain or as it comes out of a decompressor; each look at it is one way through."""

    def __init__(self, source: str, reopen: Reopen, budget: Budget) -> None:
        """`reopen` gives the unpacked stream from its beginning."""
        self._source = source
        self._reopen = reopen
        self._budget = budget

    def names(self) -> list[str]:
        return [name for name, _ in self._members(lambda _: False, count=True)]

    def read(self, wanted: Wanted) -> Iterator[tuple[str, bytes]]:
        for name, content in self._members(wanted):
            if content is not None:
                yield name, content

    def _members(self, wanted: Wanted, *, count: bool = False) -> Iterator[tuple[str, bytes | None]]:
        try:
            with self._reopen() as unpacked, _tar(stream := _OneWay(unpacked, self._budget)) as archive:
                for member in archive:
                    if count:
                        self._budget.count()
                    name = safe_name(member.name)
                    if name and member.isreg() and not member.issparse():
                        yield name, self._content(archive, member) if wanted(name) else None
                    # What has been seen is not needed again, and there may be very much of it.
                    archive.members = []  # type: ignore[attr-defined]
                if count:
                    # A checksum stands behind everything else.
                    stream.to_the_end()
        except (tarfile.TarError, EOFError, OSError, ValueError, zlib.error) as error:
            raise damaged(self._source, error) from None

    def _content(self, archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
        stream = archive.extractfile(member)
        assert stream is not None
        content = self._budget.read(stream)
        if len(content) != member.size:
            raise EOFError
        return content


class ZipArchive:
    """A zip file."""

    def __init__(self, source: str, file: BinaryIO, budget: Budget) -> None:
        self._source = source
        self._budget = budget
        try:
            self._archive = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, OSError, ValueError) as error:
            raise damaged(source, error) from None
        self._members = {
            name: member for member in self._archive.infolist() if (name := self._name_of(member))
        }

    def names(self) -> list[str]:
        return list(self._members)

    def read(self, wanted: Wanted) -> Iterator[tuple[str, bytes]]:
        for name, member in self._members.items():
            if not wanted(name):
                continue
            try:
                with self._unpacked(member) as stream:
                    yield name, self._budget.read(stream)
            except (zipfile.BadZipFile, EOFError, OSError, ValueError, zlib.error) as error:
                raise damaged(self._source, error) from None
            except (RuntimeError, NotImplementedError):
                raise KubectlDsError(
                    f"{name} in {self._source} is encrypted, or packed in a way that is not read here"
                ) from None

    def _unpacked(self, member: zipfile.ZipInfo) -> Unpacked:
        return Unpacked(self._archive.open(member), lambda: member.compress_size, self._budget)

    def _name_of(self, member: zipfile.ZipInfo) -> str:
        self._budget.count()
        kind = stat.S_IFMT(member.external_attr >> 16)
        return "" if member.is_dir() or kind not in (0, stat.S_IFREG) else safe_name(member.filename)


class _OneWay:
    """An unpacked stream that is only gone through forwards, and whose bytes count even where they are passed over.

    tarfile takes long names and pax headers into memory whole, whatever size they claim, and headers have been made
    that send it back and back again. The one step back that it takes by itself, to see whether a member is whole, is
    answered from what was read last.
    """

    def __init__(self, stream: Readable, budget: Budget) -> None:
        self._stream = stream
        self._budget = budget
        self._reached = 0
        self._place = 0
        self._last = b""

    def tell(self) -> int:
        return self._place

    def read(self, size: int = -1) -> bytes:
        self._budget.fits(size)
        again = self._last if self._place < self._reached else b""
        content = again + self._forwards(size - len(again))
        self._place = self._reached
        return content

    def seek(self, place: int, whence: int = os.SEEK_SET) -> int:
        if whence != os.SEEK_SET or place < self._reached - len(self._last):
            raise ValueError("it leads backwards")
        while self._reached < place:
            piece = self._forwards(min(place - self._reached, 1 << 20))
            if not piece:
                break
            self._budget.pass_over(len(piece))
        self._place = min(place, self._reached)
        return self._place

    def to_the_end(self) -> None:
        """Past all that is left."""
        while piece := self._forwards(1 << 20):
            self._budget.pass_over(len(piece))

    def _forwards(self, size: int) -> bytes:
        piece = self._stream.read(size)
        self._reached += len(piece)
        self._last = piece[-1:] or self._last
        return piece


def _tar(stream: _OneWay) -> tarfile.TarFile:
    # "r:" is a plain tar alone: tarfile would otherwise try one decompressor after the other, from the beginning.
    return tarfile.open(fileobj=stream, mode="r:")  # type: ignore[call-overload,no-any-return]
