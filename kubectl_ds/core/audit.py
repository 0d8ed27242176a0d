"""What is wrong with the DaemonSets of a cluster, by a list of rules."""

from collections.abc import Iterator, Sequence

from kubectl_ds.core.audit_report import LEVELS, AuditReport, Finding, Found, Unjudged
from kubectl_ds.core.audit_rule import Rule
from kubectl_ds.core.audit_rules import RULES
from kubectl_ds.core.audit_settings import AS_SHIPPED, AuditSettings
from kubectl_ds.core.audited_cluster import AuditedCluster
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
    )
)
"""What a snapshot has to hold for all rules to be applied."""


def audit(
    snapshot: ClusterSnapshot, settings: AuditSettings = AS_SHIPPED, *, rules: Sequence[Rule] = RULES
) -> AuditReport:
    """Every rule on every DaemonSet of the snapshot.

    A rule whose needs were not read says nothing, and stands in `unjudged`: its silence is no verdict.
    """
    cluster = AuditedCluster(snapshot, settings)
    findings: list[Finding] = []
    unjudged: list[Unjudged] = []
    for rule in rules:
        for told in _applied(rule, cluster):
            if isinstance(told, Unjudged):
                unjudged.append(told)
            else:
                findings.append(told)
    return AuditReport(
        findings=tuple(sorted(findings, key=_order)),
        rules=tuple(rule.id for rule in rules),
        daemonsets=tuple(one.key for one in cluster.daemonsets),
        unjudged=tuple(unjudged),
        incomplete=snapshot.gaps,
        consistency=snapshot.consistency,
    )


def _applied(rule: Rule, cluster: AuditedCluster) -> Iterator[Finding | Unjudged]:
    if rule.check_cluster is not None:
        if lacking := tuple(sorted(one for one in rule.needs if not cluster.snapshot.knows_all(one))):
            yield Unjudged(rule=rule.id, daemonset=None, lacking=lacking)
            return
        for key, found in rule.check_cluster(cluster):
            yield _finding(rule, key, found)
        return
    assert rule.check is not None, rule.id
    for audited in cluster.daemonsets:
        if lacking := audited.lacking(rule.needs):
            yield Unjudged(rule=rule.id, daemonset=audited.key, lacking=lacking)
        else:
            for found in rule.check(audited):
                yield _finding(rule, audited.key, found)


def _finding(rule: Rule, daemonset: Key, found: Found) -> Finding:
    namespace, name = daemonset
    return Finding(
        rule=rule.id,
        rule_name=rule.name,
        level=found.level or rule.level,
        namespace=namespace,
        name=name,
        message=found.message,
        fix=found.fix or rule.mend,
        nodes=found.nodes,
        causes=found.causes,
        subject=found.subject,
        patch=found.patch,
    )


def _order(finding: Finding) -> tuple[object, ...]:
    return LEVELS.index(finding.level), finding.rule, finding.namespace, finding.name, finding.subject
