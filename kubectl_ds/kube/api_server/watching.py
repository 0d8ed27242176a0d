"""Watch streams: events after a version, objects entering and leaving a selection, bookmarks, expiry."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from kubectl_ds.kube.api_server.answers import RecordedRequest, status_tree
from kubectl_ds.kube.api_server.listing import Test, selection
from kubectl_ds.kube.api_server.resources import ServedResource
from kubectl_ds.kube.api_server.store import LogEntry, Store, Stored, VersionExpired

Render = Callable[[Stored], bytes]
"""How an object is spelled in this stream: whole, or as a Table of one row."""

INITIAL_EVENTS_END = "k8s.io/initial-events-end"


@dataclass(kw_only=True)
class Controls:
    """What the owner of the server tells all streams: by number, so that none misses a call."""

    bookmarks: int = 0
    disconnections: int = 0
    closed: bool = False
    bookmark_interval: float = 60.0
    """Seconds; upstream's watch cache sends one about once a minute."""


class WatchStream:
    """One watch request being answered. Iterate over it for the lines; it ends when the client must go."""

    def __init__(
        self,
        store: Store,
        controls: Controls,
        resource: ServedResource,
        namespace: str,
        request: RecordedRequest,
        render: Render,
    ) -> None:
        self._store = store
        self._controls = controls
        self._resource = resource
        self._render = render
        self._chosen: Test = selection(resource, namespace, request)
        self._bookmarks = request.parameter("allowWatchBookmarks") == "true"
        self._initial_events = request.parameter("sendInitialEvents") == "true"
        self._requested = request.parameter("resourceVersion")
        seconds = float(request.parameter("timeoutSeconds") or 0) or 3600.0
        self._ends_at = time.monotonic() + seconds
        self._seen = (controls.bookmarks, controls.disconnections)

    def __iter__(self) -> Iterator[bytes]:
        try:
            version = 0
            if self._requested in ("", "0") or self._initial_events:
                version, lines = self._everything()
                yield from lines
            else:
                version = int(self._requested)
            yield from self._follow(version)
        except VersionExpired:
            gone = status_tree(410, f"too old resource version: {self._requested} ({self._store.version})")
            yield _line("ERROR", json.dumps(gone, separators=(",", ":")).encode())

    def _everything(self) -> tuple[int, list[bytes]]:
        """Without a version a watch begins with everything that is there, as ADDED."""
        moment = self._store.moment(self._resource)
        lines = [_line("ADDED", self._render(one)) for one in moment.objects if self._chosen(one)]
        if self._initial_events and self._bookmarks:
            lines.append(self._bookmark(moment.version, {INITIAL_EVENTS_END: "true"}))
        return moment.version, lines

    def _follow(self, version: int) -> Iterator[bytes]:
        bookmark_due = time.monotonic() + self._controls.bookmark_interval
        while True:
            with self._store.changed:
                entries = self._store.log_after(version)
                if not entries and not self._told() and time.monotonic() < min(bookmark_due, self._ends_at):
                    self._store.changed.wait(max(0.0, min(bookmark_due, self._ends_at) - time.monotonic()))
                    entries = self._store.log_after(version)
            for entry in entries:
                version = entry.version
                yield from self._event(entry)
            if self._controls.closed or self._controls.disconnections > self._seen[1]:
                return
            asked_for = self._controls.bookmarks > self._seen[0]
            if self._bookmarks and (asked_for or time.monotonic() >= bookmark_due):
                self._seen = (self._controls.bookmarks, self._seen[1])
                bookmark_due = time.monotonic() + self._controls.bookmark_interval
                version = max(version, self._store.version) if not entries else version
                yield self._bookmark(version)
            if time.monotonic() >= self._ends_at:
                return

    def _told(self) -> bool:
        """Whether the owner has said something that this stream has not acted on."""
        bookmarks = self._bookmarks and self._controls.bookmarks > self._seen[0]
        return bookmarks or self._controls.closed or self._controls.disconnections > self._seen[1]

    def _event(self, entry: LogEntry) -> Iterator[bytes]:
        """An object that enters or leaves the selection is ADDED or DELETED for this stream."""
        if entry.resource is not self._resource:
            return
        was = entry.before is not None and self._chosen(entry.before)
        is_chosen = entry.change != "DELETED" and self._chosen(entry.now)
        if was or is_chosen:
            change = "MODIFIED" if was and is_chosen else "ADDED" if is_chosen else "DELETED"
            yield _line(change, self._render(entry.now))

    def _bookmark(self, version: int, annotations: dict[str, str] | None = None) -> bytes:
        metadata: dict[str, Any] = {"resourceVersion": str(version), "creationTimestamp": None}
        if annotations:
            metadata["annotations"] = annotations
        tree = {
            "kind": self._resource.kind,
            "apiVersion": self._resource.group_version,
            "metadata": metadata,
        }
        return _line("BOOKMARK", json.dumps(tree, separators=(",", ":")).encode())


def _line(change: str, obj: bytes) -> bytes:
    return b'{"type":"' + change.encode() + b'","object":' + obj + b"}\n"
