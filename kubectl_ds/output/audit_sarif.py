"""`audit -o sarif`: SARIF 2.1.0, for code scanning and whatever else reads it.

The subset that GitHub reads decides what is there beyond the standard's demands: a physical location with a line,
`primaryLocationLineHash`, a help text for each rule. A cluster has no files; a DaemonSet's is its own path.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from typing import Any
from urllib.parse import quote

import msgspec

from kubectl_ds import __version__
from kubectl_ds.core.audit_report import AuditReport, Finding, Level
from kubectl_ds.core.audit_rule import Rule
from kubectl_ds.core.audit_rules import RULES
from kubectl_ds.output.audit_sentences import (
    excepted_sentence,
    finding_words,
    fix_sentence,
    unjudged_sentence,
)
from kubectl_ds.output.gaps import gap_sentences
from kubectl_ds.output.terminal_text import safe
from kubectl_ds.output.valid_unicode import valid_tree, valid_unicode

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS: Mapping[Level, str] = {"error": "error", "warning": "warning", "info": "note"}
_SEVERITIES: Mapping[Level, str] = {"error": "error", "warning": "warning", "info": "recommendation"}
"""`problem.severity`, GitHub's own word for a rule's level."""

_LINK = re.compile(r"[\\\[](?=[^\]]*\]\()")


def audit_sarif(report: AuditReport) -> str:
    """One run, its findings as results, what could not be read as notifications of a run that did not succeed."""
    rules = [rule for rule in RULES if rule.id in report.rules]
    index_of = {rule.id: position for position, rule in enumerate(rules)}
    log = {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "kubectl-ds",
                        "version": __version__,
                        "semanticVersion": __version__,
                        "rules": [_rule(rule) for rule in rules],
                    }
                },
                "invocations": [_invocation(report, index_of)],
                "results": [*_results(report, index_of)],
            }
        ],
    }
    return msgspec.json.format(msgspec.json.encode(valid_tree(log)), indent=2).decode() + "\n"


def _rule(rule: Rule) -> dict[str, Any]:
    told = f"## Why it matters\n\n{rule.why}\n\n## How to mend it\n\n{rule.mend}"
    return {
        "id": rule.id,
        "name": rule.name,
        "shortDescription": {"text": rule.means.split(". ")[0].rstrip(".") + "."},
        "fullDescription": {"text": rule.means},
        "help": {
            "text": f"{rule.means}\n\nWhy it matters: {rule.why}\n\nHow to mend it: {rule.mend}",
            "markdown": f"{rule.means}\n\n{told}",
        },
        "defaultConfiguration": {"level": _LEVELS[rule.level]},
        "properties": {
            "tags": ["kubernetes", "daemonset"],
            "problem.severity": _SEVERITIES[rule.level],
        },
    }


def _results(report: AuditReport, index_of: Mapping[str, int]) -> Iterator[dict[str, Any]]:
    """What counts, what the baseline knows, and what is excepted, each marked as such.

    What is gone is left out: GitHub does not read `baselineState`, and would show it as an alert.
    """
    new = {"baselineState": "new"} if report.has_baseline else {}
    for one in report.findings:
        yield _result(one, index_of) | new
    for one in report.known:
        yield _result(one, index_of) | {"baselineState": "unchanged"}
    for accepted in report.excepted:
        because = excepted_sentence(accepted)
        suppression = {"kind": "external", "status": "accepted", "justification": safe(because)}
        yield _result(accepted.finding, index_of) | {"suppressions": [suppression]}


def _result(finding: Finding, index_of: Mapping[str, int]) -> dict[str, Any]:
    fingerprint = _fingerprint(finding)
    return {
        "ruleId": finding.rule,
        **_index(finding.rule, index_of),
        "level": _LEVELS[finding.level],
        "message": {"text": _message(finding_words(finding))},
        "locations": [_location(finding.namespace, finding.name)],
        "partialFingerprints": {
            "finding/v1": fingerprint,
            # The one that GitHub looks at; of lines, which there are none here, it would be a hash and a count.
            "primaryLocationLineHash": f"{fingerprint[:16]}:1",
        },
        "properties": {
            "namespace": finding.namespace,
            "daemonSet": finding.name,
            "subject": finding.subject,
            "nodes": list(finding.nodes),
            "fix": fix_sentence(finding),
            "patch": None if finding.patch is None else msgspec.to_builtins(finding.patch),
        },
    }


def _index(rule: str, index_of: Mapping[str, int]) -> dict[str, int]:
    return {"ruleIndex": index_of[rule]} if rule in index_of else {}


def _location(namespace: str, name: str) -> dict[str, Any]:
    path = (namespace, "daemonset", name)
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": "/".join(quote(valid_unicode(part), safe="") for part in path)},
            "region": {"startLine": 1},
        },
        "logicalLocations": [{"name": name, "fullyQualifiedName": "/".join(path), "kind": "resource"}],
    }


def _fingerprint(finding: Finding) -> str:
    """The same as long as it is the same finding: of nothing that changes by itself."""
    parts = (finding.rule, finding.namespace, finding.name, finding.subject)
    return sha256(msgspec.json.encode([valid_unicode(part) for part in parts])).hexdigest()


def _invocation(report: AuditReport, index_of: Mapping[str, int]) -> dict[str, Any]:
    notifications = [*_of_gaps(report), *_of_unjudged(report, index_of)]
    told = {"toolExecutionNotifications": notifications} if notifications else {}
    return {"executionSuccessful": not notifications, **told}


def _of_gaps(report: AuditReport) -> Iterator[dict[str, Any]]:
    for words in gap_sentences(report.incomplete):
        yield {"level": "error", "message": {"text": _message(words)}}


def _of_unjudged(report: AuditReport, index_of: Mapping[str, int]) -> Iterator[dict[str, Any]]:
    for rule, lacking in dict.fromkeys((one.rule, one.lacking) for one in report.unjudged):
        yield {
            "level": "error",
            "message": {"text": _message(unjudged_sentence(lacking, [rule]))},
            "associatedRule": {"id": rule, **({"index": index_of[rule]} if rule in index_of else {})},
            "locations": _locations_of(report, rule, lacking),
        }


def _locations_of(report: AuditReport, rule: str, lacking: tuple[str, ...]) -> list[dict[str, Any]]:
    keys: Iterable[tuple[str, str]] = (
        one.daemonset
        for one in report.unjudged
        if one.rule == rule and one.lacking == lacking and one.daemonset is not None
    )
    return [_location(namespace, name) for namespace, name in keys]


def _message(words: str) -> str:
    """Words in which a reader of SARIF sees no placeholder and no link (sections 3.11.5 and 3.11.6 of the standard)."""
    plain = safe(words).replace("{", "{{").replace("}", "}}")
    return _LINK.sub(lambda found: "\\" + found[0], plain)
