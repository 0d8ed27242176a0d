"""A history as the published plain tree (docs/schema/history-report.schema.json)."""

from typing import Any

from kubectl_ds.core.history import HistoryReport, RevisionNodes
from kubectl_ds.output.coverage_document import API_VERSION
from kubectl_ds.output.gaps import gap_sentences
from kubectl_ds.output.times import rfc3339


def history_document(report: HistoryReport) -> dict[str, Any]:
    """The tree that `-o json` prints. Texts of the cluster stand in it as they are."""
    revisions = report.revisions
    return {
        "apiVersion": API_VERSION,
        "kind": "HistoryReport",
        "namespace": report.namespace,
        "name": report.name,
        "uid": report.uid,
        "incomplete": gap_sentences(report.incomplete),
        "consistency": report.consistency,
        "revisions": None if revisions is None else [_revision(one) for one in revisions],
    }


def _revision(revision: RevisionNodes) -> dict[str, Any]:
    return {
        "revision": revision.number,
        "name": revision.name or None,
        "hash": revision.hash,
        "current": revision.current,
        "created": rfc3339(revision.created),
        "changeCause": revision.change_cause or None,
        "images": list(revision.images),
        "nodes": None if revision.nodes is None else list(revision.nodes),
        "pods": revision.pods,
        "template": revision.template,
    }
