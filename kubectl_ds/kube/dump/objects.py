"""Objects of a dump as they are kept: their bytes as they came, and what a list is narrowed by."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import msgspec
from msgspec import Raw, Struct, structs

from kubectl_ds.errors import KubectlDsError
from kubectl_ds.kube.api_server.resources import SERVED, ServedResource, field_value
from kubectl_ds.kube.api_server.store import Key, Stored

Text = bytes | memoryview
"""An object as JSON: a part of the text that it came in, which is in memory once and not once more for each object."""

_FORMER_GROUPS: Final = {"extensions": "apps"}
"""DaemonSets and ReplicaSets were served there before Kubernetes 1.16."""
_BY_KIND: Final = {(one.group, one.kind): one for one in SERVED}
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z")
_TO_THE_SECOND: Final = len("2006-01-02T15:04:05")


class TypeHead(Struct, frozen=True, rename="camel"):
    """What an object says that it is."""

    kind: str | None = None
    api_version: str | None = None


class _Managed(Struct, frozen=True):
    time: str | None = None


class _Owner(Struct, frozen=True):
    kind: str | None = None
    name: str | None = None
    controller: bool | None = None


class _Metadata(Struct, frozen=True, rename="camel"):
    name: str
    namespace: str | None = None
    labels: Raw = Raw()
    creation_timestamp: str | None = None
    managed_fields: list[_Managed] | None = None
    owner_references: list[_Owner] | None = None


class _Condition(Struct, frozen=True, rename="camel"):
    last_heartbeat_time: str | None = None
    last_transition_time: str | None = None


class _Spec(Struct, frozen=True, rename="camel"):
    node_name: str | None = None
    restart_policy: str | None = None
    scheduler_name: str | None = None
    service_account_name: str | None = None
    host_network: bool | None = None
    unschedulable: bool | None = None


class _Status(Struct, frozen=True, rename="camel"):
    phase: str | None = None
    pod_ip: str | None = msgspec.field(name="podIP", default=None)
    nominated_node_name: str | None = None
    conditions: list[_Condition] | None = None
    current_number_scheduled: int | None = None


class _Head(Struct, frozen=True, rename="camel"):
    metadata: _Metadata | None
    spec: _Spec | None = None
    status: _Status | None = None
    involved_object: dict[str, Any] | None = None
    reason: str | None = None
    source: dict[str, Any] | None = None
    reporting_component: str | None = None
    type: str | None = None
    last_timestamp: str | None = None
    event_time: str | None = None


_HEAD: Final = msgspec.json.Decoder(_Head)


def resource_of(kind: str, api_version: str) -> ServedResource | None:
    """The resource that a kind of a group is; None for what is not read. `Node` is also a kind of others' groups."""
    group = api_version.rpartition("/")[0]
    return _BY_KIND.get((_FORMER_GROUPS.get(group, group), kind))


class _FieldsOf:
    """The fields of one object: its key, and what is equal in many."""

    __slots__ = ("_key", "_shared")

    def __init__(self, key: Key, shared: Mapping[str, str]) -> None:
        self._key = key
        self._shared = shared

    def get(self, name: str, default: str, /) -> str:
        """As a field selector compares it."""
        if name == "metadata.name":
            return self._key[1]
        return self._key[0] if name == "metadata.namespace" else self._shared.get(name, default)


class ObjectReader:
    """Makes the objects of one dump, with what is equal in many of them held once."""

    def __init__(self) -> None:
        self._labels: dict[bytes, Mapping[str, str]] = {}
        self._fields: dict[tuple[str, ...], Mapping[str, str]] = {}
        self._words: dict[str, str] = {}
        self.controllers: set[Key] = set()
        """The DaemonSets that pods say they are of."""
        self.populated: set[str] = set()
        """The namespaces of DaemonSets that say they have pods."""

    def stored(self, resource: ServedResource, body: Text, where: str) -> tuple[Stored, str]:
        """The object as it is listed, and the newest moment that it speaks of ("" for none).

        Raises `KubectlDsError` for what is not as the API has it.
        """
        try:
            head = _HEAD.decode(body)
            if (metadata := head.metadata) is None:
                raise msgspec.ValidationError("it has no metadata")
            labels = self._labels_of(metadata.labels)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            said = f"{where} holds a {resource.kind} that is not as the API has it: {error}"
            raise KubectlDsError(said) from None
        namespace = metadata.namespace or "default" if resource.namespaced else ""
        key = (self._words.setdefault(namespace, namespace), metadata.name)
        fields = _FieldsOf(key, self._fields_of(resource, head))
        self._note(resource, key, head, metadata)
        return Stored(key, 0, labels, fields, body), newest(_moments(head))

    def _note(self, resource: ServedResource, key: Key, head: _Head, metadata: _Metadata) -> None:
        if resource.qualified == "pods":
            self.controllers.update(
                (key[0], one.name or "")
                for one in metadata.owner_references or ()
                if one.controller and one.kind == "DaemonSet"
            )
        elif resource.kind == "DaemonSet" and head.status and head.status.current_number_scheduled:
            self.populated.add(key[0])

    def _labels_of(self, spelled: Raw) -> Mapping[str, str]:
        spelling = bytes(spelled)
        if spelling not in self._labels:
            labels = msgspec.json.decode(spelling, type=dict[str, str] | None) if spelling else None
            self._labels[spelling] = labels or {}
        return self._labels[spelling]

    def _fields_of(self, resource: ServedResource, head: _Head) -> Mapping[str, str]:
        if not resource.fields:
            return {}
        tree = msgspec.to_builtins(structs.replace(head, metadata=None))
        values = tuple(field_value(tree, label) for label in resource.fields)
        return self._fields.setdefault(values, dict(zip(resource.fields, values, strict=True)))


def newest(moments: Iterable[str | None]) -> str:
    """The latest of what are moments in UTC, to the second; "" for none."""
    return max((one[:_TO_THE_SECOND] for one in moments if one and _MOMENT.fullmatch(one)), default="")


def _moments(head: _Head) -> Iterator[str | None]:
    """When something was written. What lies ahead (a deletion's grace, a certificate's end) is not among them."""
    metadata = head.metadata or _Metadata("")
    yield metadata.creation_timestamp
    yield head.last_timestamp
    yield head.event_time
    for managed in metadata.managed_fields or ():
        yield managed.time
    for condition in (head.status.conditions if head.status else None) or ():
        yield condition.last_heartbeat_time
        yield condition.last_transition_time
