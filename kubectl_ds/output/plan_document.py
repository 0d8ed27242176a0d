"""A plan as the published plain tree (docs/schema/plan-report.schema.json)."""

from typing import Any

from kubectl_ds.core.plan_report import DaemonSetPlan, LostNode, NewPod, PlanReport
from kubectl_ds.output.coverage_document import API_VERSION, reason_documents
from kubectl_ds.output.gaps import gap_sentences
from kubectl_ds.output.near_miss_document import near_miss_document
from kubectl_ds.output.plan_sentences import change_sentence, summary_sentence, unmodelled_sentence

Tree = dict[str, Any]


def plan_document(report: PlanReport) -> Tree:
    """The tree that `-o json` prints. Texts of the cluster stand in it as they are."""
    return {
        "apiVersion": API_VERSION,
        "kind": "PlanReport",
        "incomplete": gap_sentences(report.incomplete),
        "changes": [change_sentence(one) for one in report.changes],
        "findings": report.has_findings,
        "message": summary_sentence(report),
        "summary": {
            "touched": len(report.items),
            "untouched": report.untouched,
            "gained": sum(len(item.gained) for item in report.items),
            "lost": sum(len(item.lost) for item in report.items),
            "replaced": sum(len(item.replaced) for item in report.items),
            **{
                fit: sum(item.fitting(fit) for item in report.items)
                for fit in ("fits", "preempts", "pending", "unknown")
            },
            "refused": sum(bool(item.refused) for item in report.items),
        },
        "ignored": list(report.ignored),
        "items": [_item(item) for item in report.items],
    }


def _item(item: DaemonSetPlan) -> Tree:
    return {
        "namespace": item.namespace,
        "name": item.name,
        "action": item.action,
        "findings": item.has_findings,
        "refused": item.refused or None,
        "eligibleBefore": item.eligible_before,
        "eligibleAfter": item.eligible_after,
        "gained": [_pod(pod) for pod in item.gained],
        "lost": [_lost(one) for one in item.lost],
        "replaced": [_pod(pod) for pod in item.replaced],
        "onDelete": item.on_delete,
        "budget": None
        if item.budget is None
        else {"maxUnavailable": item.budget.max_unavailable, "maxSurge": item.budget.max_surge},
        "nearMiss": None if item.near_miss is None else near_miss_document(item.near_miss),
        "evictionLoop": {"nodes": list(item.loop), "seconds": item.evicted_after} if item.loop else None,
        "notModelled": [
            {"what": one.what, "name": one.name or None, "message": unmodelled_sentence(one)}
            for one in item.unmodelled
        ],
    }


def _pod(pod: NewPod) -> Tree:
    return {
        "node": pod.node,
        "fit": pod.fit,
        "reasons": reason_documents(pod.reasons),
        "victims": list(pod.victims),
    }


def _lost(lost: LostNode) -> Tree:
    return {"node": lost.node, "loss": lost.loss, "reasons": reason_documents(lost.reasons)}
