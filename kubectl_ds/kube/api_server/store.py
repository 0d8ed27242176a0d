"""The objects of the embedded API server: versions, snapshots for paging, and the log that feeds watches."""

import json
import threading
from bisect import bisect_left, bisect_right, insort
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from kubectl_ds.kube.api_server.resources import ServedResource, field_value, resource_of

Change = Literal["ADDED", "MODIFIED", "DELETED"]
Key = tuple[str, str]
"""Namespace and name; the order in which etcd keeps, and the API lists, objects."""

_FIRST_VERSION = 1000
_CHANGES_KEPT = 10_000
"""At least so many changes are kept for watches; who asks for older ones gets 410."""
_MOMENTS_KEPT = 8
"""How many lists of a resource may be read page by page while it changes."""


class Fields(Protocol):
    """What field selectors look at."""

    def get(self, name: str, default: str, /) -> str:
        """The field as text."""
        ...


@dataclass(frozen=True, slots=True)
class Stored:
    """One object at one version, already serialised: lists are joined from bytes, nothing is encoded twice."""

    key: Key
    resource_version: int
    labels: Mapping[str, str]
    fields: "Fields"
    body: bytes | memoryview
    """JSON without kind and apiVersion, which lists leave out of their items. Of a dump a part of its text."""

    def whole(self, resource: ServedResource) -> bytes:
        """The object by itself, kind and apiVersion first."""
        head = f'{{"kind":"{resource.kind}","apiVersion":"{resource.group_version}",'
        return head.encode() + self.body[1:]

    def tree(self, resource: ServedResource) -> dict[str, Any]:
        """The object as a plain tree."""
        tree: dict[str, Any] = json.loads(self.whole(resource))
        return tree


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One change: what was there before and what is there now, for watches with selectors."""

    version: int
    resource: ServedResource
    change: Change
    now: Stored
    before: Stored | None = None


@dataclass(frozen=True, slots=True)
class Moment:
    """All objects of one resource at one version, in key order."""

    version: int
    objects: tuple[Stored, ...]


class VersionExpired(Exception):
    """The version that a continue token or a watch names is no longer kept (HTTP 410)."""


class _Shelf:
    """The objects of one resource, now and at the few moments at which somebody has listed them."""

    def __init__(self, version: int, objects: Iterable[Stored] = ()) -> None:
        self.by_key = {one.key: one for one in objects}
        self._keys = sorted(self.by_key)
        self._changed_at = version
        self._listed: deque[Moment] = deque(maxlen=_MOMENTS_KEPT)

    def put(self, stored: Stored, version: int) -> None:
        if stored.key not in self.by_key:
            insort(self._keys, stored.key)
        self.by_key[stored.key] = stored
        self._changed_at = version

    def take(self, key: Key, version: int) -> None:
        del self.by_key[key]
        del self._keys[bisect_left(self._keys, key)]
        self._changed_at = version

    def at(self, version: int) -> Moment:
        """As of `version`: the present one, or one at which the objects were listed."""
        if version >= self._changed_at:
            if not self._listed or self._listed[-1].version < self._changed_at:
                objects = tuple(self.by_key[key] for key in self._keys)
                self._listed.append(Moment(self._changed_at, objects))
            return Moment(version, self._listed[-1].objects)
        before = [one for one in self._listed if one.version <= version]
        if not before:
            raise VersionExpired
        return Moment(version, before[-1].objects)

    def forget(self) -> None:
        self._listed.clear()


class Store:
    """Safe to use from several threads. `changed` is notified after each change and by `wake`.

    A change costs the same however many objects there are, and what is past is kept within bounds.
    """

    def __init__(self, objects: Iterable[Mapping[str, Any]]) -> None:
        self.changed = threading.Condition()
        self._version = _FIRST_VERSION
        self._log: list[LogEntry] = []
        by_resource: dict[ServedResource, dict[Key, Stored]] = {}
        for obj in _with_namespaces(list(objects)):
            resource = resource_of(obj)
            self._version += 1
            stored = _serialise(resource, obj, self._version)
            by_resource.setdefault(resource, {})[stored.key] = stored
        self._oldest = self._version
        self._shelves = {
            resource.qualified: _Shelf(self._version, entries.values())
            for resource, entries in by_resource.items()
        }

    @property
    def version(self) -> int:
        """The newest resourceVersion."""
        return self._version

    def moment(self, resource: ServedResource, at: int | None = None) -> Moment:
        """All objects of a resource, now or at a version that is still kept. Raises `VersionExpired`."""
        with self.changed:
            if at is not None and at < self._oldest:
                raise VersionExpired
            return self._shelf(resource).at(self._version if at is None else at)

    def find(self, resource: ServedResource, key: Key) -> Stored | None:
        """One object as it is now."""
        with self.changed:
            return self._shelf(resource).by_key.get(key)

    def put(self, obj: Mapping[str, Any], *, must_exist: bool) -> None:
        """Add or replace an object. `KeyError` when it is there already, or is not and should be."""
        resource = resource_of(obj)
        with self.changed:
            before = self.find(resource, _key(resource, obj))
            if must_exist != (before is not None):
                raise KeyError(_key(resource, obj))
            self._version += 1
            stored = _serialise(resource, obj, self._version)
            self._record(LogEntry(self._version, resource, "MODIFIED" if before else "ADDED", stored, before))

    def delete(self, resource: ServedResource, key: Key) -> None:
        """Remove an object. `KeyError` when it is not there."""
        with self.changed:
            before = self.find(resource, key)
            if before is None:
                raise KeyError(key)
            self._version += 1
            tree = before.tree(resource)
            last = _serialise(resource, tree, self._version)
            self._record(LogEntry(self._version, resource, "DELETED", last, before))

    def compact(self) -> None:
        """Forget all that is past: older continue tokens and watches get 410, as after etcd's compaction."""
        with self.changed:
            self._oldest = self._version = self._version + 1
            self._log.clear()
            for shelf in self._shelves.values():
                shelf.forget()
            self.changed.notify_all()

    def log_after(self, version: int) -> list[LogEntry]:
        """What changed since. Call with `changed` held. Raises `VersionExpired`."""
        if version < self._oldest:
            raise VersionExpired
        return self._log[bisect_right(self._log, version, key=lambda entry: entry.version) :]

    def wake(self) -> None:
        """Let every waiting watch look again."""
        with self.changed:
            self.changed.notify_all()

    def _record(self, entry: LogEntry) -> None:
        shelf = self._shelf(entry.resource)
        if entry.change == "DELETED":
            shelf.take(entry.now.key, entry.version)
        else:
            shelf.put(entry.now, entry.version)
        self._log.append(entry)
        if len(self._log) > 2 * _CHANGES_KEPT:
            self._oldest = self._log[_CHANGES_KEPT - 1].version
            del self._log[:_CHANGES_KEPT]
        self.changed.notify_all()

    def _shelf(self, resource: ServedResource) -> _Shelf:
        if resource.qualified not in self._shelves:
            self._shelves[resource.qualified] = _Shelf(self._oldest)
        return self._shelves[resource.qualified]


def _with_namespaces(objects: list[Mapping[str, Any]]) -> Iterable[Mapping[str, Any]]:
    """No object lives in a namespace that is not there: kubectl asks for it when a name is not found."""
    there = {one["metadata"]["name"] for one in objects if one.get("kind") == "Namespace"}
    lived_in = {"default"} | {_key(resource_of(one), one)[0] for one in objects} - {""}
    yield from objects
    for name in sorted(lived_in - there):
        status = {"phase": "Active"}
        yield {"kind": "Namespace", "apiVersion": "v1", "metadata": {"name": name}, "status": status}


def _key(resource: ServedResource, obj: Mapping[str, Any]) -> Key:
    metadata = obj["metadata"]
    return (metadata.get("namespace") or "default" if resource.namespaced else "", metadata["name"])


def _serialise(resource: ServedResource, obj: Mapping[str, Any], version: int) -> Stored:
    """Fill in what every API server fills in: namespace, uid and resourceVersion."""
    key = _key(resource, obj)
    metadata = dict(obj["metadata"])
    if resource.namespaced:
        metadata["namespace"] = key[0]
    if "uid" not in metadata:
        # Imported where an object was made by hand: objects of servers and dumps have one.
        import uuid

        metadata["uid"] = str(uuid.uuid5(uuid.NAMESPACE_OID, "/".join((resource.qualified, *key))))
    metadata["resourceVersion"] = str(version)
    tree = {"metadata": metadata} | {
        name: value for name, value in obj.items() if name not in ("kind", "apiVersion", "metadata")
    }
    fields = {label: field_value(tree, label) for label in resource.fields}
    fields |= {"metadata.name": key[1]} | ({"metadata.namespace": key[0]} if resource.namespaced else {})
    body = json.dumps(tree, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "surrogatepass")
    return Stored(key, version, metadata.get("labels") or {}, fields, body)
