"""An overhead report as the published plain tree (docs/schema/overhead-report.schema.json)."""

from collections.abc import Mapping
from typing import Any

from kubectl_ds.core.overhead_report import (
    DaemonSetOverhead,
    NodeOverhead,
    NodeShape,
    OverheadReport,
    PodUse,
)
from kubectl_ds.core.scheduling.pod_requests import Amounts
from kubectl_ds.output.amounts import exact_amounts
from kubectl_ds.output.coverage_document import API_VERSION
from kubectl_ds.output.gaps import gap_sentences

Tree = dict[str, Any]


def overhead_document(report: OverheadReport) -> Tree:
    """The tree that `-o json` prints; amounts are quantities in Kubernetes' notation, nothing rounded."""
    shapes = report.shapes
    return {
        "apiVersion": API_VERSION,
        "kind": "OverheadReport",
        "incomplete": gap_sentences(report.incomplete),
        "consistency": report.consistency,
        "summary": {
            "daemonSets": len(report.daemonsets),
            "nodes": None if report.nodes is None else len(report.nodes),
            "pods": report.pods,
            "requests": _amounts(report.requests),
            "allocatable": _amounts(report.allocatable),
            "useKnown": report.use_known,
        },
        "smallest": None if not shapes else shapes[0].example,
        "median": None if not shapes or report.median is None else shapes[report.median].example,
        "largest": None if not shapes else shapes[-1].example,
        "shapes": None if shapes is None else [_shape(shape) for shape in shapes],
        "daemonSets": [_daemonset(one, report) for one in report.daemonsets],
        "nodes": None if report.nodes is None else [_node(node) for node in report.nodes],
    }


def _shape(shape: NodeShape) -> Tree:
    return {
        "instanceType": shape.instance_type or None,
        "allocatable": _amounts(shape.allocatable),
        "nodes": list(shape.nodes),
        "example": shape.example,
        "daemonSets": list(shape.daemonsets),
        "lost": _amounts(shape.lost),
        "least": _amounts(shape.least),
        "most": _amounts(shape.most),
        "surge": _amounts(shape.surge),
        "share": _share(shape.lost, shape.allocatable),
    }


def _daemonset(one: DaemonSetOverhead, report: OverheadReport) -> Tree:
    return {
        "namespace": one.namespace,
        "name": one.name,
        "nodes": one.nodes,
        "pods": one.pods,
        "perPod": {"requests": _amounts(one.per_pod), "limits": _amounts(one.limits)},
        "total": _amounts(one.total),
        "surge": {"pods": one.surge_pods, "requests": _amounts(one.surge)},
        "withoutRequest": list(one.unrequested),
        "withoutLimit": list(one.unlimited),
        "shares": _shares(one, report),
        "use": None if one.use is None else _use(one.use),
    }


def _shares(one: DaemonSetOverhead, report: OverheadReport) -> Tree | None:
    shapes = report.shapes
    if not shapes or report.median is None:
        return None
    return {
        "smallest": _share(one.per_pod, shapes[0].allocatable),
        "median": _share(one.per_pod, shapes[report.median].allocatable),
        "largest": _share(one.per_pod, shapes[-1].allocatable),
    }


def _share(part: Amounts, whole: Amounts) -> Mapping[str, float]:
    """Parts of 1, with four digits, of what the node has any of."""
    return {
        resource: round(part.get(resource, 0) / whole[resource], 4)
        for resource in ("cpu", "memory", "pods")
        if whole.get(resource) and (resource in part or resource != "pods")
    }


def _use(use: PodUse) -> Tree:
    return {"pods": use.pods, "total": _amounts(use.total), "largest": _amounts(use.largest)}


def _node(node: NodeOverhead) -> Tree:
    return {
        "node": node.node,
        "pods": node.pods,
        "requests": _amounts(node.requests),
        "limits": _amounts(node.limits),
        "allocatable": _amounts(node.allocatable),
    }


def _amounts(amounts: Amounts | None) -> Any:
    return None if amounts is None else exact_amounts(amounts)
