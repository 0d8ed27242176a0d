"""An audit as the published plain tree (docs/schema/audit-report.schema.json)."""

from typing import Any

import msgspec

from kubectl_ds.core.audit_exception import AuditException
from kubectl_ds.core.audit_report import LEVELS, AuditReport, ExceptedFinding, Finding, FindingIdentity
from kubectl_ds.output.audit_sentences import finding_sentence, fix_sentence, incomplete_sentences
from kubectl_ds.output.coverage_document import API_VERSION, reason_documents


def audit_document(report: AuditReport) -> dict[str, Any]:
    """The tree that `-o json` prints. Texts of the cluster stand in it as they are."""
    return {
        "apiVersion": API_VERSION,
        "kind": "AuditReport",
        "incomplete": incomplete_sentences(report),
        "consistency": report.consistency,
        "configuredBy": report.configured_by or None,
        "summary": {
            **{level: report.count(level) for level in LEVELS},
            "known": len(report.known),
            "excepted": len(report.excepted),
        },
        "rules": list(report.rules),
        "daemonSets": [{"namespace": namespace, "name": name} for namespace, name in report.daemonsets],
        "findings": [_finding(one) for one in report.findings],
        "known": [_finding(one) for one in report.known],
        "excepted": [_excepted(one) for one in report.excepted],
        "gone": [_identity(one) for one in report.gone] if report.has_baseline else None,
        "expired": [_exception(one) for one in report.expired],
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
        "exceptedNodes": list(finding.excepted_nodes),
        "knownNodes": list(finding.known_nodes),
        "message": finding_sentence(finding),
        "reasons": reason_documents(reason for cause in finding.causes for reason in cause.reasons),
        "fix": fix_sentence(finding),
        "patch": None if finding.patch is None else msgspec.to_builtins(finding.patch),
    }


def _identity(one: FindingIdentity) -> dict[str, Any]:
    return {
        "rule": one.rule,
        "namespace": one.namespace,
        "name": one.name,
        "subject": one.subject,
        "nodes": list(one.nodes),
    }


def _excepted(one: ExceptedFinding) -> dict[str, Any]:
    return {**_finding(one.finding), "exception": _exception(one.exception)}


def _exception(exception: AuditException) -> dict[str, Any]:
    return {
        "rules": list(exception.rules),
        "namespace": exception.namespace,
        "name": exception.name,
        "nodes": exception.node_selector,
        "reason": exception.reason,
        "expires": None if exception.expires is None else exception.expires.isoformat(),
    }
