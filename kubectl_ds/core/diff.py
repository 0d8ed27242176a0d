"""What differs between two snapshots: nodes, DaemonSets and which of them is where, rules, revisions, findings."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Literal

from kubectl_ds.core.audit import audit
from kubectl_ds.core.audit_report import AuditReport, Finding
from kubectl_ds.core.audit_rule import Rule
from kubectl_ds.core.audit_rules import RULES
from kubectl_ds.core.coverage import Cluster, coverage
from kubectl_ds.core.coverage_report import DaemonSetCoverage, Summary
from kubectl_ds.core.diff_nodes import moves_of, node_diffs
from kubectl_ds.core.diff_report import (
    DaemonSetDiff,
    DiffReport,
    DiffSide,
    FieldDiff,
    PlacementRule,
    RevisionDiff,
)
from kubectl_ds.core.model import DaemonSet
from kubectl_ds.core.natural_order import natural_key
from kubectl_ds.core.object_key import Key, key_of
from kubectl_ds.core.revisions import current_revision, revision_hash
from kubectl_ds.core.snapshot import ClusterSnapshot
from kubectl_ds.core.template_fields import is_private, template_fields

Compare = Literal["auto", "nodes", "counts"]
"""`auto`: node by node where the two are of one cluster."""

_RULES: Mapping[str, PlacementRule] = {
    "template.spec.nodeName": "NodeName",
    "template.spec.nodeSelector": "NodeSelector",
    "template.spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution": "NodeAffinity",
    "template.spec.tolerations": "Taints",
}


def diff(
    before: ClusterSnapshot,
    after: ClusterSnapshot,
    *,
    labels: tuple[str, str] = ("before", "after"),
    compare: Compare = "auto",
    rules: Sequence[Rule] = RULES,
) -> DiffReport:
    """Both as far as they were read; what one of them lacks is not told to have come or gone."""
    one, other = Side(before, labels[0]), Side(after, labels[1])
    by_name = compare == "nodes" or (compare == "auto" and are_of_one_cluster(before, after))
    by_name = by_name and one.knows_nodes and other.knows_nodes
    findings_new, findings_gone, unjudged = _findings(audit(before, rules=rules), audit(after, rules=rules))
    names, names_after = set(one.cluster.node_of), set(other.cluster.node_of)
    return DiffReport(
        before=one.described,
        after=other.described,
        compares_nodes=by_name,
        nodes_new=_natural(names_after - names) if by_name else (),
        nodes_gone=_natural(names - names_after) if by_name else (),
        nodes_changed=node_diffs(one.cluster.nodes, other.cluster.node_of) if by_name else (),
        daemonsets=tuple(_daemonsets(one, other, by_name=by_name)),
        findings_new=findings_new,
        findings_gone=findings_gone,
        unjudged=unjudged,
    )


def are_of_one_cluster(before: ClusterSnapshot, after: ClusterSnapshot) -> bool:
    """Whether any node or DaemonSet is the same object in both: no two clusters share a uid.

    Without anything on one side, or without uids, one cluster is what people mean.
    """
    uids = [
        {one.metadata.uid for one in side.nodes} | {one.metadata.uid for one in side.daemonsets}
        for side in (before, after)
    ]
    uids = [of_one - {""} for of_one in uids]
    return not all(uids) or not uids[0].isdisjoint(uids[1])


class Side:
    """One snapshot with its joins and coverage."""

    def __init__(self, snapshot: ClusterSnapshot, label: str) -> None:
        self.snapshot = snapshot
        self.label = label
        self.cluster = Cluster(snapshot, None)
        self.knows_nodes = snapshot.knows_all("nodes")
        self.daemonset_of = {key_of(one.metadata): one for one in snapshot.daemonsets}

    @cached_property
    def item_of(self) -> Mapping[Key, DaemonSetCoverage]:
        return {(item.namespace, item.name): item for item in coverage(self.snapshot).items}

    @property
    def described(self) -> DiffSide:
        return DiffSide(
            label=self.label,
            taken_at=self.snapshot.taken_at,
            nodes=len(self.snapshot.nodes) if self.knows_nodes else None,
            daemonsets=len(self.snapshot.daemonsets),
            gaps=self.snapshot.gaps,
        )

    def lacks_daemonset(self, key: Key) -> bool:
        """Whether it is known not to be there."""
        return key not in self.daemonset_of and self.snapshot.knows("daemonsets", key[0])

    def revision_of(self, daemonset: DaemonSet) -> tuple[int, str] | None:
        """The newest one's number and hash; None where that could not be read."""
        if "controllerrevisions" in self.cluster.unread_for(daemonset):
            return None
        tree = self.snapshot.daemonset_objects.get(daemonset.metadata.uid)
        current = current_revision(daemonset, tree, self.cluster.revisions.about(daemonset))
        return None if current is None else (current.revision, revision_hash(current))


# --- DaemonSets --------------------------------------------------------------------------------------


def _daemonsets(one: Side, other: Side, *, by_name: bool) -> list[DaemonSetDiff]:
    told = []
    for key in sorted({*one.daemonset_of, *other.daemonset_of}):
        if key in one.daemonset_of and key in other.daemonset_of:
            told += _changed(key, one, other, by_name=by_name)
        elif one.lacks_daemonset(key) or other.lacks_daemonset(key):
            before, after = one.item_of.get(key), other.item_of.get(key)
            told.append(
                DaemonSetDiff(
                    namespace=key[0],
                    name=key[1],
                    change="gone" if after is None else "new",
                    before=None if before is None else before.summary,
                    after=None if after is None else after.summary,
                    moves=moves_of(key, one, other) if by_name else (),
                )
            )
    return told


def _changed(key: Key, one: Side, other: Side, *, by_name: bool) -> list[DaemonSetDiff]:
    """The difference, if there is one."""
    was, is_now = one.daemonset_of[key], other.daemonset_of[key]
    before, after = one.item_of[key].summary, other.item_of[key].summary
    found = DaemonSetDiff(
        namespace=key[0],
        name=key[1],
        change="changed",
        before=before,
        after=after,
        was_recreated=by_name and was.metadata.uid != is_now.metadata.uid,
        coverage_differs=_is_another_share(before, after),
        revision=_revision(one.revision_of(was), other.revision_of(is_now)) if by_name else None,
        fields=_fields(one, other, was, is_now),
        moves=moves_of(key, one, other) if by_name else (),
    )
    told = found.was_recreated or found.coverage_differs or found.revision or found.fields or found.moves
    return [found] if told else []


def _is_another_share(before: Summary, after: Summary) -> bool:
    """What is not known on a side is no difference."""
    shares = _share(before), _share(after)
    return None not in shares and shares[0] != shares[1]


def _share(summary: Summary) -> tuple[int, int] | None:
    """What part of the nodes where it belongs has it Ready, reduced; None where that is not known."""
    from math import gcd

    if summary.ready is None or summary.eligible is None:
        return None
    divisor = gcd(summary.ready, summary.eligible) or 1
    return summary.ready // divisor, summary.eligible // divisor


def _revision(before: tuple[int, str] | None, after: tuple[int, str] | None) -> RevisionDiff | None:
    if before is None or after is None or before == after:
        return None
    return RevisionDiff(before=before, after=after)


def _fields(one: Side, other: Side, was: DaemonSet, is_now: DaemonSet) -> tuple[FieldDiff, ...]:
    before = template_fields(one.snapshot.daemonset_objects.get(was.metadata.uid, {}))
    after = template_fields(other.snapshot.daemonset_objects.get(is_now.metadata.uid, {}))
    return tuple(
        FieldDiff(
            field=path,
            before=None if is_private(path) else before.get(path),
            after=None if is_private(path) else after.get(path),
            rule=next((rule for start, rule in _RULES.items() if path.startswith(start)), None),
            is_private=is_private(path),
        )
        for path in sorted({*before, *after})
        if before.get(path) != after.get(path)
    )


# --- findings ----------------------------------------------------------------------------------------


def _findings(
    before: AuditReport, after: AuditReport
) -> tuple[tuple[Finding, ...], tuple[Finding, ...], tuple[str, ...]]:
    """Those that only one audit has and the other could have had, and the rules that one could not apply."""
    known = {_identity(one) for one in before.findings}, {_identity(one) for one in after.findings}
    new = tuple(one for one in after.findings if _identity(one) not in known[0] and _judged(one, before))
    gone = tuple(one for one in before.findings if _identity(one) not in known[1] and _judged(one, after))
    unjudged = sorted({one.rule for report in (before, after) for one in report.unjudged})
    return new, gone, tuple(unjudged)


def _identity(finding: Finding) -> tuple[str, str, str, str]:
    """Without the nodes: that it now is about others is told of the nodes themselves."""
    return finding.rule, finding.namespace, finding.name, finding.subject


def _judged(finding: Finding, report: AuditReport) -> bool:
    key = (finding.namespace, finding.name)
    return not any(one.rule == finding.rule and one.daemonset in (None, key) for one in report.unjudged)


def _natural(names: set[str]) -> tuple[str, ...]:
    return tuple(sorted(names, key=natural_key))
