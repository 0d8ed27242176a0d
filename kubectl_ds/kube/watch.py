"""List, then watch from the list's version: every change once, and never a last state that is missed.

Mirrors client-go's reflector (tools/cache/reflector.go): bookmarks carry the version on, a stream that
ends is taken up where it ended, and an expired version means a new list, of which only the differences
are told.
"""

import time
from collections.abc import Callable, Iterator
from typing import Any, Final

from msgspec import Struct

from kubectl_ds.errors import ApiError, ConnectionFailed, CredentialError, KubectlDsError, UnexpectedAnswer
from kubectl_ds.kube.daemonset_objects import not_found
from kubectl_ds.kube.decoding import RawObject, decode_raw_daemonsets
from kubectl_ds.kube.lists import AGAIN, ListRequest, read_list
from kubectl_ds.kube.resource_lists import list_of
from kubectl_ds.kube.scope import AS_USUAL, ReadOptions, Scope
from kubectl_ds.kube.transport import Transport
from kubectl_ds.kube.watch_stream import (
    SHORTEST_SECONDS,
    SILENCE_SECONDS,
    Change,
    VersionExpired,
    WatchStream,
)
from kubectl_ds.kube.watched import raw_daemonsets

Key = tuple[str, str]
"""Namespace and name."""

_STREAM_SECONDS: Final = 300
"""The server is asked to end a stream after this and up to twice this, as a reflector asks it."""


class WatchEvent(Struct, frozen=True, kw_only=True):
    """One change of one object."""

    change: Change
    object: RawObject


def begin_watch(
    transport: Transport,
    scope: Scope,
    options: ReadOptions = AS_USUAL,
    say: Callable[[KubectlDsError | None], None] | None = None,
) -> tuple[list[RawObject], Iterator[WatchEvent]]:
    """What `get --watch` shows: the DaemonSets that a scope has now, and each change from then on.

    `say` is told of a watch that is broken, and of its mending. Raises what `Watch` raises, and `NotFoundError`
    for names that are not there in the beginning.
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
    watching = Watch(transport, request, options, say)
    there = watching.begin()
    missing = tuple(name for name in scope.names if name not in {_key(one)[1] for one in there})
    if missing and not options.ignore_not_found:
        raise not_found(transport, scope.namespace, missing, options)
    return there, watching.changes()


class Watch:
    """One list and what happens to it afterwards: `begin` once, then iterate over `changes`.

    `begin` raises `ApiError`, `CredentialError`, `ConnectionFailed` and `UnexpectedAnswer`. `changes` outlives a
    server that restarts: it raises only refusals, those of what has been allowed before once there were
    `Patience.attempts` in a row. `say` is told why a watch is broken that could not be taken up at once, after
    each attempt, and None when it is whole again.
    """

    def __init__(
        self,
        transport: Transport,
        request: ListRequest[RawObject],
        options: ReadOptions,
        say: Callable[[KubectlDsError | None], None] | None = None,
    ) -> None:
        self._transport = transport
        self._request = request
        self._patience = options.patience
        self._say = say or _no_one
        self._version = ""
        self._known: dict[Key, RawObject] = {}
        self._fruitless = 0
        self._has_worked = False

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
            except VersionExpired:
                try:
                    yield from self._differences()
                except (ApiError, ConnectionFailed, CredentialError, UnexpectedAnswer) as error:
                    self._pause_after(error)
                    continue
            except (ApiError, ConnectionFailed, CredentialError, UnexpectedAnswer) as error:
                self._pause_after(error)
                continue
            self._pause_if_short(begun)

    def _stream(self) -> Iterator[WatchEvent]:
        seconds = int(_STREAM_SECONDS * (1 + self._patience.jitter()))
        stream = WatchStream(
            self._transport,
            self._request,
            raw_daemonsets(),
            version=self._version,
            silence=SILENCE_SECONDS,
            seconds=seconds,
        )
        with stream.open() as lines:
            if self._fruitless > 1:
                self._say(None)
            self._fruitless, self._has_worked = 0, True
            for line in lines:
                self._version = stream.version
                if line.object is None or line.change == "BOOKMARK":
                    continue
                if self._request.keep is not None and not self._request.keep(line.object):
                    continue
                event = self._noted(line.change, line.object)
                if event is not None:
                    yield event

    def _noted(self, change: Change, obj: RawObject) -> WatchEvent | None:
        before = self._known.get(_key(obj))
        if change == "DELETED":
            self._known.pop(_key(obj), None)
            return WatchEvent(change="DELETED", object=obj) if before is not None else None
        if before is not None and _version(before) == _version(obj):
            return None
        self._known[_key(obj)] = obj
        return WatchEvent(change="ADDED" if before is None else "MODIFIED", object=obj)

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
        if time.monotonic() - begun < SHORTEST_SECONDS:
            self._patience.sleep(SHORTEST_SECONDS)

    def _pause_after(self, error: KubectlDsError) -> None:
        self._fruitless += 1
        refused = isinstance(error, CredentialError) or (
            isinstance(error, ApiError) and error.status not in AGAIN
        )
        if refused and (not self._has_worked or self._fruitless >= self._patience.attempts):
            raise error
        if self._fruitless > 1:
            self._say(error)
        wait = min(self._patience.first_wait * 2.0**self._fruitless, self._patience.longest_wait)
        self._patience.sleep(wait * (1 + self._patience.jitter() / 4))


def _no_one(_: KubectlDsError | None) -> None:
    """Nobody is to be told."""


def _metadata(obj: RawObject) -> dict[str, Any]:
    return obj.get("metadata") or {}


def _key(obj: RawObject) -> Key:
    return _metadata(obj).get("namespace") or "", _metadata(obj).get("name") or ""


def _version(obj: RawObject) -> str:
    return _metadata(obj).get("resourceVersion") or ""


def _uid(obj: RawObject) -> str:
    return _metadata(obj).get("uid") or ""
