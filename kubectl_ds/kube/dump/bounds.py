"""How much of a dump is taken into memory: archives say little of what they unpack to, and some are made to lie."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from io import BytesIO
from typing import Final, Protocol

from kubectl_ds.core.quantity import parse_quantity
from kubectl_ds.errors import KubectlDsError, UsageError

VARIABLE: Final = "KUBECTL_DS_DUMP_LIMIT"
"""The environment variable that raises the bound: bytes, or an amount as Kubernetes writes it (4Gi)."""

TOTAL: Final = 2 * 2**30
"""Bytes, unpacked: all nodes and pods of a cluster of 5,000 nodes as `kubectl get -o json` prints them, and a half."""

MEMBERS: Final = 200_000
"""Files in one folder or archive; a support bundle of a large cluster has some ten thousand."""

_TIMES_PASSED_OVER: Final = 16
"""How much longer than the bound an archive may be in all: logs are passed over, and cost time alone."""
_TIMES_AS_LONG: Final = 200
"""A dump of a large cluster packs to a fortieth; a bomb is a thousand times as long as its file."""
_WITHOUT_A_LOOK: Final = 64 * 2**20
"""Bytes that any file may unpack to."""
_AT_ONCE: Final = 1 << 20


class Readable(Protocol):
    """A stream of bytes."""

    def read(self, size: int = -1, /) -> bytes:
        """So many bytes or fewer; none at the end."""
        ...


Reopen = Callable[[], AbstractContextManager[Readable]]
"""Gives a stream from its beginning."""


class Closable(Readable, Protocol):
    """A stream that somebody has to close."""

    def close(self) -> None:
        """It is not read again."""
        ...


class Budget:
    """What may still be unpacked. Raises `KubectlDsError` with the number when it is used up."""

    def __init__(self, source: str, total: int = TOTAL, *, is_trusted: bool = False) -> None:
        """`is_trusted`: somebody has said how much may be unpacked, and so that it is no bomb."""
        self._source = source
        self._is_trusted = is_trusted
        self._total = self._left = total
        self._passed_over = 0
        self._members = 0

    def spend(self, size: int) -> None:
        """So many bytes more are in memory."""
        self._left -= size
        self._refuse_beyond(self._left >= 0, self._total)

    def fits(self, size: int) -> None:
        """So many bytes are about to be taken into memory, for a moment."""
        self._refuse_beyond(0 <= size <= self._total, self._total)

    def pass_over(self, size: int) -> None:
        """So many bytes more are unpacked and let go."""
        self._passed_over += size
        most = self._total * _TIMES_PASSED_OVER
        self._refuse_beyond(self._passed_over <= most, most)

    def in_proportion(self, unpacked: int, packed: int) -> None:
        """So much has come out of so much of the file."""
        if not self._is_trusted and unpacked > max(_WITHOUT_A_LOOK, _TIMES_AS_LONG * packed):
            raise KubectlDsError(
                f"{self._source} unpacks to {_TIMES_AS_LONG} times its size and more, as no dump of a cluster does",
                hint=f"{VARIABLE}=8Gi reads it all the same, if you trust where it came from",
            )

    def _refuse_beyond(self, fits: bool, most: int) -> None:
        if not fits:
            raise KubectlDsError(
                f"{self._source} unpacks to more than {most:,} bytes",
                hint=f"{VARIABLE}=8Gi allows more, if you trust where it came from",
            )

    def count(self) -> None:
        """One more file has been met, whether it is read or not."""
        self._members += 1
        if self._members > MEMBERS:
            raise KubectlDsError(f"{self._source} holds more than {MEMBERS:,} files")

    def read(self, stream: Readable) -> bytes:
        """All of a stream, piece by piece, so that a bomb is noticed before it goes off."""
        content = BytesIO()
        while piece := stream.read(_AT_ONCE):
            self.spend(len(piece))
            content.write(piece)
        # Given away without a copy, unlike pieces that are joined.
        return content.getvalue()


def budget_from(source: str, variables: Mapping[str, str]) -> Budget:
    """With the bound that the environment names. Raises `UsageError` for what is no amount."""
    text = variables.get(VARIABLE, "")
    if not text:
        return Budget(source)
    try:
        total = int(parse_quantity(text))
    except ValueError:
        total = 0
    if total <= 0:
        raise UsageError(f"{VARIABLE} is no amount of bytes: {text!r}", hint=f"as in {VARIABLE}=8Gi")
    return Budget(source, total, is_trusted=True)


class Unpacked:
    """A decompressor's stream that is given up when it becomes too long for what it was made of."""

    def __init__(self, stream: Closable, packed: Callable[[], int], budget: Budget) -> None:
        """`packed`: how many bytes of the file have been used so far."""
        self._stream = stream
        self._packed = packed
        self._budget = budget
        self._unpacked = 0

    def read(self, size: int = -1) -> bytes:
        """As of the stream. Raises `KubectlDsError` for a bomb."""
        piece = self._stream.read(size)
        self._unpacked += len(piece)
        self._budget.in_proportion(self._unpacked, self._packed())
        return piece

    def __enter__(self) -> "Unpacked":
        return self

    def __exit__(self, *error: object) -> None:
        self._stream.close()
