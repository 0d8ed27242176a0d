"""A rollout report as the published plain tree (docs/schema/rollout-report.schema.json)."""

from typing import Any

from kubectl_ds.core.history import RevisionNodes
from kubectl_ds.core.rollout_report import NodeRollout, Pace, RolloutBudget, RolloutReport
from kubectl_ds.output.coverage_document import API_VERSION, reason_documents
from kubectl_ds.output.gaps import gap_sentences
from kubectl_ds.output.rollout_sentences import verdict_sentence
from kubectl_ds.output.times import rfc3339

Tree = dict[str, Any]


def rollout_document(report: RolloutReport) -> Tree:
    """The tree that `-o json` prints. Texts of the cluster stand in it as they are."""
    current = report.current
    return {
        "apiVersion": API_VERSION,
        "kind": "RolloutReport",
        "namespace": report.namespace,
        "name": report.name,
        "uid": report.uid,
        "incomplete": gap_sentences(report.incomplete),
        "consistency": report.consistency,
        "verdict": report.verdict,
        "message": verdict_sentence(report),
        "strategy": report.strategy,
        "generation": report.generation,
        "observedGeneration": report.observed_generation,
        "revision": None if current is None else current.number,
        "revisions": None if report.revisions is None else [_revision(one) for one in report.revisions],
        "summary": None if report.nodes is None else _summary(report),
        "budget": None if report.budget is None else _budget(report.budget),
        "waves": report.waves,
        "pace": None if report.pace is None else _pace(report.pace),
        "nodes": None if report.nodes is None else [_node(node) for node in report.nodes],
    }


def _revision(revision: RevisionNodes) -> Tree:
    return {
        "revision": revision.number,
        "hash": revision.hash,
        "current": revision.current,
        "nodes": None if revision.nodes is None else list(revision.nodes),
    }


def _summary(report: RolloutReport) -> Tree:
    return {"eligible": len(report.eligible), "done": report.done, "old": len(report.behind)}


def _budget(budget: RolloutBudget) -> Tree:
    return {
        "kind": budget.kind,
        "setting": budget.setting,
        "limit": budget.limit,
        "used": budget.used,
        "stuck": budget.stuck,
        "left": budget.left,
    }


def _pace(pace: Pace) -> Tree:
    return {
        "nodes": pace.nodes,
        "seconds": int(pace.span.total_seconds()),
        "remainingSeconds": None if pace.remaining is None else int(pace.remaining.total_seconds()),
    }


def _node(node: NodeRollout) -> Tree:
    return {
        "node": node.node,
        "eligible": node.eligible,
        "step": node.step,
        "usesBudget": node.uses_budget,
        "outlook": node.outlook,
        "availableAt": rfc3339(node.available_at),
        "reasons": reason_documents(node.awaited),
    }
