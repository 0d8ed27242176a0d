"""What is wrong with the DaemonSets of a cluster, by a list of rules."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC

from kubectl_ds.core.audit_policy import NOTHING_DECIDED, AuditPolicy
from kubectl_ds.core.audit_report import (
    LEVELS,
    AuditedCoverage,
    AuditReport,
    Finding,
    FindingIdentity,
    Found,
    Level,
    Unjudged,
)
from kubectl_ds.core.audit_rule import Rule
from kubectl_ds.core.audit_rules import RULES
from kubectl_ds.core.audit_settings import AS_SHIPPED, AuditSettings
from kubectl_ds.core.audit_standing import standing_of
from kubectl_ds.core.audited_cluster import AuditedCluster, AuditedDaemonSet
from kubectl_ds.core.idle_gaps import without_idle_gaps
from kubectl_ds.core.object_key import Key
from kubectl_ds.core.snapshot import ClusterSnapshot, Resource

WANTED: frozenset[Resource] = frozenset(
    (
        "daemonsets",
        "nodes",
        "pods",
        "events",
        "controllerrevisions",
        "limitranges",
        "priorityclasses",
        "runtimeclasses",
        "version",
    )
)
"""What a snapshot has to hold for all rules to be applied."""


def audit(
    snapshot: ClusterSnapshot,
    settings: AuditSettings = AS_SHIPPED,
    policy: AuditPolicy = NOTHING_DECIDED,
    *,
    rules: Sequence[Rule] = RULES,
) -> AuditReport:
    """Every rule on every DaemonSet of the snapshot, with what the policy makes of the findings.

    A rule whose needs were not read says nothing, and stands in `unjudged`: its silence is no verdict.
    """
    cluster = AuditedCluster(snapshot, settings)
    findings: list[Finding] = []
    unjudged: list[Unjudged] = []
    for rule in rules:
        for told in _applied(rule, cluster, policy.levels):
            if isinstance(told, Unjudged):
                unjudged.append(told)
            else:
                findings.append(told)
    standing = standing_of(
        sorted(findings, key=_order),
        policy,
        cluster.node_of,
        snapshot.taken_at.astimezone(UTC).date(),
        _judged_by(cluster, rules, unjudged),
    )
    return AuditReport(
        findings=standing.findings,
        rules=tuple(rule.id for rule in rules),
        daemonsets=tuple(one.key for one in cluster.daemonsets),
        unjudged=tuple(unjudged),
        incomplete=without_idle_gaps(snapshot).gaps,
        consistency=snapshot.consistency,
        known=standing.known,
        excepted=standing.excepted,
        gone=standing.gone,
        expired=standing.expired,
        has_baseline=policy.baseline is not None,
        configured_by=policy.configured_by,
        coverage=tuple(_covered(one) for one in cluster.daemonsets),
        taken_at=snapshot.taken_at,
    )


def _covered(audited: AuditedDaemonSet) -> AuditedCoverage:
    namespace, name = audited.key
    coverage = audited.coverage
    return AuditedCoverage(
        namespace=namespace, name=name, summary=coverage.summary, updated=coverage.up_to_date
    )


def _judged_by(
    cluster: AuditedCluster, rules: Sequence[Rule], unjudged: Sequence[Unjudged]
) -> Callable[[FindingIdentity], bool]:
    applied = {rule.id for rule in rules}
    without_verdict = {(one.rule, one.daemonset) for one in unjudged}
    there = {one.key for one in cluster.daemonsets}

    def is_judged(one: FindingIdentity) -> bool:
        key = one.namespace, one.name
        if one.rule not in applied or not without_verdict.isdisjoint({(one.rule, None), (one.rule, key)}):
            return False
        return key in there or cluster.snapshot.looked_for_daemonsets_in(one.namespace)

    return is_judged


def _applied(
    rule: Rule, cluster: AuditedCluster, levels: Mapping[str, Level]
) -> Iterator[Finding | Unjudged]:
    if rule.check_cluster is not None:
        if lacking := tuple(sorted(one for one in rule.needs if not cluster.snapshot.knows_all(one))):
            yield Unjudged(rule=rule.id, daemonset=None, lacking=lacking)
            return
        for told in rule.check_cluster(cluster):
            yield told if isinstance(told, Unjudged) else _finding(rule, *told, levels.get(rule.id))
        return
    assert rule.check is not None, rule.id
    for audited in cluster.daemonsets:
        if lacking := audited.lacking(rule.needs):
            yield Unjudged(rule=rule.id, daemonset=audited.key, lacking=lacking)
        else:
            for found in rule.check(audited):
                yield _finding(rule, audited.key, found, levels.get(rule.id))


def _finding(rule: Rule, daemonset: Key, found: Found, level: Level | None) -> Finding:
    namespace, name = daemonset
    return Finding(
        rule=rule.id,
        rule_name=rule.name,
        level=level or found.level or rule.level,
        namespace=namespace,
        name=name,
        message=found.message,
        fix=found.fix or rule.mend,
        nodes=found.nodes,
        causes=found.causes,
        subject=found.subject,
        remedies=found.remedies,
        remedied_node=found.remedied_node,
        patch=found.patch,
    )


def _order(finding: Finding) -> tuple[object, ...]:
    return LEVELS.index(finding.level), finding.rule, finding.namespace, finding.name, finding.subject
