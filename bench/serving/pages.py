"""One page of a list as parts of files: a head, slices of rendered objects, a foot."""

import base64
import functools
import json
import os
from array import array
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bench.clusters.collection import Collection, Form, Span
from bench.clusters.making import VERSION
from bench.serving.selection import chosen

_KINDS: Final = {
    "nodes": ("v1", "Node"),
    "pods": ("v1", "Pod"),
    "events": ("v1", "Event"),
    "namespaces": ("v1", "Namespace"),
    "daemonsets": ("apps/v1", "DaemonSet"),
    "controllerrevisions": ("apps/v1", "ControllerRevision"),
}
_COLUMNS: Final = {
    "nodes": "Name,Status,Roles,Age,Version,*Internal-IP,*External-IP,*OS-Image,*Kernel-Version,*Container-Runtime",
    "pods": "Name,Ready,Status,Restarts,Age,*IP,*Node,*Nominated Node,*Readiness Gates",
    "daemonsets": "Name,Desired,Current,Ready,Up-to-date,Available,Node Selector,Age,*Containers,*Images,*Selector",
    "events": "Last Seen,Object,Reason",
    "controllerrevisions": "Name",
    "namespaces": "Name,Status,Age",
}
"""A star marks a column that only `-o wide` shows."""
_NUMBERS: Final = frozenset({"Desired", "Current", "Up-to-date", "Available"})


class UnknownToken(Exception):
    """A continue token that is not from here (HTTP 410)."""


@dataclass(frozen=True)
class Page:
    """One answer: `head`, then these bytes of `file`, then `foot`."""

    head: bytes
    file: Path | None
    spans: tuple[Span, ...]
    foot: bytes

    @property
    def length(self) -> int:
        """Bytes of the whole body."""
        between = max(0, len(self.spans) - 1)
        return len(self.head) + sum(span.length for span in self.spans) + between + len(self.foot)

    def read(self) -> bytes:
        """The whole body."""
        if self.file is None:
            return self.head + self.foot
        with self.file.open("rb") as file:
            parts = [os.pread(file.fileno(), span.length, span.start) for span in self.spans]
        return self.head + b",".join(parts) + self.foot


class Pages:
    """Every list of one cluster."""

    def __init__(self, folder: Path) -> None:
        self._collections = {name: Collection(folder / name) for name in _KINDS}
        self._choose = functools.lru_cache(maxsize=256)(self._chosen)

    def has(self, resource: str) -> bool:
        """Whether there is such a resource."""
        return resource in self._collections

    def page(self, resource: str, namespace: str, query: Mapping[str, str], form: Form) -> Page:
        """The page that a list request asks for. Raises `BadSelector` and `UnknownToken`."""
        labels, fields = query.get("labelSelector", ""), query.get("fieldSelector", "")
        places = self._choose(resource, namespace, labels, fields)
        start = _decoded(query["continue"]) if query.get("continue") else 0
        limit = int(query.get("limit") or 0) or len(places)
        metadata: dict[str, Any] = {"resourceVersion": VERSION}
        if start + limit < len(places):
            metadata["continue"] = _encoded(start + limit)
            if not (labels or fields):
                metadata["remainingItemCount"] = len(places) - start - limit
        collection = self._collections[resource]
        spans = tuple(collection.spans(form, places[start : start + limit]))
        return Page(_head(resource, metadata, form), collection.folder / form, spans, b"]}\n")

    def object(self, resource: str, namespace: str, name: str, form: Form) -> Page | None:
        """One object, or a Table of one row; None where there is no such object."""
        collection = self._collections[resource]
        place = collection.find(namespace, name)
        if place is None:
            return None
        (span,) = collection.spans(form, range(place, place + 1))
        if form == "rows":
            return Page(_head(resource, {}, form), collection.folder / form, (span,), b"]}\n")
        version, kind = _KINDS[resource]
        # The object's own opening brace gives way to one with its kind in front.
        inner = Span(span.start + 1, span.length - 1)
        head = f'{{"kind":"{kind}","apiVersion":"{version}",'.encode()
        return Page(head, collection.folder / form, (inner,), b"\n")

    def _chosen(self, resource: str, namespace: str, labels: str, fields: str) -> "range | array[int]":
        return chosen(self._collections[resource], self._node_numbers, namespace, labels, fields)

    @functools.cached_property
    def _node_numbers(self) -> dict[str, int]:
        return {name: number for number, name in enumerate(self._collections["nodes"].names)}


def _head(resource: str, metadata: Mapping[str, Any], form: Form) -> bytes:
    version, kind = _KINDS[resource]
    head: Mapping[str, Any]
    if form == "items":
        head = {"kind": f"{kind}List", "apiVersion": version, "metadata": metadata, "items": []}
    else:
        columns = [_column(name) for name in _COLUMNS[resource].split(",")]
        about = {"kind": "Table", "apiVersion": "meta.k8s.io/v1", "metadata": metadata}
        head = about | {"columnDefinitions": columns, "rows": []}
    return json.dumps(head, separators=(",", ":")).encode().removesuffix(b"]}")


def _column(name: str) -> Mapping[str, Any]:
    plain = name.removeprefix("*")
    return {
        "name": plain,
        "type": "integer" if plain in _NUMBERS else "string",
        "format": "name" if plain == "Name" else "",
        "description": plain,
        "priority": int(name != plain),
    }


def _encoded(start: int) -> str:
    token = json.dumps({"v": "meta.k8s.io/v1", "rv": int(VERSION), "start": start})
    return base64.urlsafe_b64encode(token.encode()).decode().rstrip("=")


def _decoded(token: str) -> int:
    try:
        return int(json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))["start"])
    except (ValueError, KeyError, TypeError) as error:
        raise UnknownToken("The provided continue parameter is too old or not from here.") from error
