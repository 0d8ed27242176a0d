"""From the words behind `--from` to an open session: the one door to dumps."""

import gzip
import io
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO, Final, TextIO

from kubectl_ds.errors import KubectlDsError, UsageError
from kubectl_ds.kube.connection import Session
from kubectl_ds.kube.dump.bounds import Budget, budget_from
from kubectl_ds.kube.dump.gathered import Gathered
from kubectl_ds.kube.dump.holdings import Holdings
from kubectl_ds.kube.dump.lists import read_lists
from kubectl_ds.kube.dump.snapshot_file import is_snapshot, read_snapshot_file
from kubectl_ds.kube.dump.transport import DumpTransport

STDIN: Final = "-"
_GZIP: Final = b"\x1f\x8b"


def open_dump(
    path: str,
    *,
    stdin: TextIO | BinaryIO | None = None,
    namespace: str = "",
    variables: Mapping[str, str] | None = None,
) -> Session:
    """A session whose cluster is the dump at `path`; `-` is `stdin`. The whole dump is then in memory.

    A snapshot of `kubectl ds snapshot`, or what `kubectl get -o json|yaml` printed, of any number of kinds.
    `namespace` is what -n says. Without it a name is looked for wherever it is, and everything is meant where no
    name is given; a snapshot taken with a context of a namespace that has DaemonSets stays in that one.
    `variables`: KUBECTL_DS_DUMP_LIMIT raises the bound on what is unpacked.

    Raises `UsageError` for a path that is not there, `KubectlDsError` for what cannot be read or is no dump.
    """
    source = "standard input" if path == STDIN else path
    gathered = Gathered(f"the dump on {source}" if path == STDIN else f"the dump at {path}")
    _read(_content(path, stdin, budget_from(source, variables or {})), gathered)
    holdings = gathered.holdings()
    return Session(
        transport=DumpTransport(holdings),
        namespace=namespace or holdings.namespace or "default",
        homes=None if namespace or _stays(holdings) else holdings.homes,
    )


def _stays(holdings: Holdings) -> bool:
    return any(holdings.namespace in where for where in holdings.homes.values())


def _read(content: bytes, gathered: Gathered) -> None:
    if is_snapshot(content):
        read_snapshot_file(content, gathered)
    else:
        read_lists(content, gathered)


def _content(path: str, stdin: TextIO | BinaryIO | None, budget: Budget) -> bytes:
    """What the file holds, unpacked. Raises as `open_dump` does."""
    if path == STDIN:
        content = _standard_input(stdin, budget)
    else:
        place = Path(path)
        if not place.exists():
            raise UsageError(f'the path "{path}" does not exist')
        try:
            with place.open("rb") as stream:
                content = budget.read(stream)
        except OSError as error:
            raise KubectlDsError(f"{path} cannot be read: {error.strerror}") from None
    return _unpacked(content, path, budget) if content.startswith(_GZIP) else content


def _standard_input(stdin: TextIO | BinaryIO | None, budget: Budget) -> bytes:
    if stdin is None:
        raise UsageError("there is no standard input to read a dump from")
    binary = getattr(stdin, "buffer", stdin)
    content = binary.read()
    if isinstance(content, str):
        content = content.encode("utf-8", "surrogateescape")
    budget.spend(len(content))
    return bytes(content)


def _unpacked(content: bytes, path: str, budget: Budget) -> bytes:
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as stream:
            return budget.read(stream)  # type: ignore[arg-type]
    except EOFError:
        raise KubectlDsError(f"{path} ends in the middle: it is cut short") from None
    except (OSError, zlib.error) as error:
        raise KubectlDsError(f"{path} is damaged: {error}") from None
