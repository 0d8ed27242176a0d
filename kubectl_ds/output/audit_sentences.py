"""The words of an audit that are not a rule's own: a finding's sentence, its mend as a command, the sum of all."""

import shlex
from collections.abc import Sequence

import msgspec

from kubectl_ds.core.audit_report import LEVELS, AuditReport, Finding, Level
from kubectl_ds.output.coverage import folded
from kubectl_ds.output.gaps import gap_sentences
from kubectl_ds.output.reasons import cause_sentences
from kubectl_ds.output.valid_unicode import valid_tree

_MOST_CAUSES = 3
_NODES_WIDTH = 1000
"""Columns for the names of nodes where nobody's screen sets a bound."""
_WORDS: dict[Level, tuple[str, str]] = {
    "error": ("error", "errors"),
    "warning": ("warning", "warnings"),
    "info": ("note", "notes"),
}


def finding_sentence(finding: Finding) -> str:
    """What is so, and the largest of its causes."""
    causes = finding.causes
    told = [finding.message, *(cause_sentences(cause) for cause in causes[:_MOST_CAUSES])]
    if rest := len(causes) - _MOST_CAUSES:
        told += [f"({rest} more cause{'s' * (rest != 1)}.)"] if rest > 0 else []
    return " ".join(told)


def finding_lines(finding: Finding) -> list[str]:
    """What follows the sentence, a line each: the nodes, what mends it, and the ready command."""
    nodes = [f"Nodes: {folded(finding.nodes, _NODES_WIDTH)}"] if finding.nodes else []
    command = patch_command(finding)
    return [*nodes, f"Mend: {finding.fix}", *([command] if command else [])]


def finding_words(finding: Finding) -> str:
    """The sentence, the nodes and what mends it, on one line. A command is no part of prose."""
    nodes = f" Nodes: {folded(finding.nodes, _NODES_WIDTH)}." if finding.nodes else ""
    return f"{finding_sentence(finding)}{nodes} Mend: {finding.fix}"


def patch_command(finding: Finding) -> str | None:
    """The ready patch as a command for a POSIX shell; None where there is none."""
    if finding.patch is None:
        return None
    body = msgspec.json.encode(valid_tree(finding.patch.body)).decode()
    words = ["kubectl", "patch", "ds", finding.name, "-n", finding.namespace]
    return shlex.join([*words, f"--type={finding.patch.type}", "-p", body])


def summary_sentence(report: AuditReport) -> str:
    """`2 errors and 1 note in 21 DaemonSets, by 33 rules.`"""
    counts = [(report.count(level), _WORDS[level]) for level in LEVELS]
    told = [f"{count} {one if count == 1 else many}" for count, (one, many) in counts if count]
    found = " and ".join([", ".join(told[:-1]), told[-1]] if len(told) > 1 else told) or "Nothing found"
    looked, rules = len(report.daemonsets), len(report.rules)
    return f"{found} in {looked} DaemonSet{'s' * (looked != 1)}, by {rules} rule{'s' * (rules != 1)}."


def unjudged_sentences(report: AuditReport) -> list[str]:
    """Which rules have no verdict, one sentence for those that lack the same."""
    by_lack: dict[tuple[str, ...], dict[str, None]] = {}
    for one in report.unjudged:
        by_lack.setdefault(one.lacking, {})[one.rule] = None
    return [unjudged_sentence(lacking, list(rules)) for lacking, rules in by_lack.items()]


def unjudged_sentence(lacking: Sequence[str], rules: Sequence[str]) -> str:
    """That these rules have no verdict, for the want of the same."""
    no_verdict = "these is no verdict" if len(rules) > 1 else "this rule is no verdict"
    return (
        f"Without {' and '.join(lacking)}, {', '.join(rules)} could not be applied everywhere: "
        f"no finding of {no_verdict}."
    )


def incomplete_sentences(report: AuditReport) -> list[str]:
    """All that the audit lacks: what could not be read, and which rules have no verdict for it."""
    return [*gap_sentences(report.incomplete), *unjudged_sentences(report)]
