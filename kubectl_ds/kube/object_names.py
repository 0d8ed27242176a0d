"""The names of the objects of one kind, with a word on each: the least that a server can be asked for."""

from typing import Any
from urllib.parse import quote

import msgspec
from msgspec import Struct

from kubectl_ds.kube.transport import Transport

PATHS = {
    "daemonsets": "/apis/apps/v1/{}daemonsets",
    "nodes": "/api/v1/nodes",
    "namespaces": "/api/v1/namespaces",
    "pods": "/api/v1/{}pods",
}
_ACCEPT = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"
_OK = 200


class ObjectName(Struct, frozen=True, array_like=True):
    """One object; `note` is what kubectl's table says of it, empty where there is nothing short to say."""

    name: str
    namespace: str = ""
    note: str = ""


class _Metadata(Struct, frozen=True):
    name: str = ""
    namespace: str = ""


class _Object(Struct, frozen=True):
    metadata: _Metadata = _Metadata()


class _Row(Struct, frozen=True):
    cells: list[Any]
    object: _Object | None = None


class _Column(Struct, frozen=True):
    name: str = ""


class _Answer(Struct, frozen=True, rename="camel"):
    """A Table, or a list where the server has no tables."""

    column_definitions: list[_Column] = []
    rows: list[_Row] = []
    items: list[_Object] = []


def object_names(transport: Transport, resource: str, namespace: str | None) -> list[ObjectName] | None:
    """The names, in the server's order; with their namespaces where all are asked for. None when it refuses.

    They are read from the server's watch cache and may be a moment behind. Raises `ConnectionFailed`,
    `CredentialError`, and msgspec's `DecodeError` for what is no list.
    """
    within = "" if namespace is None else f"namespaces/{quote(namespace, safe='')}/"
    query = [("resourceVersion", "0"), ("includeObject", "Metadata" if namespace is None else "None")]
    path = PATHS[resource]
    if "{}" not in path:
        query[1] = ("includeObject", "None")
    response = transport.request("GET", path.format(within), query, accept=_ACCEPT)
    if response.status != _OK:
        return None
    answer = msgspec.json.decode(response.body, type=_Answer)
    if not answer.column_definitions:
        return [ObjectName(one.metadata.name, one.metadata.namespace) for one in answer.items]
    columns = [column.name for column in answer.column_definitions]
    return [_of_row(dict(zip(columns, row.cells, strict=False)), row.object) for row in answer.rows]


def _of_row(cells: dict[str, Any], whole: _Object | None) -> ObjectName:
    note = str(cells.get("Status", ""))
    if "Desired" in cells:
        note = f"{cells.get('Ready')} of {cells['Desired']} ready"
    return ObjectName(str(cells.get("Name", "")), whole.metadata.namespace if whole else "", note)
