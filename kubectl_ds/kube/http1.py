"""HTTP/1.1 on one connection (RFC 9112): a request out, an answer in. No more of it than API servers speak.

Not http.client: it reads the head with the parser for mail, whose import takes longer than a whole request,
and it takes chunks apart one blocking read at a time (docs/decisions/0006-http.md has the figures).
"""

import socket
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from msgspec import Struct

from kubectl_ds.kube.wire import CutShort, Headers, Limits, NoAnswer, NotHttp

_RECEIVE: Final = 1 << 16
"""Bytes asked for at once; a TLS record brings 16 KiB at most."""
_HEAD_AT_MOST: Final = 1 << 18
_LINE_AT_MOST: Final = 1 << 12
"""Bytes of a chunk's size and extensions, or of one line of a trailer."""
_TRAILER_LINES: Final = 100
_HEXADECIMAL: Final = frozenset(b"0123456789abcdefABCDEF")


class _Head(Struct, frozen=True):
    version: str
    status: int
    reason: str
    fields: dict[str, str]

    @property
    def lasts(self) -> bool:
        """Whether the connection stays open behind this answer."""
        said = self.fields.get("connection", "").lower()
        return "close" not in said and (self.version != "HTTP/1.0" or "keep-alive" in said)


class Connection:
    """One connection to a server, or through a proxy. Not for several threads at once."""

    def __init__(self, sock: socket.socket) -> None:
        self._socket = sock
        self._limits = Limits()
        self._unread = b""

    def ask(
        self,
        method: str,
        target: str,
        headers: Headers,
        body: bytes | None,
        limits: Limits,
        freed: Callable[["Connection"], None] = lambda _: None,
    ) -> "Http1Answer":
        """One exchange; the body of the answer before it must have been read to its end.

        `freed` is called when this answer's body has been read and the connection can carry another one.
        Raises `NoAnswer`, `CutShort`, `NotHttp`, `ssl.SSLError`, `OSError` (`TimeoutError`).
        """
        self._limits = limits
        self._apply_limits()
        self._socket.sendall(_request(method, target, headers, body))
        head = self._head()
        while 100 <= head.status < 200 and head.status != 101:
            head = self._head()
        is_empty = method in ("HEAD", "CONNECT") or head.status in (204, 304)
        return Http1Answer(self, head, is_empty=is_empty, freed=freed)

    def close(self) -> None:
        self._socket.close()

    def is_stale(self) -> bool:
        """Whether the server has hung up, or said something that nobody asked for, since the last answer."""
        import select

        if self._unread:
            return True
        if not hasattr(select, "poll"):
            return bool(select.select([self._socket], [], [], 0)[0])
        waiting = select.poll()
        waiting.register(self._socket, select.POLLIN)
        return bool(waiting.poll(0))

    def take_unread(self) -> bytes:
        """What came with the last read and belongs to what follows."""
        unread, self._unread = self._unread, b""
        return unread

    def put_back(self, rest: bytes) -> None:
        self._unread = rest

    def receive(self) -> bytes:
        """The next bytes, within the limits; none at the end. Raises `OSError` (`TimeoutError`)."""
        if self._limits.deadline is not None:
            self._apply_limits()
        return self._socket.recv(_RECEIVE)

    def receive_more(self) -> bytes:
        """The next bytes of an answer that has not come to its end. Raises `CutShort` when there are none."""
        part = self.receive()
        if not part:
            raise CutShort
        return part

    def _apply_limits(self) -> None:
        self._socket.settimeout(seconds_left(self._limits))

    def _head(self) -> _Head:
        received = self.take_unread()
        while (end := _end_of_head(received)) < 0:
            if not b"HTTP/".startswith(received[:5]):
                raise NotHttp(f"it begins with {received[:20]!r}")
            if len(received) > _HEAD_AT_MOST:
                raise NotHttp("its head has no end")
            if received:
                received += self.receive_more()
            elif not (received := self.receive()):
                raise NoAnswer
        self.put_back(received[end:])
        return _parsed_head(received[:end])


class Http1Answer:
    """An answer whose head has been read: see `wire.Answer`."""

    def __init__(
        self,
        connection: Connection,
        head: _Head,
        *,
        is_empty: bool,
        freed: Callable[[Connection], None],
    ) -> None:
        self._connection = connection
        self._is_empty = is_empty
        self._lasts = head.lasts
        self._freed = freed
        self._is_over = False
        self.status = head.status
        self.reason = head.reason
        self.headers: Mapping[str, str] = head.fields

    def parts(self) -> Iterator[bytes]:
        yield from self._body()
        if self._lasts:
            self._is_over = True
            self._freed(self._connection)
        else:
            self._connection.close()

    def close(self) -> None:
        # Once it is over, the connection may be somebody else's.
        if not self._is_over:
            self._connection.close()

    def _body(self) -> Iterator[bytes]:
        coding = self.headers.get("transfer-encoding", "")
        if self._is_empty:
            return iter(())
        if coding:
            if coding.lower() != "chunked":
                raise NotHttp(f"it is coded as {coding[:40]!r}")
            return _chunked(self._connection)
        if "content-length" in self.headers:
            return _counted(self._connection, _length(self.headers["content-length"]))
        self._lasts = False
        return _until_closed(self._connection)


def seconds_left(limits: Limits, at_most: float | None = None) -> float | None:
    """How long the next step may take; None for ever. Raises `TimeoutError` once the deadline has passed."""
    bounds = [bound for bound in (limits.silence, at_most) if bound is not None]
    if limits.deadline is not None:
        left = limits.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("the whole answer took too long")
        bounds.append(left)
    return min(bounds, default=None)


def _request(method: str, target: str, headers: Headers, body: bytes | None) -> bytes:
    lines = [f"{method} {target} HTTP/1.1"]
    for name, value in headers:
        if "\n" in value or "\r" in value:
            raise ValueError(f"the header {name} cannot hold a line break")
        lines.append(f"{name}: {value}")
    if body is not None:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + (body or b"")


def _end_of_head(received: bytes) -> int:
    """The place behind the empty line; -1 while there is none. A line feed alone ends a line too, as in Go."""
    marks = (b"\n\r\n", b"\n\n")
    return min((at + len(mark) for mark in marks if (at := received.find(mark)) >= 0), default=-1)


def _parsed_head(head: bytes) -> _Head:
    first, *lines = head.decode("latin-1").rstrip("\r\n").replace("\r\n", "\n").split("\n")
    version, _, rest = first.partition(" ")
    code, reason = rest[:3], rest[3:].strip()
    if not version.startswith("HTTP/1.") or len(code) < 3 or not (code.isascii() and code.isdigit()):
        raise NotHttp(f"it begins with {first[:40]!r}")
    fields: dict[str, str] = {}
    name = ""
    for line in lines:
        if name and line[:1] in (" ", "\t"):  # a value folded onto the next line, long obsolete
            fields[name] += f" {line.strip()}"
            continue
        name, colon, value = line.partition(":")
        name, value = name.strip().lower(), value.strip()
        if not colon or not name:
            raise NotHttp(f"its head holds the line {line[:40]!r}")
        fields[name] = f"{fields[name]}, {value}" if name in fields else value
    return _Head(version, int(code), reason, fields)


def _length(text: str) -> int:
    """A length that is said twice must be the same twice."""
    first, *others = {one.strip() for one in text.split(",")}
    if others or not (first.isascii() and first.isdigit()):
        raise NotHttp(f"its Content-Length is {text[:40]!r}")
    return int(first)


def _counted(connection: Connection, left: int) -> Iterator[bytes]:
    received = connection.take_unread()
    while left:
        part, rest = received[:left], received[left:]
        if part:
            left -= len(part)
            yield part
        received = rest or (connection.receive_more() if left else b"")
    connection.put_back(received)


def _until_closed(connection: Connection) -> Iterator[bytes]:
    part = connection.take_unread()
    while part or (part := connection.receive()):
        yield part
        part = b""


def _chunked(connection: Connection) -> Iterator[bytes]:
    """Chunks taken apart. Those that came with one read go out together: under gzip a chunk is 2 KiB."""
    received, at = connection.take_unread(), 0
    while True:
        whole, at = _whole_chunks(received, at)
        if whole:
            yield whole
        line, received, at = _line(connection, received, at)
        size = _size(line)
        if size == 0:
            return _skip_trailer(connection, received, at)
        while size:
            part, received, at = received[at : at + size], received[at + size :], 0
            if part:
                size -= len(part)
                yield part
            else:
                received = connection.receive_more()
        line, received, at = _line(connection, received, at)
        if line.strip():
            raise NotHttp(f"a chunk of it goes on with {line[:20]!r}")


def _whole_chunks(received: bytes, at: int) -> tuple[bytes, int]:
    """The chunks that lie whole in what was received, from `at` on, and the place behind them."""
    chunks = []
    while (end := received.find(b"\n", at)) >= 0:
        size = _size(received[at:end])
        stop = end + 1 + size
        if not size or received[stop : stop + 2] != b"\r\n":
            break
        chunks.append(received[end + 1 : stop])
        at = stop + 2
    return b"".join(chunks), at


def _line(connection: Connection, received: bytes, at: int) -> tuple[bytes, bytes, int]:
    """The line that begins at `at`, what has been received by then, and the place behind the line."""
    while (end := received.find(b"\n", at)) < 0:
        if len(received) - at > _LINE_AT_MOST:
            raise NotHttp("a line of its chunks has no end")
        received, at = received[at:] + connection.receive_more(), 0
    return received[at:end], received, end + 1


def _size(line: bytes) -> int:
    digits = line.partition(b";")[0].strip()
    if not digits or not _HEXADECIMAL.issuperset(digits):
        raise NotHttp(f"a chunk of it has the size {line[:20]!r}")
    return int(digits, 16)


def _skip_trailer(connection: Connection, received: bytes, at: int) -> None:
    for _ in range(_TRAILER_LINES):
        line, received, at = _line(connection, received, at)
        if not line.strip():
            connection.put_back(received[at:])
            return
    raise NotHttp("its trailer has no end")
