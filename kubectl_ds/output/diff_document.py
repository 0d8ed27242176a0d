"""Two moments or two clusters held together, as the published plain tree (docs/schema/diff-report.schema.json)."""

from typing import Any

import msgspec

from kubectl_ds.core.audit_report import Finding
from kubectl_ds.core.coverage_report import Summary
from kubectl_ds.core.diff_report import (
    DaemonSetDiff,
    DiffReport,
    DiffSide,
    FieldDiff,
    Move,
    NodeDiff,
)
from kubectl_ds.output.audit_sentences import finding_sentence
from kubectl_ds.output.coverage_document import API_VERSION, reason_documents
from kubectl_ds.output.gaps import gap_sentences
from kubectl_ds.output.near_miss_document import taint_document
from kubectl_ds.output.times import rfc3339

Tree = dict[str, Any]


def diff_document(report: DiffReport) -> Tree:
    """The tree that `-o json` prints. Texts of the clusters stand in it as they are."""
    return {
        "apiVersion": API_VERSION,
        "kind": "DiffReport",
        "incomplete": incomplete_sentences(report),
        "before": _side(report.before),
        "after": _side(report.after),
        "comparesNodes": report.compares_nodes,
        "differs": report.differs,
        "nodes": {
            "new": list(report.nodes_new),
            "gone": list(report.nodes_gone),
            "changed": [_node(one) for one in report.nodes_changed],
        },
        "daemonSets": [_daemonset(one) for one in report.daemonsets],
        "findings": {
            "new": [_finding(one) for one in report.findings_new],
            "gone": [_finding(one) for one in report.findings_gone],
        },
    }


def incomplete_sentences(report: DiffReport) -> list[str]:
    """What was lacking on either side, each with its label in front, and what that leaves open."""
    told = [
        f"{side.label}: {words}"
        for side in (report.before, report.after)
        for words in gap_sentences(side.gaps)
    ]
    if report.unjudged:
        told.append(f"findings of {', '.join(report.unjudged)} could not all be held against each other.")
    return told


def _side(side: DiffSide) -> Tree:
    return {
        "name": side.label,
        "takenAt": rfc3339(side.taken_at),
        "nodes": side.nodes,
        "daemonSets": side.daemonsets,
    }


def _node(one: NodeDiff) -> Tree:
    return {
        "nodes": list(one.nodes),
        "labels": [
            {"key": key, "before": before, "after": after} for key, (before, after) in one.labels.items()
        ],
        "taintsNew": [taint_document(taint) for taint in one.taints_new],
        "taintsGone": [taint_document(taint) for taint in one.taints_gone],
        "unschedulable": one.unschedulable,
    }


def _daemonset(one: DaemonSetDiff) -> Tree:
    return {
        "namespace": one.namespace,
        "name": one.name,
        "change": one.change,
        "recreated": one.was_recreated,
        "coverageDiffers": one.coverage_differs,
        "before": _summary(one.before),
        "after": _summary(one.after),
        "revision": None
        if one.revision is None
        else {
            "before": {"revision": one.revision.before[0], "hash": one.revision.before[1]},
            "after": {"revision": one.revision.after[0], "hash": one.revision.after[1]},
        },
        "fields": [_field(field) for field in one.fields],
        "nodes": [_move(move) for move in one.moves],
    }


def _summary(summary: Summary | None) -> Tree | None:
    return None if summary is None else dict(msgspec.to_builtins(summary))


def _field(one: FieldDiff) -> Tree:
    return {
        "field": one.field,
        "rule": one.rule,
        "private": one.is_private,
        "before": one.before,
        "after": one.after,
    }


def _move(move: Move) -> Tree:
    return {
        "change": move.kind,
        "before": move.before,
        "after": move.after,
        "because": move.because,
        "nodes": list(move.nodes),
        "reasons": reason_documents(move.reasons),
    }


def _finding(one: Finding) -> Tree:
    return {
        "rule": one.rule,
        "ruleName": one.rule_name,
        "level": one.level,
        "namespace": one.namespace,
        "name": one.name,
        "subject": one.subject,
        "nodes": list(one.nodes),
        "message": finding_sentence(one),
    }
