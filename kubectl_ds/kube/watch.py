"""List, then watch from the list's version: every change once, and never a last state that is missed.

Mirrors client-go's reflector (tools/cache/reflector.go): bookmarks carry the version on, a stream that
ends is taken up where it ended, and an expired version means a new list, of which only the differences
are told.
"""

import time
from collections.abc import Iterator
from typing import Any, Final, Literal, NoReturn, cast

import msgspec
from msgspec import Struct

from kubectl_ds.errors import ApiError, ConnectionFailed, KubectlDsError, UnexpectedAnswer
from kubectl_ds.kube.daemonset_objects import not_found
from kubectl_ds.kube.decoding import RawObject, decode_raw_daemonsets
from kubectl_ds.kube.errors import error_of, unexpected_answer
from kubectl_ds.kube.lists import AGAIN, ListRequest, read_list
from kubectl_ds.kube.resource_lists import list_of
from kubectl_ds.kube.scope import AS_USUAL, ReadOptions, Scope
from kubectl_ds.kube.transport import Query, Response, Transport

Change = Literal["ADDED", "MODIFIED", "DELETED"]
Key = tuple[str, str]
"""Namespace and name."""

_GONE: Final = 410
_STREAM_SECONDS: Final = 300
"""The server is asked to end a stream after this and up to twice this, as a reflector asks it."""
_SHORT: Final = 1.0
"""Seconds: a stream that ended sooner is not taken up again at once."""


class WatchEvent(Struct, frozen=True, kw_only=True):
    """One change of one object. `listed` says that it was there already when the watch began."""

    change: Change
    object: RawObject
    listed: bool = False


class _Expired(Exception):
    """The version is no longer kept (410): a new list is needed."""


def watch_daemonsets(
    transport: Transport, scope: Scope, options: ReadOptions = AS_USUAL
) -> Iterator[WatchEvent]:
    """What `get --watch` shows: the DaemonSets of a scope, then each change, until the caller stops.

    Raises what `Watch` raises, and `NotFoundError` for names that are not there in the beginning.
    """
    names = frozenset(scope.names)
    fields = f"metadata.name={scope.names[0]}" if len(names) == 1 else ""
    request = list_of(
        transport,
        "daemonsets",
        scope.namespace,
        decode_raw_daemonsets,
        options,
        labels="" if names else scope.label_selector,
        fields=fields if names else scope.field_selector,
        keep=(lambda one: _key(one)[1] in names) if names else None,
    )
    watching = Watch(transport, request, options)
    there = watching.begin()
    missing = tuple(name for name in scope.names if name not in {_key(one)[1] for one in there})
    if missing and not options.ignore_not_found:
        raise not_found(transport, scope.namespace, missing, options)
    yield from (WatchEvent(change="ADDED", object=one, listed=True) for one in there)
    yield from watching.changes()


class Watch:
    """One list and what happens to it afterwards: `begin` once, then iterate over `changes`.

    Both raise `ApiError`, `CredentialError`, `UnexpectedAnswer`, and `ConnectionFailed` once
    `Patience.attempts` connections in a row brought nothing.
    """

    def __init__(self, transport: Transport, request: ListRequest[RawObject], options: ReadOptions) -> None:
        self._transport = transport
        self._request = request
        self._patience = options.patience
        self._version = ""
        self._known: dict[Key, RawObject] = {}
        self._fruitless = 0

    def begin(self) -> list[RawObject]:
        """The objects that are there now."""
        listed = read_list(self._transport, self._request, self._patience)
        self._version = listed.resource_version
        self._known = {_key(one): one for one in listed.items}
        return list(self._known.values())

    def changes(self) -> Iterator[WatchEvent]:
        """Everything that happens after `begin`, for as long as the caller listens."""
        while True:
            begun = time.monotonic()
            try:
                yield from self._stream()
            except _Expired:
                yield from self._differences()
                self._pause_if_short(begun)
            except (ConnectionFailed, UnexpectedAnswer) as error:
                self._pause_after(error)
            except ApiError as error:
                if error.status not in AGAIN:
                    raise
                self._pause_after(error)
            else:
                self._pause_if_short(begun)

    def _stream(self) -> Iterator[WatchEvent]:
        with self._transport.stream(self._request.path, self._query()) as (status, lines):
            if status == _GONE:
                raise _Expired
            if status != 200:
                answer = Response(status=status, headers={}, body=b"\n".join(lines))
                raise error_of(answer, self._request.call)
            for line in lines:
                if not line.strip():
                    continue
                event = self._event(line)
                self._fruitless = 0
                if event is not None:
                    yield event

    def _query(self) -> Query:
        seconds = int(_STREAM_SECONDS * (1 + self._patience.jitter()))
        return [
            *self._request.query,
            ("watch", "true"),
            ("allowWatchBookmarks", "true"),
            ("resourceVersion", self._version),
            ("timeoutSeconds", str(seconds)),
        ]

    def _event(self, line: bytes) -> WatchEvent | None:
        """What a line says; None for a bookmark and for what is known already."""
        change, obj = self._parse(line)
        if change == "ERROR":
            self._raise_error(obj)
        version = (obj.get("metadata") or {}).get("resourceVersion") or self._version
        if change == "BOOKMARK":
            self._version = version
            return None
        if change not in ("ADDED", "MODIFIED", "DELETED"):
            raise self._strange(line, f"it brings an event of type {change}")
        self._version = version
        if self._request.keep is not None and not self._request.keep(obj):
            return None
        return self._noted(cast(Change, change), obj)

    def _noted(self, change: Change, obj: RawObject) -> WatchEvent | None:
        before = self._known.get(_key(obj))
        if change == "DELETED":
            self._known.pop(_key(obj), None)
            return WatchEvent(change="DELETED", object=obj) if before is not None else None
        if before is not None and _version(before) == _version(obj):
            return None
        self._known[_key(obj)] = obj
        return WatchEvent(change="ADDED" if before is None else "MODIFIED", object=obj)

    def _parse(self, line: bytes) -> tuple[str, RawObject]:
        try:
            tree = msgspec.json.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise self._strange(line, f"a line of the stream is cut short or not JSON: {error}") from error
        obj = tree.get("object") if isinstance(tree, dict) else None
        if not isinstance(obj, dict):
            raise self._strange(line, "a line of the stream is no watch event")
        return str(tree.get("type")), obj

    def _raise_error(self, status: RawObject) -> NoReturn:
        code = status.get("code")
        if code == _GONE:
            raise _Expired
        answer = Response(
            status=code if isinstance(code, int) else 500, headers={}, body=msgspec.json.encode(status)
        )
        raise error_of(answer, self._request.call)

    def _strange(self, line: bytes, because: str) -> UnexpectedAnswer:
        answer = Response(status=200, headers={"content-type": "a watch stream"}, body=line)
        return unexpected_answer(answer, self._request.call, because)

    def _differences(self) -> Iterator[WatchEvent]:
        """A new list, told as what changed since the last state that the caller knows."""
        before = self._known
        now = self.begin()
        yield from (
            WatchEvent(change="DELETED", object=one)
            for key, one in before.items()
            if key not in self._known or _uid(self._known[key]) != _uid(one)
        )
        for one in now:
            known = before.get(_key(one))
            if known is None or _uid(known) != _uid(one):
                yield WatchEvent(change="ADDED", object=one)
            elif _version(known) != _version(one):
                yield WatchEvent(change="MODIFIED", object=one)

    def _pause_if_short(self, begun: float) -> None:
        if time.monotonic() - begun < _SHORT:
            self._patience.sleep(_SHORT)

    def _pause_after(self, error: KubectlDsError) -> None:
        self._fruitless += 1
        if self._fruitless >= self._patience.attempts:
            raise error
        wait = min(self._patience.first_wait * 2.0**self._fruitless, self._patience.longest_wait)
        self._patience.sleep(wait * (1 + self._patience.jitter() / 4))


def _metadata(obj: RawObject) -> dict[str, Any]:
    return obj.get("metadata") or {}


def _key(obj: RawObject) -> Key:
    return _metadata(obj).get("namespace") or "", _metadata(obj).get("name") or ""


def _version(obj: RawObject) -> str:
    return _metadata(obj).get("resourceVersion") or ""


def _uid(obj: RawObject) -> str:
    return _metadata(obj).get("uid") or ""
