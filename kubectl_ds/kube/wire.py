"""What lies below a session: one request and its answer at a time, on connections that are kept.

Two implementations: `connections.py`, the program's own, and `urllib3_wire.py` around the pools of an
`ApiClient`.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from msgspec import Struct

Headers = Sequence[tuple[str, str]]
"""In order; a name may come more than once. Values are Latin-1, as they go over the wire."""

CONNECT_SECONDS = 30.0
"""As Go's default dialer."""


class Limits(Struct, frozen=True):
    """`deadline` is the moment (`time.monotonic`) at which a whole exchange is over, None for no limit;
    `silence` is how many seconds the server may say nothing, None for ever."""

    deadline: float | None = None
    silence: float | None = None


class WireError(Exception):
    """There is no whole answer. Beside it stand `OSError` and, among them, `ssl.SSLError`."""


class NotReached(WireError):
    """No connection came about: refused, not routed, timed out, a name that is not known (`__cause__`)."""


class ProxyFailed(WireError):
    """The proxy is not there, or would not connect (`__cause__`)."""


class NoAnswer(WireError):
    """The connection was closed without a word."""


class CutShort(WireError):
    """The answer ended before its end."""


class NotHttp(WireError):
    """What came back is no HTTP; what it is, is its text."""


class Answer(Protocol):
    """An answer whose head has been read. Header names are lower case; of several values, a list in commas."""

    @property
    def status(self) -> int: ...

    @property
    def headers(self) -> Mapping[str, str]: ...

    def parts(self) -> Iterator[bytes]:
        """The body as it comes, transfer coding taken off and content coding left on.

        Read to its end it frees the connection for the next request. Raises `WireError`, `OSError`.
        """
        ...

    def close(self) -> None:
        """Break off: what has not been read is of no interest, and the connection ends."""
        ...


class Wire(Protocol):
    """Connections to one server. Safe for several threads; an `Answer` belongs to one."""

    def ask(self, method: str, url: str, headers: Headers, body: bytes | None, limits: Limits) -> Answer:
        """Send one request and read the head of the answer.

        Raises `WireError`, `OSError`.
        """
        ...

    def close(self) -> None:
        """End the connections that nobody uses; those in use end with their answer."""
        ...
