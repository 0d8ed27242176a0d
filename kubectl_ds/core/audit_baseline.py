"""What was found before and is known: only what is not in it counts as new."""

from collections.abc import Iterable, Mapping
from typing import Literal

from msgspec import Struct

from kubectl_ds.core.audit_report import AuditReport, Finding, FindingIdentity
from kubectl_ds.core.natural_order import natural_key

_Subject = tuple[str, str, str, str]
"""Rule, namespace, name and subject: the identity without its nodes."""


class AuditBaseline(Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """The file of `--baseline` (docs/schema/audit-baseline.schema.json)."""

    api_version: Literal["kubectl-ds/v1"] = "kubectl-ds/v1"
    kind: Literal["AuditBaseline"] = "AuditBaseline"
    findings: tuple[FindingIdentity, ...] = ()

    def nodes_by_subject(self) -> Mapping[_Subject, frozenset[str]]:
        """What is known of each; no nodes for a finding that concerns none."""
        known: dict[_Subject, frozenset[str]] = {}
        for one in self.findings:
            known[subject_of(one)] = known.get(subject_of(one), frozenset()).union(one.nodes)
        return known


def subject_of(finding: Finding | FindingIdentity) -> _Subject:
    return finding.rule, finding.namespace, finding.name, finding.subject


def baseline_of(report: AuditReport, before: AuditBaseline | None) -> AuditBaseline:
    """All that was found and is not excepted, and of the baseline before what could not be judged this time."""
    settled = _nodes_of([*report.gone, *(one.finding.identity for one in report.excepted)])
    found = _nodes_of(finding.identity for finding in (*report.findings, *report.known))
    for one in before.findings if before is not None else ():
        left = set(one.nodes) - settled.get(subject_of(one), set())
        if left or subject_of(one) not in settled:
            found.setdefault(subject_of(one), set()).update(left)
    return AuditBaseline(
        findings=tuple(
            FindingIdentity(
                rule=rule,
                namespace=namespace,
                name=name,
                subject=subject,
                nodes=tuple(sorted(nodes, key=natural_key)),
            )
            for (rule, namespace, name, subject), nodes in sorted(found.items())
        )
    )


def _nodes_of(identities: Iterable[FindingIdentity]) -> dict[_Subject, set[str]]:
    nodes: dict[_Subject, set[str]] = {}
    for one in identities:
        nodes.setdefault(subject_of(one), set()).update(one.nodes)
    return nodes
