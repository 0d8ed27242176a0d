"""From the words behind `--from` to an open session: the one door to dumps."""

import gzip
import io
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO, Final, TextIO

from kubectl_ds.errors import KubectlDsError, UsageError
from kubectl_ds.kube.connection import Session
from kubectl_ds.kube.dump.bounds import Budget, Reopen, Unpacked, budget_from
from kubectl_ds.kube.dump.files import Folder, damaged
from kubectl_ds.kube.dump.folders import read_files
from kubectl_ds.kube.dump.gathered import Gathered
from kubectl_ds.kube.dump.holdings import Holdings
from kubectl_ds.kube.dump.texts import read_text
from kubectl_ds.kube.dump.transport import DumpTransport

STDIN: Final = "-"
_HEADER: Final = 512
_CHECKSUM: Final = slice(148, 156)
"""Where it stands in a header of tar, octal; it counts itself as blanks."""
_GZIP: Final = b"\x1f\x8b"
_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
_NOT_READ: Final = {b"\xfd7zXZ\x00": "xz", b"BZh": "bzip2", b"\x28\xb5\x2f\xfd": "zstd"}


def open_dump(
    path: str,
    *,
    stdin: TextIO | BinaryIO | None = None,
    namespace: str = "",
    variables: Mapping[str, str] | None = None,
) -> Session:
    """A session whose cluster is the dump at `path`; `-` is `stdin`. The whole dump is then in memory.

    A snapshot of `kubectl ds snapshot`; what `kubectl get -o json|yaml` printed, of any number of kinds; a folder or
    an archive (tar, tar.gz, zip) of either, of `kubectl cluster-info dump`, of must-gather, of Troubleshoot.sh.
    `namespace` is what -n says. Without it a name is looked for wherever it is, and everything is meant where no
    name is given; a snapshot taken with a context of a namespace that has DaemonSets stays in that one, and a dump
    of one namespace is about that one.
    `variables`: KUBECTL_DS_DUMP_LIMIT raises the bound on what is unpacked.

    Raises `UsageError` for a path that is not there, `KubectlDsError` for what cannot be read or is no dump.
    """
    source = "standard input" if path == STDIN else path
    gathered = Gathered(f"the dump on {source}" if path == STDIN else f"the dump at {path}")
    if path != STDIN and not Path(path).exists():
        raise UsageError(f'the path "{path}" does not exist')
    _read(_Source(path, stdin, budget_from(source, variables or {})), gathered)
    holdings = gathered.holdings()
    meant = namespace or _meant(holdings)
    return Session(
        transport=DumpTransport(holdings),
        namespace=meant or "default",
        homes=None if meant else holdings.homes,
    )


def _meant(holdings: Holdings) -> str:
    """The namespace that people mean who name none; "" for all of them."""
    lived_in = {namespace for where in holdings.homes.values() for namespace in where}
    if holdings.namespace in lived_in:
        return holdings.namespace
    return "" if len(lived_in) != 1 or holdings.holds_all("daemonsets.apps") else lived_in.pop()


class _Source:
    """The bytes behind a path or standard input, from their beginning as often as they are needed."""

    def __init__(self, path: str, stdin: TextIO | BinaryIO | None, budget: Budget) -> None:
        self.path = path
        self.budget = budget
        self._content: bytes | None = None
        if path == STDIN:
            self._content = _standard_input(stdin, budget)
        elif not Path(path).is_file() and not Path(path).is_dir():
            # `--from <(kubectl get …)`: a pipe can be read once.
            with self.open() as pipe:
                self._content = budget.read(pipe)

    def open(self) -> BinaryIO:
        """Raises `KubectlDsError` for what cannot be read."""
        if self._content is not None:
            return io.BytesIO(self._content)
        try:
            return open(self.path, "rb")
        except OSError as error:
            raise KubectlDsError(f"{self.path} cannot be read: {error.strerror}") from None

    def unpacked(self) -> Unpacked:
        """What gzip packed."""
        packed = self.open()
        return Unpacked(_Gunzip(packed), packed.tell, self.budget)


class _Gunzip(gzip.GzipFile):
    """Closes what it reads from."""

    def __init__(self, packed: BinaryIO) -> None:
        super().__init__(fileobj=packed)
        self._packed = packed

    def close(self) -> None:
        super().close()
        self._packed.close()


def _read(source: _Source, gathered: Gathered) -> None:
    if source.path != STDIN and Path(source.path).is_dir():
        read_files(Folder(source.path, source.budget), gathered)
        return
    with source.open() as stream:
        beginning = stream.read(_HEADER)
    for magic, packer in _NOT_READ.items():
        if beginning.startswith(magic):
            raise KubectlDsError(
                f"{gathered.where} is packed with {packer}, which is not read here",
                hint=f"unpack it with {packer}, or pack it with gzip",
            )
    if beginning.startswith(_ZIP):
        from kubectl_ds.kube.dump.archives import ZipArchive

        with source.open() as stream:
            read_files(ZipArchive(source.path, stream, source.budget), gathered)
        return
    reopen: Reopen = source.unpacked if beginning.startswith(_GZIP) else source.open
    try:
        with reopen() as unpacked:
            is_archive = is_tar(unpacked.read(_HEADER))
        if not is_archive:
            with reopen() as unpacked:
                read_text(source.budget.read(unpacked), gathered)
            return
    except (EOFError, OSError, zlib.error) as error:
        raise damaged(source.path, error) from None
    from kubectl_ds.kube.dump.archives import TarArchive

    read_files(TarArchive(source.path, reopen, source.budget), gathered)


def is_tar(beginning: bytes) -> bool:
    """Whether a header of tar stands there: it is a sum of its own bytes, and old archives have no other mark."""
    field = beginning[_CHECKSUM].strip(b" \0")
    if len(beginning) < _HEADER or not field or field.strip(b"01234567"):
        return False
    rest = sum(beginning[: _CHECKSUM.start]) + sum(beginning[_CHECKSUM.stop : _HEADER])
    return int(field, 8) == rest + sum(b" " * 8)


def _standard_input(stdin: TextIO | BinaryIO | None, budget: Budget) -> bytes:
    if stdin is None:
        raise UsageError("there is no standard input to read a dump from")
    binary = getattr(stdin, "buffer", stdin)
    content = binary.read()
    if isinstance(content, str):
        content = content.encode("utf-8", "surrogateescape")
    budget.spend(len(content))
    return bytes(content)
