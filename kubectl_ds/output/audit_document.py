"""An audit as the published plain tree (docs/schema/audit-report.schema.json)."""

from typing import Any

import msgspec

from kubectl_ds.core.audit_report import LEVELS, AuditReport, Finding
from kubectl_ds.output.audit_sentences import finding_sentence, incomplete_sentences
from kubectl_ds.output.coverage_document import API_VERSION, reason_documents


def audit_document(report: AuditReport) -> dict[str, Any]:
    """The tree that `-o json` prints. Texts of the cluster stand in it as they are."""
    return {
        "apiVersion": API_VERSION,
        "kind": "AuditReport",
        "incomplete": incomplete_sentences(report),
        "consistency": report.consistency,
        "summary": {level: report.count(level) for level in LEVELS},
        "rules": list(report.rules),
        "daemonSets": [{"namespace": namespace, "name": name} for namespace, name in report.daemonsets],
        "findings": [_finding(one) for one in report.findings],
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "ruleName": finding.rule_name,
        "level": finding.level,
        "namespace": finding.namespace,
        "name": finding.name,
        "subject": finding.subject,
        "nodes": list(finding.nodes),
        "message": finding_sentence(finding),
        "reasons": reason_documents(reason for cause in finding.causes for reason in cause.reasons),
        "fix": finding.fix,
        "patch": None if finding.patch is None else msgspec.to_builtins(finding.patch),
    }
