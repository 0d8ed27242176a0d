"""The same DaemonSet across clusters: where it is, how well it is there, and what differs from one to another."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from kubectl_ds.core.coverage import coverage
from kubectl_ds.core.coverage_report import CoverageReport
from kubectl_ds.core.fleet_report import (
    Drift,
    DriftValue,
    FleetCluster,
    FleetDaemonSet,
    FleetReport,
    Member,
)
from kubectl_ds.core.health import health
from kubectl_ds.core.object_key import Key, key_of
from kubectl_ds.core.snapshot import ClusterSnapshot
from kubectl_ds.core.template_fields import is_private, template_fields

VERSION_LABEL = "app.kubernetes.io/version"


def members_of(snapshot: ClusterSnapshot, covered: CoverageReport | None = None) -> tuple[Member, ...]:
    """The DaemonSets of one cluster as a fleet sees them; `covered` is the snapshot's whole coverage, where there
    is one already."""
    items = {item.uid: item for item in (covered or coverage(snapshot)).items}
    members = []
    for one in sorted(snapshot.daemonsets, key=lambda one: key_of(one.metadata)):
        item = items[one.metadata.uid]
        labels = {**one.spec.template.metadata.labels, **one.metadata.labels}
        spec = one.spec.template.spec
        members.append(
            Member(
                namespace=one.metadata.namespace,
                name=one.metadata.name,
                version=labels.get(VERSION_LABEL, ""),
                images=tuple((container.name, container.image) for container in spec.containers),
                verdict=health(item, one),
                summary=item.summary,
                fields=template_fields(snapshot.daemonset_objects.get(one.metadata.uid, {})),
            )
        )
    return tuple(members)


def fleet(clusters: Sequence[FleetCluster]) -> FleetReport:
    """The clusters, and every DaemonSet that any of them has."""
    by_cluster = [{(one.namespace, one.name): one for one in cluster.members} for cluster in clusters]
    keys = sorted({key for members in by_cluster for key in members})
    return FleetReport(
        clusters=tuple(clusters),
        daemonsets=tuple(_across(key, clusters, by_cluster) for key in keys),
    )


def _across(
    key: Key, clusters: Sequence[FleetCluster], by_cluster: Sequence[Mapping[Key, Member]]
) -> FleetDaemonSet:
    places = list(zip(clusters, by_cluster, strict=True))
    members = tuple((cluster.context, held[key]) for cluster, held in places if key in held)
    without = [cluster for cluster, held in places if key not in held]
    return FleetDaemonSet(
        namespace=key[0],
        name=key[1],
        members=members,
        absent=tuple(one.context for one in without if _looked_for(one, key[0])),
        unknown=tuple(one.context for one in without if not _looked_for(one, key[0])),
        drift=drift_of([(context, member.fields) for context, member in members]),
    )


def _looked_for(cluster: FleetCluster, namespace: str) -> bool:
    """Whether its silence about a DaemonSet of this namespace means that there is none."""
    lacks_some = any(gap.resource == "daemonsets" for gap in cluster.incomplete)
    return cluster.report is not None and not lacks_some and cluster.scope in (None, namespace)


def drift_of(places: Sequence[tuple[str, Mapping[str, Any]]]) -> tuple[Drift, ...]:
    """The fields that differ between places, by path; each place has a name and its fields."""
    paths = sorted({path for _, fields in places for path in fields})
    return tuple(
        Drift(field=path, values=values, is_private=is_private(path))
        for path in paths
        if len(values := _values(path, places)) > 1
    )


def _values(path: str, places: Iterable[tuple[str, Mapping[str, Any]]]) -> tuple[DriftValue, ...]:
    """Each value with where it is, the most frequent first, and of equals the one that came first."""
    groups: list[tuple[Any, list[str]]] = []
    for place, fields in places:
        value = fields.get(path)
        for known, where in groups:
            # In JSON 1 and true are not the same.
            if known == value and type(known) is type(value):
                where.append(place)
                break
        else:
            groups.append((value, [place]))
    groups.sort(key=lambda group: -len(group[1]))
    private = is_private(path)
    return tuple(
        DriftValue(value=None if private else value, contexts=tuple(where)) for value, where in groups
    )
