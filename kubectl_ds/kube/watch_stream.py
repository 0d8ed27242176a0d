"""One watch connection: its lines as typed events, and the version from which the next one goes on.

Mirrors `handleAnyWatch` of client-go's tools/cache/reflector.go: every event and every bookmark carries the
version on, and 410 means that it is no longer kept.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final, Generic, Literal, TypeVar

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from kubectl_ds.core.model import ListMeta
from kubectl_ds.errors import UnexpectedAnswer
from kubectl_ds.kube.errors import error_of, unexpected_answer
from kubectl_ds.kube.learned_types import learned
from kubectl_ds.kube.lists import ListRequest
from kubectl_ds.kube.transport import Query, Response, Transport

T = TypeVar("T")

Change = Literal["ADDED", "MODIFIED", "DELETED"]

SILENCE_SECONDS: Final = 150.0
"""Bookmarks come about once a minute: a stream that is silent for longer than two of them may be dead. Taking
it up again where it stood costs one request."""
SHORTEST_SECONDS: Final = 1.0
"""A stream that ended sooner is not taken up again at once."""
_GONE: Final = 410


class WatchLine(Struct, Generic[T], frozen=True):
    """What one line says. A bookmark has no object."""

    change: Literal["ADDED", "MODIFIED", "DELETED", "BOOKMARK"]
    object: T | None = None


class VersionExpired(Exception):
    """The version is no longer kept (410): a new list is needed."""


class WatchedModel(Struct, Generic[T], frozen=True):
    """How the objects of a stream are decoded, and where their resourceVersion stands."""

    decode: Callable[[bytes | msgspec.Raw], T]
    """Raises `msgspec.DecodeError` or `UnicodeDecodeError`; the line is then read again with patience."""
    convert: Callable[[Any], T]
    """The same from a plain tree, nulls and all. Raises `msgspec.ValidationError`."""
    version: Callable[[T], str]


class _Envelope(Struct, frozen=True):
    type: Change | Literal["BOOKMARK", "ERROR"]
    object: msgspec.Raw = msgspec.Raw(b"null")


class _Bookmark(Struct, frozen=True):
    metadata: ListMeta = ListMeta()


class WatchStream(Generic[T]):
    """What happens to a list after `version`. `version` moves on with what is read, for the next stream."""

    def __init__(
        self,
        transport: Transport,
        request: ListRequest[T],
        model: WatchedModel[T],
        *,
        version: str,
        silence: float | None = None,
        seconds: int | None = None,
    ) -> None:
        """`silence`: seconds without a byte after which the stream is dead. `seconds`: asked of the server
        as the stream's length; by itself it takes half an hour and up to twice that.
        """
        self.version = version
        self._transport = transport
        self._request = request
        self._call = replace(request.call, verb="watch")
        self._model = model
        self._silence = silence
        self._seconds = seconds

    @contextmanager
    def open(self) -> Iterator[Iterator[WatchLine[T]]]:
        """One connection. Inside the block the server has agreed; the lines end when it ends the stream.

        Both raise `VersionExpired`, `ApiError`, `ConnectionFailed`, `CredentialError`, `UnexpectedAnswer`.
        """
        stream = self._transport.stream(self._request.path, self._query(), silence=self._silence)
        with stream as (status, lines):
            if status == _GONE:
                raise VersionExpired
            if status != 200:
                answer = Response(status=status, headers={}, body=b"\n".join(lines))
                raise error_of(answer, self._call)
            yield (self._read(line) for line in lines if line.strip())

    def _query(self) -> Query:
        query = [
            *self._request.query,
            ("watch", "true"),
            ("allowWatchBookmarks", "true"),
            ("resourceVersion", self.version),
        ]
        return query if self._seconds is None else [*query, ("timeoutSeconds", str(self._seconds))]

    def _read(self, line: bytes) -> WatchLine[T]:
        try:
            envelope = msgspec.json.decode(line, type=learned(_Envelope))
            match envelope.type:
                case "BOOKMARK":
                    return self._bookmark(msgspec.json.decode(envelope.object, type=learned(_Bookmark)))
                case "ERROR":
                    status = msgspec.json.decode(envelope.object)
                case change:
                    return self._changed(change, self._model.decode(envelope.object))
        except (msgspec.DecodeError, UnicodeDecodeError):
            return self._read_patiently(line)
        raise self._error(status)

    def _read_patiently(self, line: bytes) -> WatchLine[T]:
        """What Go's decoder accepts, and a fast one does not: nulls, and bytes that are not UTF-8."""
        try:
            tree = json.loads(line.decode("utf-8", "replace"))
        except (ValueError, RecursionError) as error:
            raise self._strange(line, f"a line of the stream is cut short or not JSON: {error}") from error
        kind, obj = (tree.get("type"), tree.get("object")) if isinstance(tree, dict) else (None, None)
        if not isinstance(obj, dict) or kind not in ("ADDED", "MODIFIED", "DELETED"):
            raise self._strange(line, f"a line of the stream is no watch event (type {kind})")
        try:
            return self._changed(kind, self._model.convert(obj))
        except (msgspec.ValidationError, RecursionError) as error:
            raise self._strange(line, f"a field is not as the API has it: {error}") from error

    def _changed(self, change: Change, obj: T) -> WatchLine[T]:
        self.version = self._model.version(obj) or self.version
        return WatchLine(change, obj)

    def _bookmark(self, bookmark: _Bookmark) -> WatchLine[T]:
        self.version = bookmark.metadata.resource_version or self.version
        return WatchLine("BOOKMARK")

    def _error(self, status: Any) -> Exception:
        code = status.get("code") if isinstance(status, dict) else None
        if code == _GONE:
            return VersionExpired()
        answer = Response(
            status=code if isinstance(code, int) else 500, headers={}, body=msgspec.json.encode(status)
        )
        return error_of(answer, self._call)

    def _strange(self, line: bytes, because: str) -> UnexpectedAnswer:
        answer = Response(status=200, headers={"content-type": "a watch stream"}, body=line)
        return unexpected_answer(answer, self._call, because)
