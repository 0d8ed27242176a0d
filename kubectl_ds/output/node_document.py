"""A node report as the published plain tree (docs/schema/node-report.schema.json)."""

from typing import Any

from kubectl_ds.core.node_report import ExposedPod, NodeDaemonSet, NodeItem, NodeReport
from kubectl_ds.output.amounts import exact_amounts
from kubectl_ds.output.coverage_document import API_VERSION, reason_documents
from kubectl_ds.output.gaps import gap_sentences
from kubectl_ds.output.reasons import sentence
from kubectl_ds.output.times import rfc3339

Tree = dict[str, Any]


def node_document(report: NodeReport) -> Tree:
    """The tree that `-o json` prints. Texts of the cluster stand in it as they are."""
    return {
        "apiVersion": API_VERSION,
        "kind": "NodeReport",
        "incomplete": gap_sentences(report.incomplete),
        "covered": report.is_covered if report.known else None,
        "absent": list(report.absent),
        "items": [_item(item) for item in report.items],
    }


def _item(item: NodeItem) -> Tree:
    return {
        "node": item.node,
        "ready": item.not_ready is None,
        "message": None if item.not_ready is None else sentence(item.not_ready),
        "covered": item.is_covered,
        "summary": {
            "required": len(item.required) + len(item.missing),
            "ready": len(item.required) - len(item.waiting),
            "excluded": item.excluded,
            "pods": item.pods,
            "exposed": len(item.exposed),
        },
        "missing": list(item.missing),
        "requests": exact_amounts(item.requests),
        "allocatable": exact_amounts(item.allocatable),
        "daemonSets": [_daemonset(one) for one in item.daemonsets],
        "exposed": [_exposed(one) for one in item.exposed],
    }


def _daemonset(one: NodeDaemonSet) -> Tree:
    covered = one.coverage
    return {
        "namespace": one.namespace,
        "name": one.name,
        "state": covered.state,
        "required": one.required,
        "eligible": covered.eligible,
        "duplicate": covered.duplicate,
        "outdated": covered.outdated,
        "pods": [pod.name for pod in covered.pods],
        "requests": exact_amounts(one.requests),
        "hasPod": one.has_pod,
        "reasons": reason_documents(covered.reasons),
        "outlook": covered.outlook,
    }


def _exposed(one: ExposedPod) -> Tree:
    return {
        "namespace": one.namespace,
        "name": one.name,
        "started": rfc3339(one.started),
        "without": [{"daemonSet": it.daemonset, "until": rfc3339(it.until)} for it in one.without],
    }
