"""Server-side printing of DaemonSets: the Table that `kubectl get ds` asks for and prints.

Mirrors printDaemonSet in pkg/printers/internalversion/printers.go.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from kubectl_ds.core import label_selector
from kubectl_ds.core.human_duration import age
from kubectl_ds.core.model import LabelSelector

_NUMBER = ("integer", "")
_TEXT = ("string", "")

_COLUMNS = (
    ("Name", ("string", "name"), 0),
    ("Desired", _NUMBER, 0),
    ("Current", _NUMBER, 0),
    ("Ready", _NUMBER, 0),
    ("Up-to-date", _NUMBER, 0),
    ("Available", _NUMBER, 0),
    ("Node Selector", _TEXT, 0),
    ("Age", _TEXT, 0),
    ("Containers", _TEXT, 1),
    ("Images", _TEXT, 1),
    ("Selector", _TEXT, 1),
)
_COUNTERS = (
    "desiredNumberScheduled",
    "currentNumberScheduled",
    "numberReady",
    "updatedNumberScheduled",
    "numberAvailable",
)


def daemonset_table(
    objects: Iterable[Mapping[str, Any]], metadata: Mapping[str, Any], include_object: str, now: datetime
) -> Mapping[str, Any]:
    """A meta.k8s.io/v1 Table; `include_object` is the query's None, Metadata (the default) or Object."""
    definitions = [
        {"name": name, "type": kind, "format": form, "description": name, "priority": priority}
        for name, (kind, form), priority in _COLUMNS
    ]
    rows = [
        {"cells": _cells(one, now), "object": _row_object(one, include_object or "Metadata")}
        for one in objects
    ]
    return {
        "kind": "Table",
        "apiVersion": "meta.k8s.io/v1",
        "metadata": dict(metadata),
        "columnDefinitions": definitions,
        "rows": rows,
    }


def _row_object(obj: Mapping[str, Any], include: str) -> Mapping[str, Any] | None:
    if include == "None":
        return None
    if include == "Object":
        return obj
    head = {"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1"}
    return head | {"metadata": obj["metadata"]}


def _cells(obj: Mapping[str, Any], now: datetime) -> Sequence[Any]:
    spec, status = obj.get("spec") or {}, obj.get("status") or {}
    pod_spec = (spec.get("template") or {}).get("spec") or {}
    containers = pod_spec.get("containers") or []
    return [
        obj["metadata"]["name"],
        *(status.get(counter) or 0 for counter in _COUNTERS),
        _pairs(pod_spec.get("nodeSelector") or {}) or "<none>",
        age(_created(obj), now),
        ",".join(one.get("name") or "" for one in containers),
        ",".join(one.get("image") or "" for one in containers),
        _selector(spec.get("selector")),
    ]


def _pairs(labels: Mapping[str, str]) -> str:
    return ",".join(f"{key}={value}" for key, value in sorted(labels.items()))


def _selector(selector: Mapping[str, Any] | None) -> str:
    if selector is None:
        return "<none>"
    requirements = label_selector.compile_selector(msgspec.convert(selector, LabelSelector))
    return "<error>" if requirements is None else str(requirements) or "<none>"


def _created(obj: Mapping[str, Any]) -> datetime | None:
    text = obj["metadata"].get("creationTimestamp")
    return datetime.fromisoformat(text) if text else None
