"""A look at several clusters as the published plain tree (docs/schema/fleet-report.schema.json)."""

from collections.abc import Callable
from typing import Any

import msgspec

from kubectl_ds.core.fleet_report import (
    ClusterReport,
    DaemonSetList,
    Drift,
    FleetCluster,
    FleetDaemonSet,
    FleetReport,
    Member,
)
from kubectl_ds.output.coverage_document import API_VERSION
from kubectl_ds.output.gaps import gap_sentences
from kubectl_ds.output.times import rfc3339

Tree = dict[str, Any]


def fleet_document(report: FleetReport, document_of: Callable[[Any], Tree]) -> Tree:
    """The tree that `-o json` prints; `document_of` gives a cluster's own report as its own document."""
    items = [_cluster(cluster, document_of) for cluster in report.clusters]
    return {
        "apiVersion": API_VERSION,
        "kind": "FleetReport",
        "incomplete": [
            sentence
            for cluster, item in zip(report.clusters, items, strict=True)
            for sentence in _lacking_sentences(cluster, item["report"])
        ],
        "summary": {
            "clusters": len(report.clusters),
            "whole": sum(cluster.is_whole for cluster in report.clusters),
            "partial": sum(
                cluster.report is not None and not cluster.is_whole for cluster in report.clusters
            ),
            "unread": sum(cluster.report is None for cluster in report.clusters),
            "daemonSets": len(report.daemonsets),
            "drifting": sum(bool(one.drift or one.absent) for one in report.daemonsets),
        },
        "daemonSets": [_daemonset(one) for one in report.daemonsets],
        "items": items,
    }


def _lacking_sentences(cluster: FleetCluster, document: Tree | None) -> list[str]:
    """What could not be had of a cluster, each with its name in front."""
    told = (document or {}).get("incomplete") or gap_sentences(cluster.incomplete)
    told = [cluster.error] if cluster.error else list(told)
    told += [f'daemonsets.apps "{name}" not found' for name in cluster.missing]
    return [f"{cluster.context}: {words}" for words in told]


def _cluster(cluster: FleetCluster, document_of: Callable[[Any], Tree]) -> Tree:
    return {
        "context": cluster.context,
        "takenAt": rfc3339(cluster.taken_at),
        "error": cluster.error or None,
        "hint": cluster.hint or None,
        "missing": list(cluster.missing),
        "exitCode": cluster.ends_with,
        "report": None if cluster.report is None else _report(cluster.report, document_of),
    }


def _report(report: ClusterReport, document_of: Callable[[Any], Tree]) -> Tree:
    if isinstance(report, DaemonSetList):
        from kubectl_ds.output.objects import object_list, with_kind, without_managed_fields

        return object_list(
            [without_managed_fields(with_kind(one, "DaemonSet", "apps/v1")) for one in report.objects]
        )
    return document_of(report)


def _daemonset(one: FleetDaemonSet) -> Tree:
    return {
        "namespace": one.namespace,
        "name": one.name,
        "clusters": [_member(context, member) for context, member in one.members],
        "absent": list(one.absent),
        "unknown": list(one.unknown),
        "drift": [_drift(drift) for drift in one.drift],
    }


def _member(context: str, member: Member) -> Tree:
    return {
        "context": context,
        "version": member.version or None,
        "images": [{"container": container, "image": image} for container, image in member.images],
        "verdict": {"state": member.verdict.state, "reason": member.verdict.reason},
        "summary": msgspec.to_builtins(member.summary),
    }


def _drift(drift: Drift) -> Tree:
    return {
        "field": drift.field,
        "private": drift.is_private,
        "values": [{"value": one.value, "contexts": list(one.contexts)} for one in drift.values],
    }
