"""From the words behind `--from` to an open session: the one door to dumps."""

import gzip
import io
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO, Final, TextIO, cast

from kubectl_ds.errors import KubectlDsError, UsageError
from kubectl_ds.kube.connection import Session
from kubectl_ds.kube.dump.bounds import Budget, budget_from
from kubectl_ds.kube.dump.cluster_info import is_standard_output, read_standard_output
from kubectl_ds.kube.dump.files import Folder, TarArchive, ZipArchive, damaged, is_tar
from kubectl_ds.kube.dump.folders import read_files
from kubectl_ds.kube.dump.gathered import Gathered
from kubectl_ds.kube.dump.holdings import Holdings
from kubectl_ds.kube.dump.lists import read_lists
from kubectl_ds.kube.dump.snapshot_file import is_snapshot, read_snapshot_file
from kubectl_ds.kube.dump.transport import DumpTransport

STDIN: Final = "-"
_HEADER: Final = 512
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
    name is given; a snapshot taken with a context of a namespace that has DaemonSets stays in that one.
    `variables`: KUBECTL_DS_DUMP_LIMIT raises the bound on what is unpacked.

    Raises `UsageError` for a path that is not there, `KubectlDsError` for what cannot be read or is no dump.
    """
    source = "standard input" if path == STDIN else path
    gathered = Gathered(f"the dump on {source}" if path == STDIN else f"the dump at {path}")
    if path != STDIN and not Path(path).exists():
        raise UsageError(f'the path "{path}" does not exist')
    _read(_Source(path, stdin, budget_from(source, variables or {})), gathered)
    holdings = gathered.holdings()
    return Session(
        transport=DumpTransport(holdings),
        namespace=namespace or holdings.namespace or "default",
        homes=None if namespace or _stays(holdings) else holdings.homes,
    )


def _stays(holdings: Holdings) -> bool:
    return any(holdings.namespace in where for where in holdings.homes.values())


class _Source:
    """The bytes behind a path or standard input, from their beginning as often as they are needed."""

    def __init__(self, path: str, stdin: TextIO | BinaryIO | None, budget: Budget) -> None:
        self.path = path
        self.budget = budget
        self._content = _standard_input(stdin, budget) if path == STDIN else None

    def open(self) -> BinaryIO:
        """Raises `KubectlDsError` for what cannot be read."""
        if self._content is not None:
            return io.BytesIO(self._content)
        try:
            return open(self.path, "rb")
        except OSError as error:
            raise KubectlDsError(f"{self.path} cannot be read: {error.strerror}") from None

    def unpacked(self) -> BinaryIO:
        """What gzip packed."""
        return cast("BinaryIO", gzip.GzipFile(fileobj=self.open()))


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
        with source.open() as stream:
            read_files(ZipArchive(source.path, stream, source.budget), gathered)
        return
    reopen = source.unpacked if beginning.startswith(_GZIP) else source.open
    try:
        with reopen() as stream:
            if not is_tar(stream.read(_HEADER)):
                stream.seek(0)
                _read_text(source.budget.read(stream), gathered)
                return
    except (EOFError, OSError, zlib.error) as error:
        raise damaged(source.path, error) from None
    read_files(TarArchive(source.path, reopen, source.budget), gathered)


def _read_text(content: bytes, gathered: Gathered) -> None:
    if is_snapshot(content):
        read_snapshot_file(content, gathered)
    elif is_standard_output(content):
        read_standard_output(content, gathered)
    else:
        read_lists(content, gathered)


def _standard_input(stdin: TextIO | BinaryIO | None, budget: Budget) -> bytes:
    if stdin is None:
        raise UsageError("there is no standard input to read a dump from")
    binary = getattr(stdin, "buffer", stdin)
    content = binary.read()
    if isinstance(content, str):
        content = content.encode("utf-8", "surrogateescape")
    budget.spend(len(content))
    return bytes(content)
