"""A coverage report as the published plain tree (docs/schema/coverage-report.schema.json)."""

from collections.abc import Iterable
from typing import Any

import msgspec

from kubectl_ds.core.coverage_reasons import NodeReason, code_of, source_of
from kubectl_ds.core.coverage_report import (
    Cause,
    CoverageReport,
    DaemonSetCoverage,
    NodeCoverage,
    PodCoverage,
)
from kubectl_ds.output.gaps import gap_sentences
from kubectl_ds.output.near_miss_document import near_miss_document
from kubectl_ds.output.reasons import sentence

API_VERSION = "kubectl-ds/v1"


def coverage_document(report: CoverageReport) -> dict[str, Any]:
    """The tree that `-o json` prints. Texts of the cluster stand in it as they are."""
    return {
        "apiVersion": API_VERSION,
        "kind": "CoverageReport",
        "incomplete": gap_sentences(report.incomplete),
        "consistency": report.consistency,
        "items": [coverage_item(item) for item in report.items],
    }


def reason_documents(reasons: Iterable[NodeReason]) -> list[dict[str, Any]]:
    """Reasons as other documents hold them too."""
    return [
        {"code": code_of(reason), "message": sentence(reason), "source": source_of(reason)}
        for reason in reasons
    ]


def coverage_item(item: DaemonSetCoverage) -> dict[str, Any]:
    """One of the document's items."""
    return {
        "namespace": item.namespace,
        "name": item.name,
        "uid": item.uid,
        "summary": msgspec.to_builtins(item.summary),
        "controllerDisagrees": [msgspec.to_builtins(one) for one in item.controller_disagrees],
        "nearMiss": None if item.near_miss is None else near_miss_document(item.near_miss),
        "takenForCurrent": list(item.taken_for_current),
        "causes": [_cause(cause) for cause in item.causes],
        "nodes": [node_coverage_document(node) for node in item.nodes],
        "orphaned": [{"pod": one.pod, "node": one.node} for one in item.orphaned],
    }


def _cause(cause: Cause) -> dict[str, Any]:
    return {
        "state": cause.state,
        "count": len(cause.nodes),
        "outlook": cause.outlook,
        "reasons": reason_documents(cause.reasons),
        "nodes": list(cause.nodes),
    }


def node_coverage_document(node: NodeCoverage) -> dict[str, Any]:
    """One node of an item."""
    tree: dict[str, Any] = {
        "node": node.node,
        "state": node.state,
        "eligible": node.eligible,
        "duplicate": node.duplicate,
        "outdated": node.outdated,
        "pods": [_pod(pod) for pod in node.pods],
        "reasons": reason_documents(node.reasons),
    }
    if node.outlook is not None:
        tree["outlook"] = node.outlook
    return tree


def _pod(pod: PodCoverage) -> dict[str, Any]:
    return {
        "name": pod.name,
        "phase": pod.phase,
        "ready": pod.ready,
        "binding": pod.binding,
        "pinnedTo": pod.pinned_to,
        "revision": pod.revision,
    }
